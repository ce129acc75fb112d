"""The durable queue between the broker and the sinks: a message is acknowledged once it is committed here."""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ioc.errors import IocError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, received_at INTEGER NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL,
  retained INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS cursor(name TEXT PRIMARY KEY, seq INTEGER NOT NULL);
"""
_ROWS_A_STATEMENT = 200
_INSERT = "INSERT INTO message(received_at, topic, payload, retained) VALUES "
_ROW = "(?,?,?,?)"
_DELETE_CHUNK = 20_000


class Received(NamedTuple):
    """A message as it came; `received_at` in epoch ms."""

    received_at: int
    topic: str
    payload: bytes
    retained: bool


class Message(NamedTuple):
    """A message in the inbox, in arrival order by `seq`."""

    seq: int
    received_at: int
    topic: str
    payload: bytes
    retained: bool


class Inbox:
    """One SQLite file, `synchronous=FULL`; open one object a thread."""

    def __init__(self, path: Path, *, max_bytes: int = 0, min_free_bytes: int = 0) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._min_free = min_free_bytes
        with _translated(path):
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('id', ?)", (secrets.token_hex(8),))
            self.id: str = self._db.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()[0]

    def append(self, rows: Sequence[Received]) -> int:
        """Commit the rows and return the seq of the first; IocError `inbox_full` (transient) when there is no room."""
        if not rows:
            return 0
        self._check_room()
        with _translated(self.path), self._transaction():
            for start in range(0, len(rows), _ROWS_A_STATEMENT):
                chunk = rows[start : start + _ROWS_A_STATEMENT]
                # one statement for many rows: the interpreter lock is given up once a statement, not once a row
                values = [value for row in chunk for value in row]
                self._db.execute(_INSERT + ",".join([_ROW] * len(chunk)), values)
            last: int = self._db.execute("SELECT last_insert_rowid()").fetchone()[0]
        return last - len(rows) + 1

    def after(self, seq: int, limit: int) -> list[Message]:
        """The next messages behind `seq`."""
        query = "SELECT seq, received_at, topic, payload, retained FROM message WHERE seq > ? ORDER BY seq LIMIT ?"
        with _translated(self.path):
            return [Message(*row) for row in self._db.execute(query, (seq, limit))]

    def newest(self) -> int:
        """The highest seq ever given out."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'message'").fetchone()
        return int(row[0]) if row else 0

    def cursor(self, name: str) -> int:
        row = self._db.execute("SELECT seq FROM cursor WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def advance(self, name: str, seq: int) -> None:
        """Note that all up to `seq` is done; work that is repeated after a crash must be harmless."""
        with _translated(self.path):
            self._db.execute(
                "INSERT INTO cursor VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET seq = excluded.seq", (name, seq)
            )

    def prune(self, done: int, before: int) -> int:
        """Delete a bounded number of rows that every cursor has passed and that came before `before` (epoch ms)."""
        query = "DELETE FROM message WHERE seq IN (SELECT seq FROM message WHERE seq <= ? AND received_at < ? LIMIT ?)"
        with _translated(self.path):
            return self._db.execute(query, (done, before, _DELETE_CHUNK)).rowcount

    def close(self) -> None:
        self._db.close()

    def _check_room(self) -> None:
        """Stop before the disk is full: alert state and the other files must still be able to write."""
        if self._min_free and shutil.disk_usage(self.path.parent).free < self._min_free:
            raise IocError("inbox_full", f"{self.path}: less than {self._min_free} bytes free on disk", transient=True)
        if self._max_bytes and self._used() > self._max_bytes:
            raise IocError("inbox_full", f"{self.path}: inbox reached {self._max_bytes} bytes", transient=True)

    def _used(self) -> int:
        """Bytes in use; pages freed by `prune` are room for new rows."""
        pages, free, size = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        full = "full" in str(error)
        raise IocError("inbox_full" if full else "inbox_unavailable", f"{path}: {error}", transient=True) from error
