"""The tables that answer a range: roll-ups where they are exact, readings for the rest."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ioc.metrics.buckets import Grid
from ioc.metrics.schema import HOUR, MINUTE, Floors, ceil, floor

Span = tuple[int, int]


class Slice(NamedTuple):
    """Rows of one table with `lo` <= t < `hi`; each counts in the bucket where its `unit` begins (1: where it is)."""

    table: str
    lo: int
    hi: int
    unit: int = 1


class Dirty(NamedTuple):
    """Beginnings of the minutes and hours whose roll-up is out of date."""

    minutes: Collection[int]
    hours: Collection[int]


def plan(start: int, end: int, grid: Grid, floors: Floors, dirty: Dirty) -> list[Slice]:
    """Parts that together hold each reading of the range once; late readings come after what they are folded into.

    A roll-up is used where it is up to date and lies in one bucket. Below a floor the finer levels are gone: there a
    roll-up counts where it begins, and only where a bucket is not shorter than it.
    """
    parts: list[Slice] = []
    rest: list[Span] = [(start, end)]
    hours = {floor(t, HOUR) for t in dirty.minutes}.union(dirty.hours)
    for unit, table, finer, stale in (
        (HOUR, "h1", floors.minute, hours),
        (MINUTE, "m1", floors.raw, dirty.minutes),
    ):
        below = [(lo, min(hi, finer)) for lo, hi in rest if lo < finer]
        rest = [(max(lo, finer), hi) for lo, hi in rest if hi > finer]
        if grid.step < unit:
            continue
        for lo, hi in below:
            parts.append(Slice(table, lo, hi))
            parts += _late(lo, hi, unit, dirty.minutes)
        holes = sorted({*stale, *grid.straddled(unit)})
        done, rest = _carve(rest, unit, holes)
        parts += [Slice(table, lo, hi) for lo, hi in done]
    return parts + [Slice("reading", lo, hi) for lo, hi in rest]


def _late(lo: int, hi: int, unit: int, minutes: Iterable[int]) -> Iterator[Slice]:
    """Readings that wait to be folded into a unit that begins in [lo, hi)."""
    late = sorted(t for t in minutes if ceil(lo, unit) <= t < ceil(hi, unit))
    return (Slice("reading", t, t + MINUTE, unit) for t in late)


def _carve(spans: Iterable[Span], unit: int, holes: list[int]) -> tuple[list[Span], list[Span]]:
    """Whole units of the spans that are no holes, and what is left; neighbours joined."""
    done: list[Span] = []
    left: list[Span] = []
    for lo, hi in spans:
        at = lo
        edges = [t for t in holes if lo - unit < t < hi]
        for hole in (*edges, None):
            first, last = ceil(at, unit), floor(hi, unit) if hole is None else hole
            if first < last:
                done.append((first, last))
                _join(left, (at, first))
                at = last
            upto = hi if hole is None else min(hi, hole + unit)
            _join(left, (at, upto))
            at = upto
    return done, left


def _join(spans: list[Span], span: Span) -> None:
    if span[0] >= span[1]:
        return
    if spans and spans[-1][1] == span[0]:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)
