"""A backup under load fits together, is checked on the way back, and never overwrites anything."""

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.config.settings import DatabaseSettings, Mqtt, Settings
from ioc.core import keys
from ioc.core.errors import IocError
from ioc.ingest.inbox import Inbox, Received
from ioc.ops import backup as copies
from ioc.platform.db import Database, migrate, sqlite_url
from ioc.platform.db.tables import cursor

NOW = 1_780_000_000_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    root = tmp_path / "data"
    root.mkdir()
    db = Database(sqlite_url(root / "ioc.sqlite"))
    migrate.upgrade(db)
    db.close()
    Inbox(root / "inbox.sqlite").close()
    keys.read_or_create(root / "live.key")
    (root / "run").mkdir()
    (root / "run" / "started.json").write_text("{}")
    (root / "run" / "ingest.pid").write_text("1\n")
    return Settings(data_dir=str(root))


class Busy:
    """An ingest in small: inbox first, then records with their cursor, then metrics with the cursor in the inbox."""

    def __init__(self, settings: Settings, *, keep: bool = True) -> None:
        self._settings, self._keep = settings, keep
        self._stop = threading.Event()
        self.done = self.measured = 0
        self._threads = [threading.Thread(target=work) for work in (self._receive, self._records, self._metrics)]

    def __enter__(self) -> "Busy":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _inbox(self) -> Inbox:
        return Inbox(self._settings.root / "inbox.sqlite")

    def _receive(self) -> None:
        inbox = self._inbox()
        while not self._stop.is_set():
            inbox.append([Received(NOW, "t", b"x" * 200, False)] * 20)
            self._stop.wait(0.002)

    def _records(self) -> None:
        inbox, db = self._inbox(), Database(self._settings.database_url)
        while not self._stop.is_set():
            run = inbox.after(self.done, 50)
            if run.messages:
                self.done = run.last
                values = {"inbox": inbox.id, "seq": self.done}
                insert = db.upsert(cursor).values(name="records", **values)
                with db.write() as conn:
                    conn.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
        db.close()

    def _metrics(self) -> None:
        inbox = self._inbox()
        with closing(sqlite3.connect(self._settings.root / "metrics.sqlite", isolation_level=None)) as store:
            store.execute("PRAGMA journal_mode=WAL")
            store.execute("CREATE TABLE IF NOT EXISTS reading(seq INTEGER PRIMARY KEY)")
            while not self._stop.is_set():
                run = inbox.after(self.measured, 50)
                if run.messages:
                    numbers = [(seq,) for seq in range(run.first, run.last + 1)]
                    store.executemany("INSERT OR IGNORE INTO reading VALUES (?)", numbers)
                    inbox.advance("metrics", run.last)
                    self.measured = run.last
                    if not self._keep:
                        inbox.prune(min(self.measured, self.done), NOW + 1)


def one(path: Path, query: str) -> int:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(query).fetchone()[0] or 0


def wait_for(busy: Busy, done: int) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if busy.done >= done and busy.measured:
            return
        pause.wait(0.01)
    raise AssertionError(f"only {busy.done} done")


@pytest.mark.parametrize("round_", range(3))
def test_no_cursor_runs_ahead_of_what_is_in_the_copies(settings, tmp_path, round_):
    target = tmp_path / "copy"
    with Busy(settings) as busy:
        wait_for(busy, 500 * (round_ + 1))
        copies.backup(settings, target, "2026-05-28T00:00:00+07:00", "0.1.0")
        wait_for(busy, busy.done + 100)
    inbox = Inbox(target / "inbox.sqlite")
    done = one(target / "ioc.sqlite", "SELECT seq FROM cursor")
    assert done <= inbox.newest()
    assert one(target / "metrics.sqlite", "SELECT count(*) FROM reading") >= inbox.cursor("metrics") > 0
    assert everything(inbox) == list(range(1, inbox.newest() + 1)), "what was acknowledged up to the copy is in it"


def everything(inbox: Inbox, done: int = 0) -> list[int]:
    numbers = []
    while (run := inbox.after(done, 1000)).messages:
        numbers += range(run.first, run.last + 1)
        done = run.last
    return numbers


