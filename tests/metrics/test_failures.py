"""A full disk, a lock, a damaged file, a second writer: said clearly, nothing lost that was stored."""

import sqlite3
from pathlib import Path

import pytest

from ioc.core.errors import IocError
from ioc.metrics import Aggregate
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.failures import failure
from tests.metrics.stories import HOUR, MINUTE, NOON, ask, sample, settle, values


def refused(store: EmbeddedStore) -> IocError:
    with pytest.raises(IocError) as caught:
        store.write([sample(NOON + i, i) for i in range(50_000)])
    return caught.value


def test_a_full_disk_is_transient_and_loses_nothing_stored(store: EmbeddedStore) -> None:
    store.write([sample(NOON, 1)])
    conn = store._own._conn
    conn.execute(f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0] + 5}")
    error = refused(store)
    assert (error.code, error.transient) == ("store_full", True)
    assert "no space left" in error.message
    assert not store.health().ok
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.COUNT)) == [1]
    conn.execute("PRAGMA max_page_count = 1000000")
    assert store.write([sample(NOON + 1, 2)]) == 1
    assert store.health().ok
    settle(store, NOON + HOUR)
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.COUNT)) == [2]


def test_a_series_first_seen_in_a_refused_batch_is_enrolled_by_the_next(store: EmbeddedStore) -> None:
    conn = store._own._conn
    conn.execute(f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0]}")
    refused(store)
    assert store.series() == []
    conn.execute("PRAGMA max_page_count = 1000000")
    store.write([sample(NOON, 4)])
    assert values(ask(store, NOON, NOON + MINUTE)) == [4]


def test_a_lock_is_transient(store: EmbeddedStore, path: Path) -> None:
    store._own._conn.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    error = refused(store)
    assert (error.code, error.transient) == ("store_busy", True)
    other.execute("ROLLBACK")
    assert store.write([sample(NOON, 1)]) == 1
    other.close()


def test_two_writers_do_not_spoil_each_others_roll_ups(store: EmbeddedStore, path: Path) -> None:
    other = EmbeddedStore(path, writer=True)
    store.write([sample(NOON, 1)])
    settle(other, NOON + 2 * HOUR)
    store.write([sample(NOON + 1, 1)])
    other.write([sample(NOON + 2, 1)])
    settle(store, NOON + 2 * HOUR)
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.COUNT)) == [3]
    assert values(ask(store, NOON, NOON + HOUR, HOUR, agg=Aggregate.COUNT)) == [3]
    other.close()


@pytest.mark.parametrize("noise", [b"this is no database", b"\x00" * 4096 + b"x" * 9000])
def test_a_file_that_is_no_database_is_set_aside_at_the_start(path: Path, noise: bytes) -> None:
    path.write_bytes(noise)
    store = EmbeddedStore(path, writer=True)
    store.write([sample(NOON, 1)])
    assert values(ask(store, NOON, NOON + MINUTE)) == [1]
    (kept,) = path.parent.glob("*.damaged-*")
    assert kept.read_bytes() == noise
    assert kept.name in store.health().detail
    store.close()


def test_a_file_damaged_while_in_use_is_set_aside_and_the_reader_follows(store: EmbeddedStore, path: Path) -> None:
    reader = EmbeddedStore(path, writer=False)
    store.write([sample(NOON + i, i) for i in range(20_000)])
    assert values(ask(reader, NOON, NOON + MINUTE, agg=Aggregate.COUNT)) == [20_000]
    conn = store._own._conn
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    conn.execute("PRAGMA shrink_memory")
    error = refused(store)
    assert (error.code, error.transient) == ("store_corrupt", True)
    assert store.write([sample(NOON, 9)]) == 1
    assert values(ask(store, NOON, NOON + MINUTE)) == [9]
    assert values(ask(reader, NOON, NOON + MINUTE)) == [9]
    assert "damaged" in reader.health().detail
    reader.close()


def test_damage_met_by_a_reader_is_said(store: EmbeddedStore, path: Path) -> None:
    store.close()
    path.write_bytes(b"nonsense" * 1000)
    reader = EmbeddedStore(path, writer=False)
    assert not reader.health().ok
    with pytest.raises(IocError, match="damaged"):
        ask(reader, NOON, NOON + MINUTE)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "metrics.sqlite").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "metrics.sqlite", tmp_path / "file" / "metrics.sqlite"):
        with pytest.raises(IocError) as caught:
            EmbeddedStore(path, writer=True)
        assert (caught.value.code, caught.value.transient) == ("store_unwritable", True)
        assert str(path) in caught.value.message


def test_a_closed_store_says_so(store: EmbeddedStore) -> None:
    store.close()
    with pytest.raises(IocError, match="closed"):
        store.write([sample(NOON, 1)])


def test_an_unforeseen_failure_keeps_sqlites_words(path: Path) -> None:
    error = failure(sqlite3.OperationalError("something new"), path)
    assert (error.code, error.transient) == ("store_failed", False)
    assert "something new" in error.message
