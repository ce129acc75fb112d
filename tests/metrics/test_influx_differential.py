"""A real InfluxDB answers every question as the embedded store does, however both stand with their roll-ups."""

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, Point, RangeQuery, Retention
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.influx.influxql import select
from ioc.metrics.influx.store import InfluxStore
from tests.influx_disguise import Disguise
from tests.influx_servers import Influxd
from tests.metrics.questions import (
    SPAN,
    Written,
    alike,
    any_question,
    batches,
    hour_question,
    instants,
    minute_question,
    numbers,
)
from tests.metrics.stories import DAY, HOUR, KEEP, KIOSK, MINUTE, NOON, open_bucket, sample, settle

OTHER = SourceKey("HAG.H02", "queue", "kiosk-1")
SERIES = [SeriesKey(KIOSK, "waiting"), SeriesKey(OTHER, "waiting"), SeriesKey(OTHER, "absent")]
some = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))  # on each of two servers


class Both:
    """An embedded store and an InfluxDB database, given the same."""

    def __init__(self, folder: str, server: Influxd | Disguise) -> None:
        self.embedded = EmbeddedStore(Path(folder) / "metrics.sqlite", writer=True)
        self.influx = open_bucket(server.new_database())
        self.written = Written()

    def write(self, samples: list[Sample]) -> None:
        assert self.embedded.write(samples) == self.influx.write(samples)
        self.written.add(samples)

    def maintain(self, now: int, keep: Retention = KEEP) -> None:
        settle(self.embedded, now, keep)
        settle_bucket(self.influx, now, keep)

    def agree(self, asked: list[RangeQuery]) -> None:
        for query, together in zip(asked, self.influx.ranges(asked), strict=True):
            alone = self.influx.range(query)
            assert together == alone
            alike(alone, self.embedded.range(query), query, self.written.behind(query))
        assert self.influx.series() == self.embedded.series()
        assert self.influx.series(KIOSK) == self.embedded.series(KIOSK)

    def close(self) -> None:
        self.embedded.close()
        self.influx.close()


def settle_bucket(store: InfluxStore, now: int, keep: Retention) -> None:
    while True:
        before = store.writer.levels()
        store.maintain(now, keep)
        if store.writer.levels() == before:
            return


@pytest.fixture(scope="module")
def server(influx_server: Influxd | Disguise) -> Influxd:
    return influx_server


