"""The embedded store answers every question as the plain reference does, however its levels stand."""

import math
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioc.model import Sample, SeriesKey, SourceKey
from ioc.store import Aggregate, Fill, RangeQuery, Retention
from ioc.store.embedded import EmbeddedStore
from tests.store.reference import Reference
from tests.store.stories import DAY, HOUR, KEEP, KIOSK, MINUTE, NOON, settle

SPAN = 5 * HOUR
numbers = (
    st.integers(-(2**53), 2**53)
    | st.booleans()
    | st.floats(-1e6, 1e6)
    | st.sampled_from([0.0, -0.0, 5e-324, 1e-300, 1e300, -1e300, 0.1])
)
instants = (
    st.integers(0, SPAN - 1)
    | st.integers(0, SPAN // MINUTE - 1).map(lambda minute: minute * MINUTE)
    | st.integers(1, SPAN // MINUTE).map(lambda minute: minute * MINUTE - 1)
    | st.integers(2 * HOUR, 2 * HOUR + 3 * MINUTE)
)
metrics = st.dictionaries(st.sampled_from(["waiting", "serving"]), numbers, min_size=1)
keys = st.sampled_from([KIOSK, SourceKey("HAG.H02", "queue", "kiosk-1")])
batches = st.lists(
    st.lists(st.builds(lambda key, t, values: Sample(key, NOON + t, values), keys, instants, metrics), max_size=12),
    max_size=5,
)
whole_minutes = st.integers(0, SPAN // MINUTE).map(lambda minute: minute * MINUTE)
whole_hours = st.integers(0, SPAN // HOUR).map(lambda hour: hour * HOUR)
whole_steps = st.sampled_from([MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR])
odd_steps = st.sampled_from([10_000, 90_000, 61_001, 7 * MINUTE, 90 * MINUTE, DAY, DAY + 1])
offsets = st.sampled_from([0, 7 * HOUR, 5 * HOUR + 45 * MINUTE, -30 * MINUTE])


def questions(edge: st.SearchStrategy[int], step: st.SearchStrategy[int], offset: st.SearchStrategy[int]):
    return st.builds(
        lambda metric, edges, step, agg, fill, offset: RangeQuery(
            SeriesKey(KIOSK, metric), NOON + min(edges), NOON + max(edges), step, agg, fill, offset
        ),
        st.sampled_from(["waiting", "serving", "absent"]),
        st.tuples(edge, edge),
        step,
        st.sampled_from(Aggregate),
        st.sampled_from(Fill),
        offset,
    )


any_question = questions(instants | whole_minutes | whole_hours, whole_steps | odd_steps, offsets)
minute_question = questions(whole_minutes, whole_steps.filter(lambda step: step < HOUR), st.just(7 * HOUR))
hour_question = questions(whole_hours, st.sampled_from([HOUR, 2 * HOUR]), st.just(7 * HOUR))
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def agree(store: EmbeddedStore, reference: Reference, query: RangeQuery) -> None:
    ours, theirs = store.range(query), reference.range(query)
    # sums of floats depend on their order: compare as fine as the largest reading allows
    largest = max((abs(v) for v in reference.readings.get(query.series, {}).values()), default=0.0)
    assert [t for t, _ in ours] == [t for t, _ in theirs]
    for (t, mine), (_, right) in zip(ours, theirs, strict=True):
        same = mine == right or (
            None not in (mine, right) and math.isclose(mine, right, rel_tol=1e-9, abs_tol=largest * 1e-12)
        )
        assert same, f"{query} at {t - NOON}: {mine}, not {right}"


class Pair:
    """Both stores, given the same samples."""

    def __init__(self, folder: str) -> None:
        self.store = EmbeddedStore(Path(folder) / "metrics.sqlite", writer=True)
        self.reference = Reference()

    def write(self, samples: list[Sample]) -> None:
        assert self.store.write(samples) == sum(len(sample.values) for sample in samples)
        self.reference.write(samples)

    def agree(self, asked: list[RangeQuery]) -> None:
        for query in asked:
            agree(self.store, self.reference, query)


@thorough
@given(batches, st.lists(st.integers(0, SPAN + HOUR), max_size=3), st.lists(any_question, min_size=1, max_size=8))
def test_gaps_late_and_repeated_readings_between_roll_ups(written, maintained, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for turn, samples in enumerate(written):
            pair.write(samples)
            if turn < len(maintained):
                pair.store.maintain(NOON + maintained[turn], KEEP)
            pair.agree(asked)
        settle(pair.store, NOON + 2 * SPAN)
        pair.agree(asked)
        pair.store.close()


@thorough
@given(batches, st.integers(0, SPAN), st.lists(minute_question | hour_question, min_size=1, max_size=8))
def test_readings_deleted_answers_stay(written, deleted, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for samples in written:
            pair.write(samples)
        settle(pair.store, NOON + deleted + DAY, Retention(1, 400, 1830))
        pair.agree(asked)
        pair.store.close()


@thorough
@given(
    batches,
    st.lists(st.builds(lambda t, v: (NOON + t, v), instants, numbers), max_size=8, unique_by=lambda late: late[0]),
    st.lists(hour_question, min_size=1, max_size=8),
    st.sampled_from([Retention(1, 400, 1830), Retention(1, 1, 1830)]),
)
def test_late_readings_are_folded_into_what_is_left(written, late, asked, keep) -> None:
    """After the readings (and then the minutes too) are gone, a reading never seen before still counts."""
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for samples in written:
            pair.write(samples)
        settle(pair.store, NOON + SPAN + 2 * DAY, keep)
        seen = pair.reference.readings.get(SeriesKey(KIOSK, "waiting"), {})
        for t, value in late:
            if t not in seen:
                pair.write([Sample(KIOSK, t, {"waiting": value})])
        pair.agree(asked)
        settle(pair.store, NOON + SPAN + 2 * DAY, keep)
        pair.agree(asked)
        pair.store.close()
