"""What is kept how long, and what is left of readings whose time is over."""

from pathlib import Path

from ioc.core.model import SourceKey
from ioc.metrics import Aggregate, Retention
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.maintain import _AT_ONCE
from tests.metrics.stories import DAY, HOUR, KEEP, MINUTE, NOON, ask, counted, sample, settle, values

BRIEF = Retention(raw_days=1, minute_days=2, hour_days=4)


def rows(store: EmbeddedStore, table: str) -> int:
    return store._own._conn.execute(" ".join(["SELECT count(*) FROM", table])).fetchone()[0]


def two_hours(store: EmbeddedStore) -> None:
    store.write([sample(NOON + i * MINUTE // 2, i) for i in range(240)])


def test_each_level_ends_at_its_time(store: EmbeddedStore) -> None:
    two_hours(store)
    for days, left in ((0.5, (240, 120, 2)), (1.5, (0, 120, 2)), (2.5, (0, 0, 2)), (4.5, (0, 0, 0))):
        settle(store, NOON + int(days * DAY), BRIEF)
        assert tuple(rows(store, table) for table in ("reading", "m1", "h1")) == left


def test_coarser_levels_answer_for_finer_ones_that_are_gone(store: EmbeddedStore) -> None:
    two_hours(store)
    settle(store, NOON + DAY + DAY // 2, BRIEF)
    assert values(ask(store, NOON, NOON + 3 * MINUTE)) == [0.5, 2.5, 4.5]
    assert values(ask(store, NOON, NOON + MINUTE, 30_000)) == [None, None]  # a minute says nothing of its halves
    settle(store, NOON + 2 * DAY + DAY // 2, BRIEF)
    assert values(ask(store, NOON, NOON + 2 * HOUR, HOUR)) == [59.5, 179.5]
    assert values(ask(store, NOON, NOON + 3 * MINUTE)) == [None] * 3
    assert values(ask(store, NOON, NOON + 2 * HOUR, HOUR, Aggregate.LAST)) == [119, 239]


def test_a_late_reading_does_not_destroy_what_it_comes_late_for(store: EmbeddedStore) -> None:
    two_hours(store)
    settle(store, NOON + DAY + DAY // 2, BRIEF)
    store.write([sample(NOON + 1, 100)])
    for _ in range(2):
        assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.COUNT)) == [3]
        assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.MAX)) == [100]
        assert values(ask(store, NOON, NOON + 2 * HOUR, HOUR, Aggregate.COUNT)) == [121, 120]
        settle(store, NOON + DAY + DAY // 2, BRIEF)
    assert rows(store, "reading") == 0


def test_a_whole_minute_that_comes_again_late_is_not_counted_twice(store: EmbeddedStore) -> None:
    two_hours(store)
    settle(store, NOON + DAY + DAY // 2, BRIEF)
    two_hours(store)
    settle(store, NOON + DAY + DAY // 2, BRIEF)
    assert values(ask(store, NOON, NOON + 2 * HOUR, HOUR, Aggregate.COUNT)) == [120, 120]


def test_a_reading_older_than_every_level_is_dropped(store: EmbeddedStore) -> None:
    settle(store, NOON, BRIEF)
    store.write([sample(NOON - 9 * DAY, 1)])
    settle(store, NOON, BRIEF)
    assert [rows(store, table) for table in ("reading", "m1", "h1", "dirty")] == [0, 0, 0, 0]


def test_a_backlog_is_worked_off_over_several_calls(store: EmbeddedStore) -> None:
    store.write([sample(NOON + i * MINUTE, 1) for i in range(3 * _AT_ONCE)])
    store.maintain(NOON + 30 * DAY, Retention(raw_days=1, minute_days=400, hour_days=1830))
    assert rows(store, "m1") == _AT_ONCE
    assert rows(store, "reading") == 2 * _AT_ONCE  # what is rolled up may go, the rest waits
    settle(store, NOON + DAY, KEEP)
    assert counted(store) == 3 * _AT_ONCE


def test_longer_keep_does_not_bring_readings_back(store: EmbeddedStore) -> None:
    two_hours(store)
    settle(store, NOON + 2 * DAY, BRIEF)
    store.write([sample(NOON + 5, 1)])
    settle(store, NOON + 2 * DAY, KEEP)
    assert values(ask(store, NOON, NOON + HOUR, HOUR, Aggregate.COUNT)) == [121]


def test_a_finer_level_never_outlives_a_coarser_one(store: EmbeddedStore) -> None:
    two_hours(store)
    settle(store, NOON + 3 * DAY, Retention(raw_days=5, minute_days=1, hour_days=1))
    assert [rows(store, table) for table in ("reading", "m1", "h1")] == [240, 120, 2]


def test_nothing_due_costs_no_transaction(store: EmbeddedStore) -> None:
    two_hours(store)
    settle(store, NOON + DAY // 2)
    before = store._own._conn.total_changes
    store.maintain(NOON + DAY // 2 + 1_000, KEEP)
    assert store._own._conn.total_changes == before


def test_the_file_shrinks_after_a_great_deletion(store: EmbeddedStore, path: Path) -> None:
    kiosks = [SourceKey("HAG", "queue", f"kiosk-{i}") for i in range(100)]
    for minute in range(60):
        store.write([sample(NOON + minute * MINUTE + k * 900, k, key) for key in kiosks for k in range(20)])
    store._own._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    full = path.stat().st_size
    for extra in range(5):
        settle(store, NOON + 10 * DAY + extra * MINUTE, BRIEF)
    store._own._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert path.stat().st_size < full / 2
