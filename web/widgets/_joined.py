"""Several series as one: a sum stands only where everybody expected has spoken, a mean says of how many it is."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ioc.metrics import Point

Expected = Callable[[int, int], bool]  # the place of a series, and the start of a bucket in epoch ms


class Partial(NamedTuple):
    """A bucket in which not everybody spoke; `value` is what those gave who did."""

    at: int
    value: float
    heard: int
    expected: int


class Joined(NamedTuple):
    """A sum that lacks somebody is null among the points."""

    points: list[Point]
    incomplete: list[Partial]


def joined(lists: Sequence[Sequence[Point]], agg: str, adds_up: bool, expected: Expected, unread: int = 0) -> Joined:
    """Counts add up; measures with a unit are averaged, extremes stay extremes; `unread` lack in every bucket."""
    found = Joined([], [])
    sums = adds_up if agg in ("mean", "last") else agg in ("sum", "count")
    for bucket in zip(*lists, strict=False):
        at = bucket[0][0]
        values = [value for _, value in bucket if value is not None]
        missing = unread + sum(expected(place, at) for place, (_, value) in enumerate(bucket) if value is None)
        value = _one(values, agg, sums) if values else None
        if value is not None and missing:
            found.incomplete.append(Partial(at, value, len(values), len(values) + missing))
        found.points.append((at, None if missing and sums else value))
    return found


def _one(values: list[float], agg: str, sums: bool) -> float:
    if agg in ("min", "max"):
        return min(values) if agg == "min" else max(values)
    total = sum(values)
    return round(total if sums else total / len(values), 3)
