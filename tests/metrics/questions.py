"""Readings and questions of every sort for the differential tests, and when two answers are the same."""

import math
from collections.abc import Sequence

from hypothesis import strategies as st

from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, Point, RangeQuery
from tests.metrics.reference import Reference
from tests.metrics.stories import DAY, HOUR, KIOSK, MINUTE, NOON

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
        lambda key, metric, edges, step, agg, fill, offset: RangeQuery(
            SeriesKey(key, metric), NOON + min(edges), NOON + max(edges), step, agg, fill, offset
        ),
        keys,
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


class Written:
    """What was written, to know how large the readings behind a figure were."""

    def __init__(self) -> None:
        self.sizes = Reference()

    def add(self, samples: Sequence[Sample]) -> None:
        self.sizes.write([one._replace(values={m: abs(float(v)) for m, v in one.values.items()}) for one in samples])

    def behind(self, query: RangeQuery) -> list[float]:
        """The sum of the absolute readings of each bucket, filled as the answer is: what its rounding goes by."""
        sizes = self.sizes.range(query._replace(agg=Aggregate.SUM))
        return [size or 0.0 for _, size in sizes]


def alike(ours: list[Point], theirs: list[Point], query: RangeQuery, sizes: Sequence[float]) -> None:
    """The same to the last bit, but where sums of floats depend on their order or a line is drawn between figures."""
    assert [t for t, _ in ours] == [t for t, _ in theirs]
    rounded = query.agg in (Aggregate.SUM, Aggregate.MEAN) or query.fill is Fill.LINEAR
    for (t, mine), (_, right), size in zip(ours, theirs, sizes, strict=True):
        same = mine == right or (
            rounded and None not in (mine, right) and math.isclose(mine, right, rel_tol=1e-12, abs_tol=size * 1e-13)
        )
        assert same, f"{query} at {t - NOON}: {mine}, not {right}"
