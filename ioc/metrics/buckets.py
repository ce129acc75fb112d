"""Buckets of a range and what stands in the empty ones: pure functions, the same for every store."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

from ioc.core.errors import Code, IocError
from ioc.metrics import MAX_BUCKETS, Fill, Point, RangeQuery


class Grid(NamedTuple):
    """`size` buckets of `step` milliseconds from `first`, the beginning of the one that holds the range's start."""

    first: int
    step: int
    size: int

    @classmethod
    def of(cls, query: RangeQuery) -> "Grid":
        """IocError `bad_step` or `too_many_buckets`. The first and last bucket may reach beyond the range."""
        if query.step_ms <= 0:
            raise IocError(Code.BAD_STEP, f"step must be above 0 ms, not {query.step_ms}", step=query.step_ms)
        first = query.start - (query.start + query.offset_ms) % query.step_ms
        size = max(0, -((first - query.end) // query.step_ms)) if query.end > query.start else 0
        if size > MAX_BUCKETS:
            message = f"{size} buckets asked for, {MAX_BUCKETS} allowed: take a longer step or a shorter range"
            raise IocError(Code.TOO_MANY_BUCKETS, message, buckets=size, most=MAX_BUCKETS)
        return cls(first, query.step_ms, size)

    def straddled(self, unit: int) -> Iterator[int]:
        """Beginnings of the units that lie in two buckets; none where buckets begin with units."""
        if self.first % unit or self.step % unit:
            edges = range(self.first, self.first + (self.size + 1) * self.step, self.step)
            yield from (t - t % unit for t in edges if t % unit)


def fill(found: Mapping[int, float], grid: Grid, how: Fill) -> list[Point]:
    """One point a bucket from the values found, by index of the bucket; as InfluxDB 1.x fills, but for COUNT with null
    (there 0, which is not nothing) and with linear (there cut to whole numbers).

    null: no value. previous: the last value before, of this range; null where there is none. linear: on the line
    between the values around; null before the first and after the last. 0: nothing counts as 0.
    A value beyond what a float holds is null.
    """
    known = {index: value for index, value in found.items() if isfinite(value)}
    filled: Mapping[int, float | None] = known
    if how is Fill.ZERO:
        filled = dict.fromkeys(range(grid.size), 0.0) | known
    elif how is Fill.PREVIOUS:
        filled = _previous(known, grid.size)
    elif how is Fill.LINEAR:
        filled = _linear(known)
    return [(grid.first + index * grid.step, filled.get(index)) for index in range(grid.size)]


def _previous(known: Mapping[int, float], size: int) -> dict[int, float | None]:
    filled: dict[int, float | None] = {}
    value: float | None = None
    for index in range(size):
        value = known.get(index, value)
        filled[index] = value
    return filled


def _linear(known: Mapping[int, float]) -> dict[int, float]:
    filled = dict(known)
    for (left, a), (right, b) in pairwise(sorted(known.items())):
        for index in range(left + 1, right):
            share = (index - left) / (right - left)
            filled[index] = a * (1 - share) + b * share  # not a + (b - a) * share: b - a may be too large
    return filled
