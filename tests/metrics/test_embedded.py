"""What the embedded store keeps, and how it answers."""

from pathlib import Path
from threading import Thread

import pytest

from ioc.config.settings import Settings
from ioc.core.clock import SystemClock
from ioc.core.errors import IocError
from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import MAX_BUCKETS, Aggregate, Fill, RangeQuery
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.open import open_store
from tests.metrics.stories import DAY, HOUR, KEEP, KIOSK, MINUTE, NOON, VIETNAM, WAITING, ask, sample, settle, values


def test_counts_the_values_it_stored(store: EmbeddedStore) -> None:
    assert store.write([Sample(KIOSK, NOON, {"waiting": 1, "up": True}), sample(NOON + 1, 2.5)]) == 3
    assert store.write([]) == 0


@pytest.mark.parametrize("size", [1, 19, 20, 21, 500, 2_000, 2_001, 4_567])
def test_batches_of_every_size_arrive_whole(store: EmbeddedStore, size: int) -> None:
    assert store.write([sample(NOON + i, i) for i in range(size)]) == size
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.COUNT)) == [size]
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.SUM)) == [size * (size - 1) / 2]


def test_the_same_series_and_instant_overwrite(store: EmbeddedStore) -> None:
    store.write([sample(NOON, 1), sample(NOON, 2)])
    assert values(ask(store, NOON, NOON + MINUTE)) == [2]
    settle(store, NOON + HOUR)
    store.write([sample(NOON, 7)])
    settle(store, NOON + HOUR)
    assert values(ask(store, NOON, NOON + MINUTE)) == [7]
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.COUNT)) == [1]


@pytest.mark.parametrize(
    ("given", "kept"),
    [(True, 1), (False, 0), (2**53, 2**53), (-(2**53), -(2**53)), (10**30, 1e30), (5e-324, 5e-324), (-0.5, -0.5)],
)
def test_numbers_come_back_as_they_were(store: EmbeddedStore, given: float, kept: float) -> None:
    store.write([sample(NOON, given)])
    for _ in range(2):
        assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.LAST)) == [kept]
        settle(store, NOON + HOUR)


def test_a_figure_beyond_floats_is_unknown(store: EmbeddedStore) -> None:
    store.write([sample(NOON, 1.7e308), sample(NOON + 1, 1.7e308)])
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.SUM)) == [None]
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.MAX)) == [1.7e308]


def test_last_is_the_last_measured_not_the_last_received(store: EmbeddedStore) -> None:
    store.write([sample(NOON + 2, 22)])
    store.write([sample(NOON + 1, 11)])
    assert values(ask(store, NOON, NOON + MINUTE, agg=Aggregate.LAST)) == [22]


def test_a_day_begins_at_midnight_of_the_zone(store: EmbeddedStore) -> None:
    store.write([sample(NOON + hour * HOUR, 1) for hour in range(-13, 13)])
    points = store.range(
        RangeQuery(WAITING, NOON - 13 * HOUR, NOON + 13 * HOUR, DAY, Aggregate.COUNT, Fill.NULL, VIETNAM)
    )
    assert points == [(NOON - 36 * HOUR, 1), (NOON - 12 * HOUR, 24), (NOON + 12 * HOUR, 1)]


def test_the_newest_minute_is_in_before_and_after_its_roll_up(store: EmbeddedStore) -> None:
    store.write([sample(NOON + i * MINUTE + 1_000, i) for i in range(180)])
    expected = [29.5, 89.5, 149.5]
    for later in (0, 1, 61, 125, 180, 500):
        store.maintain(NOON + later * MINUTE, KEEP)
        assert values(ask(store, NOON, NOON + 3 * HOUR, HOUR)) == expected
        assert len([v for v in values(ask(store, NOON, NOON + 3 * HOUR)) if v is not None]) == 180


def test_too_many_buckets_are_refused_with_their_number(store: EmbeddedStore) -> None:
    assert len(ask(store, NOON, NOON + MAX_BUCKETS * 1_000, 1_000)) == MAX_BUCKETS
    with pytest.raises(IocError) as caught:
        ask(store, NOON, NOON + MAX_BUCKETS * 1_000 + 1, 1_000)
    assert caught.value.code == "too_many_buckets"
    assert caught.value.params == {"buckets": MAX_BUCKETS + 1, "most": MAX_BUCKETS}
    assert not caught.value.transient