@some
@given(batches, st.lists(st.integers(0, SPAN + HOUR), max_size=3), st.lists(any_question, min_size=1, max_size=12))
def test_gaps_late_and_repeated_readings_between_roll_ups(server, written, maintained, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        both = Both(folder, server)
        for turn, samples in enumerate(written):
            both.write(samples)
            if turn < len(maintained):
                both.maintain(NOON + maintained[turn])
            both.agree(asked)
        both.maintain(NOON + 2 * SPAN)
        both.agree(asked)
        both.close()


@some
@given(batches, st.integers(0, SPAN), st.lists(minute_question | hour_question, min_size=1, max_size=12))
def test_readings_deleted_answers_stay(server, written, deleted, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        both = Both(folder, server)
        for samples in written:
            both.write(samples)
        both.maintain(NOON + deleted + DAY, Retention(1, 400, 1830))
        both.agree(asked)
        both.close()


@some
@given(
    batches,
    st.lists(st.builds(lambda t, v: (NOON + t, v), instants, numbers), max_size=8, unique_by=lambda late: late[0]),
    st.lists(hour_question, min_size=1, max_size=12),
    st.sampled_from([Retention(1, 400, 1830), Retention(1, 1, 1830)]),
)
def test_late_readings_are_folded_into_what_is_left(server, written, late, asked, keep) -> None:
    with tempfile.TemporaryDirectory() as folder:
        both = Both(folder, server)
        for samples in written:
            both.write(samples)
        now = NOON + SPAN + 2 * DAY
        both.maintain(now, keep)
        seen = {one.t for samples in written for one in samples}
        for t, value in late:
            if t not in seen:
                both.write([sample(t, value)])
        both.agree(asked)
        both.maintain(now, keep)
        both.agree(asked)
        both.close()


@pytest.mark.parametrize(("agg", "fill"), list(product(Aggregate, Fill)))
def test_every_aggregate_and_fill_on_a_day_with_gaps(both_with_a_day: Both, agg: Aggregate, fill: Fill) -> None:
    for step, offset, start, end in (
        (10_000, 0, NOON + 3, NOON + HOUR + 7),
        (MINUTE, 7 * HOUR, NOON, NOON + 3 * HOUR),
        (90_000, 0, NOON - HOUR, NOON + 2 * HOUR),
        (HOUR, 7 * HOUR, NOON - DAY, NOON + DAY),
        (DAY, 7 * HOUR, NOON - 3 * DAY, NOON + 3 * DAY),
    ):
        both_with_a_day.agree([RangeQuery(series, start, end, step, agg, fill, offset) for series in SERIES])


@pytest.fixture(scope="module")
def both_with_a_day(influx_server: Influxd | Disguise, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Gaps, repeated instants, out of order, late, negative, huge, tiny, whole numbers, fractions and booleans."""
    both = Both(str(tmp_path_factory.mktemp("day")), influx_server)
    values = [1, 2.5, -3, 0, True, False, 1e300, -1e300, 5e-324, 2**53, 0.1, -0.0]
    both.write([sample(NOON + i * 37_000, values[i % len(values)]) for i in range(80) if i % 17 > 3])
    both.write([sample(NOON + i * 37_000, values[-i % len(values)]) for i in reversed(range(0, 80, 9))])
    both.write([sample(NOON + i * 53_000, i / 8 - 3, OTHER) for i in range(120) if i % 13 > 2])
    both.maintain(NOON + 40 * MINUTE)
    both.write(
        [
            sample(NOON + 62_000, 7, OTHER),
            sample(NOON + 61_000, 7),
            sample(NOON - 20 * HOUR, -7.25),
            sample(NOON + 2 * HOUR, 3),
        ]
    )
    return both


@pytest.mark.parametrize(("agg", "fill"), list(product(Aggregate, Fill)))
def test_empty_buckets_are_filled_as_the_server_itself_fills_them(
    filled: InfluxStore, agg: Aggregate, fill: Fill
) -> None:
    """Both stores fill in the same code of ours, so that is compared with the words of InfluxQL."""
    query = RangeQuery(SERIES[0], NOON, NOON + HOUR, MINUTE, agg, fill)
    ours = filled.range(query)
    column = f'{agg}("waiting")'
    (series,) = filled.server.query(select([column], "queue", NOON, NOON + HOUR, f"GROUP BY time(1m) fill({fill})"))
    theirs: list[Point] = [(t, value) for t, value in series.values]
    if agg is Aggregate.COUNT and fill is Fill.NULL:  # the server says 0 there, which we say only when asked for it
        theirs = [(t, value or None) for t, value in theirs]
    if agg is Aggregate.COUNT and fill is Fill.LINEAR:  # the server's line goes by whole numbers
        ours = [(t, None if value is None else float(int(value))) for t, value in ours]
    alike(ours, theirs, query, [10.0] * len(ours))
    assert any(value is None for _, value in ours) == (fill is not Fill.ZERO), "it begins with an empty bucket"


@pytest.fixture(scope="module")
def filled(influx_server: Influxd | Disguise) -> Iterator[InfluxStore]:
    store = open_bucket(influx_server.new_database())
    store.write([sample(NOON + i * 37_000, [1, 2.5, -3, 0, True, False, 0.1][i % 7]) for i in range(90) if i % 17 > 6])
    yield store
    store.close()


def test_more_readings_than_a_piece_of_an_answer_holds(server: Influxd | Disguise, tmp_path: Path) -> None:
    """A series of 12 000 readings in one answer: 1.x sends them in two pieces, and whole it would call them a part."""
    both = Both(str(tmp_path), server)
    both.write([sample(NOON + i * 250, i % 991) for i in range(12_000)])
    assert len(both.influx.port().samples(NOON, NOON + HOUR)) == 12_000
    both.influx.writer.stride = 60
    both.maintain(NOON + HOUR)
    both.agree(
        [RangeQuery(SeriesKey(KIOSK, "waiting"), NOON, NOON + HOUR, MINUTE, agg, Fill.NULL) for agg in Aggregate]
    )
    both.close()