def test_a_message_pruned_between_the_copies_is_noticed(settings, tmp_path):
    """With nothing kept, the inbox may drop what the older records copy still needs: copied again, or refused."""
    target = tmp_path / "copy"
    with Busy(settings, keep=False) as busy:
        wait_for(busy, 500)
        outcome = attempt(lambda: copies.backup(settings, target, "x", "0.1.0"))
    if outcome is not None:
        assert outcome.code == "backup_outrun"
        return
    inbox, done = Inbox(target / "inbox.sqlite"), one(target / "ioc.sqlite", "SELECT seq FROM cursor")
    assert everything(inbox, done) == list(range(done + 1, inbox.newest() + 1))


def attempt(work) -> IocError | None:
    try:
        work()
    except IocError as error:
        return error
    return None


def test_there_and_back(settings, tmp_path):
    target, new = tmp_path / "copy", tmp_path / "new"
    config = tmp_path / "mine.toml"
    config.write_text("data_dir = 'x'\n")
    made = copies.backup(settings, target, "2026-05-28T00:00:00+07:00", "0.1.0", config)
    assert set(made.files) == {"ioc.sqlite", "inbox.sqlite", "live.key", "run/started.json", "ioc.toml"}
    copies.restore(target, new)
    assert keys.read_or_create(new / "live.key") == keys.read_or_create(settings.root / "live.key")
    assert (new / "live.key").stat().st_mode & 0o077 == 0
    assert Inbox(new / "inbox.sqlite").id == Inbox(settings.root / "inbox.sqlite").id
    db = Database(sqlite_url(new / "ioc.sqlite"))
    assert migrate.current(db) == migrate.head()
    with db.read() as conn:
        assert conn.scalar(sa.text("PRAGMA journal_mode")) == "wal"
    db.close()


def test_nothing_is_overwritten(settings, tmp_path):
    target = tmp_path / "copy"
    copies.backup(settings, target, "x", "0.1.0")
    with pytest.raises(IocError, match="is not empty"):
        copies.backup(settings, target, "x", "0.1.0")
    with pytest.raises(IocError, match="is not empty"):
        copies.restore(target, settings.root)


def test_a_damaged_backup_restores_nothing(settings, tmp_path):
    target, new = tmp_path / "copy", tmp_path / "new"
    copies.backup(settings, target, "x", "0.1.0")
    with (target / "ioc.sqlite").open("r+b") as file:
        file.seek(100)
        file.write(b"\x00\xff")
    with pytest.raises(IocError, match="differs from the manifest"):
        copies.restore(target, new)
    assert not new.exists() or not list(new.iterdir())


def test_an_unfinished_backup_is_none(settings, tmp_path):
    target = tmp_path / "copy"
    copies.backup(settings, target, "x", "0.1.0")
    (target / copies.MANIFEST).unlink()
    with pytest.raises(IocError, match="a finished backup"):
        copies.restore(target, tmp_path / "new")


def test_a_manifest_cannot_reach_outside(settings, tmp_path):
    target = tmp_path / "copy"
    copies.backup(settings, target, "x", "0.1.0")
    manifest = json.loads((target / copies.MANIFEST).read_text())
    manifest["files"]["../outside"] = manifest["files"]["live.key"]
    (target / copies.MANIFEST).write_text(json.dumps(manifest))
    (tmp_path / "outside").write_bytes((target / "live.key").read_bytes())
    with pytest.raises(IocError, match="outside"):
        copies.restore(target, tmp_path / "deep" / "new")


def test_what_is_elsewhere_is_said(settings, tmp_path):
    away = Settings(
        data_dir=settings.data_dir,
        mqtt=Mqtt(url="mqtt://broker.example:1883"),
        database=DatabaseSettings(url="postgresql+psycopg://ioc:secret@db.example/ioc"),
    )
    manifest = copies.backup(away, tmp_path / "copy", "x", "0.1.0")
    said = "\n".join(manifest.not_covered)
    assert "db.example" in said
    assert "broker.example" in said
    assert "secret" not in said