@pytest.mark.parametrize("step", [0, -1])
def test_a_step_must_go_forward(store: EmbeddedStore, step: int) -> None:
    with pytest.raises(IocError, match="step must be above 0"):
        ask(store, NOON, NOON + MINUTE, step)


def test_an_empty_range_has_no_buckets(store: EmbeddedStore) -> None:
    assert ask(store, NOON, NOON) == []
    assert ask(store, NOON, NOON - HOUR) == []


def test_series_of_all_and_of_one_source(store: EmbeddedStore) -> None:
    other = SourceKey("HAG.H02", "vc", "phòng-họp")
    store.write([sample(NOON, 1), Sample(other, NOON, {"rtt_ms": 3.2, "in_call": True})])
    theirs = [SeriesKey(other, "in_call"), SeriesKey(other, "rtt_ms")]
    assert store.series() == [WAITING, *theirs]
    assert store.series(other) == theirs
    assert store.series(SourceKey("HAG", "vc", "none")) == []


def test_names_are_only_names(store: EmbeddedStore) -> None:
    hostile = SourceKey("x'; DROP TABLE reading; --", "queue", '"')
    store.write([sample(NOON, 4, hostile)])
    assert store.series(hostile) == [SeriesKey(hostile, "waiting")]
    assert values(ask(store, NOON, NOON + MINUTE)) == [None]


def test_a_reopened_file_goes_on_where_it_was(store: EmbeddedStore, path: Path) -> None:
    store.write([sample(NOON, 1)])
    store.close()
    again = EmbeddedStore(path, writer=True)
    again.write([sample(NOON + 1, 3)])
    settle(again, NOON + HOUR)
    assert values(ask(again, NOON, NOON + MINUTE)) == [2]
    assert len(again.series()) == 1
    again.close()


def test_a_reader_before_the_file_exists_answers_empty(path: Path) -> None:
    reader = EmbeddedStore(path, writer=False)
    assert reader.series() == []
    assert reader.health().ok
    assert values(ask(reader, NOON, NOON + 2 * MINUTE, fill=Fill.ZERO)) == [0, 0]
    assert not path.exists()
    writer = EmbeddedStore(path, writer=True)
    writer.write([sample(NOON, 5)])
    assert values(ask(reader, NOON, NOON + MINUTE)) == [5]
    reader.close()
    writer.close()


def test_a_reader_cannot_write(path: Path) -> None:
    reader = EmbeddedStore(path, writer=False)
    for attempt in (lambda: reader.write([sample(NOON, 1)]), lambda: reader.maintain(NOON, KEEP)):
        with pytest.raises(IocError, match="opened to read"):
            attempt()


def test_threads_write_read_and_maintain_together(store: EmbeddedStore) -> None:
    troubles: list[IocError] = []

    def run(work) -> None:
        try:
            for turn in range(40):
                work(turn)
        except IocError as error:
            troubles.append(error)

    threads = [
        Thread(target=run, args=(lambda i: store.write([sample(NOON + i * MINUTE + k, 1) for k in range(50)]),)),
        Thread(target=run, args=(lambda i: store.write([sample(NOON + i * MINUTE + k, 1) for k in range(50, 99)]),)),
        Thread(target=run, args=(lambda i: store.maintain(NOON + i * 2 * MINUTE, KEEP),)),
        Thread(target=run, args=(lambda i: ask(store, NOON, NOON + HOUR),)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not troubles
    settle(store, NOON + DAY)
    assert values(ask(store, NOON, NOON + HOUR, HOUR, Aggregate.COUNT)) == [40 * 99]


def test_the_configuration_names_the_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "new"))
    writer = open_store(settings, (), SystemClock(), writer=True)
    writer.write([sample(NOON, 1)])
    assert open_store(settings, (), SystemClock()).series() == [WAITING]
    assert (tmp_path / "new" / "metrics.sqlite").exists()
    writer.close()
