"""A range answered by InfluxQL: each part of the plan asked for, the parts of a bucket joined."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf
from sys import float_info
from typing import Any, Final, NamedTuple

from ioc.model import SeriesKey, SourceKey
from ioc.store import Aggregate, RangeQuery
from ioc.store.buckets import Grid
from ioc.store.influx.failures import Overflow
from ioc.store.influx.influxql import BY_SERIES, buckets, name, of, select
from ioc.store.influx.levels import Levels
from ioc.store.influx.line import field_of
from ioc.store.influx.server import Server
from ioc.store.joins import Weighed, add, high, later, low
from ioc.store.plan import Dirty, Part, plan
from ioc.store.schema import HOUR, MINUTE, floor

MOST_PARTS: Final = 12
_READY: Final = {"m1": 2 * MINUTE, "h1": 2 * HOUR}
_SUFFIX = {"reading": "", "m1": "_1m", "h1": "_1h"}


Found = Mapping[SourceKey, Mapping[int, float]]  # values by source and index of the bucket


class _Rule(NamedTuple):
    """Which figures of readings and of roll-ups an aggregate is made of; a second one is the weight."""

    reading: tuple[str, ...]
    rollup: tuple[str, ...]
    join: Callable[[Weighed, Weighed], Weighed]


# (function, column): the column of a reading is its field, that of a roll-up its field and what stands after it
_RULES: Final = {
    Aggregate.MEAN: _Rule(("sum()", "count()"), ("sum(_sum)", "sum(_n)"), add),
    Aggregate.SUM: _Rule(("sum()",), ("sum(_sum)",), add),
    Aggregate.COUNT: _Rule(("count()",), ("sum(_n)",), add),
    Aggregate.MIN: _Rule(("min()",), ("min(_low)",), low),
    Aggregate.MAX: _Rule(("max()",), ("max(_high)",), high),
    Aggregate.LAST: _Rule(("last()",), ("last(_last)", "last(_at)"), later),
}


def parts_of(query: RangeQuery, grid: Grid, levels: Levels | None, late: set[int]) -> list[Part]:
    """What is rolled up as the plan has it, the rest from readings.

    Every part is a request of its own, and buckets that cut through minutes or hours make hundreds of them: then
    finer rows are read in one go.
    """
    upto = max(query.start, min(query.end, levels.minutes)) if levels else query.start
    parts: list[Part] = []
    if levels and query.start < upto:
        for dirty in (levels.dirty(late), Dirty(late, range(floor(query.start, HOUR), upto, HOUR))):
            parts = plan(query.start, upto, grid, levels.floors, dirty)
            if len(parts) <= MOST_PARTS:
                break
        else:
            kept = max(query.start, min(levels.floors.raw, upto))
            parts = plan(query.start, kept, grid, levels.floors, dirty) if query.start < kept else []
            upto = kept
    return [*parts, Part("reading", upto, query.end)] if upto < query.end else parts


def aggregate(server: Server, query: RangeQuery, sources: Sequence[SourceKey], grid: Grid, parts: list[Part]) -> Found:
    """What `query` asks of the metric, for each of the sources; buckets without readings are not there."""
    joined: dict[SourceKey, dict[int, Weighed]] = {source: {} for source in sources}
    join = _RULES[query.agg].join
    for part in parts:
        for source, index, new in _part(server, query, sources, grid, part):
            buckets_of = joined[source]
            buckets_of[index] = join(buckets_of[index], new) if index in buckets_of else new
    if query.agg is Aggregate.MEAN:
        return {key: {index: total / n for index, (total, n) in found.items()} for key, found in joined.items()}
    return {key: {index: float(value) for index, (value, _) in found.items()} for key, found in joined.items()}


def _part(
    server: Server, query: RangeQuery, sources: Sequence[SourceKey], grid: Grid, part: Part
) -> Iterator[tuple[SourceKey, int, Weighed]]:
    columns = _columns(query.series, query.agg, part)
    first, last = (_index(grid, t - t % part.unit) for t in (part.lo, part.hi - 1))
    one = first == last
    if not one and grid.step <= _READY.get(part.table, 0):
        yield from _by_hand(server, query, sources, grid, part)
        return
    try:
        rows = list(_rows(server, query, sources, part, columns, "" if one else buckets(grid.step, grid.first)))
    except Overflow:
        yield from _by_hand(server, query, sources, grid, part)
        return
    for source, (t, value, *weight) in rows:
        if value is not None:
            index = first if one else _index(grid, t)
            yield source, index, (_told(value, part), round(weight[0]) if weight else t if one else part.lo)


def _by_hand(
    server: Server, query: RangeQuery, sources: Sequence[SourceKey], grid: Grid, part: Part
) -> Iterator[tuple[SourceKey, int, Weighed]]:
    """The rows themselves, put together here: sums that InfluxDB cannot put into its answer, and roll-ups of which a
    bucket holds one or two (ten times as fast as having each of them grouped again).
    """
    stored = [column[column.index("(") + 1 : -1] for column in _columns(query.series, query.agg, part)]
    for source, (t, value, *count) in _rows(server, query, sources, part, dict.fromkeys(stored), ""):
        if value is not None:
            yield source, _index(grid, t - t % part.unit), (_told(value, part), round(count[0]) if count else 1)


def _told(value: float, part: Part) -> float:
    """Of a roll-up, the largest float stands for a sum beyond it."""
    return inf if part.table != "reading" and abs(value) >= float_info.max else value


def _rows(
    server: Server, query: RangeQuery, sources: Sequence[SourceKey], part: Part, columns: Iterable[str], by_time: str
) -> Iterator[tuple[SourceKey, list[Any]]]:
    kind = query.series.source.kind
    condition, bound = of(sources)
    rest = f"AND {condition} {BY_SERIES}{by_time}"
    for found in server.query(select(columns, kind + _SUFFIX[part.table], part.lo, part.hi, rest), bound):
        source = SourceKey(found.tags["org"], kind, found.tags["source"])
        yield from ((source, row) for row in found.values)


def _columns(series: SeriesKey, agg: Aggregate, part: Part) -> list[str]:
    """`sum(_n)` of the metric waiting is `sum("waiting_n")`."""
    rule, field = _RULES[agg], field_of(series.metric)
    columns = (column.rstrip(")").split("(") for column in (rule.reading if part.table == "reading" else rule.rollup))
    return [f"{function}({name(field + suffix)})" for function, suffix in columns]


def _index(grid: Grid, t: int) -> int:
    return (t - grid.first) // grid.step
