"""A range answered by InfluxQL: each part of the plan asked for, the parts of a bucket joined."""

from collections.abc import Callable, Iterator
from math import inf
from sys import float_info
from typing import Any, Final, NamedTuple

from ioc.model import SeriesKey
from ioc.store import Aggregate, RangeQuery
from ioc.store.buckets import Grid
from ioc.store.influx.failures import Overflow
from ioc.store.influx.influxql import buckets, name, select, whose
from ioc.store.influx.levels import Levels
from ioc.store.influx.line import field_of
from ioc.store.influx.server import Server
from ioc.store.joins import Weighed, add, high, later, low
from ioc.store.plan import Dirty, Part, plan
from ioc.store.schema import HOUR, floor

MOST_PARTS: Final = 12
_SUFFIX = {"reading": "", "m1": "_1m", "h1": "_1h"}


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


def aggregate(server: Server, query: RangeQuery, grid: Grid, parts: list[Part]) -> dict[int, float]:
    """Values by index of the bucket; buckets without readings are not there."""
    found: dict[int, Weighed] = {}
    join = _RULES[query.agg].join
    for part in parts:
        for index, new in _part(server, query, grid, part):
            found[index] = join(found[index], new) if index in found else new
    if query.agg is Aggregate.MEAN:
        return {index: total / n for index, (total, n) in found.items()}
    return {index: float(value) for index, (value, _) in found.items()}


def _part(server: Server, query: RangeQuery, grid: Grid, part: Part) -> Iterator[tuple[int, Weighed]]:
    columns = _columns(query.series, query.agg, part)
    first, last = (_index(grid, t - t % part.unit) for t in (part.lo, part.hi - 1))
    rest = "" if first == last else buckets(grid.step, grid.first)
    try:
        rows = list(_rows(server, query.series, part, columns, rest))
    except Overflow:
        yield from _by_hand(server, query, grid, part)
        return
    for t, value, *weight in rows:
        if value is not None:
            index = first if first == last else _index(grid, t)
            yield index, (_told(value, part), round(weight[0]) if weight else t if first == last else part.lo)


def _by_hand(server: Server, query: RangeQuery, grid: Grid, part: Part) -> Iterator[tuple[int, Weighed]]:
    """Sums that InfluxDB cannot put into its answer: the rows themselves, added up here."""
    stored = [column[column.index("(") + 1 : -1] for column in _columns(query.series, query.agg, part)]
    for t, value, *count in _rows(server, query.series, part, dict.fromkeys(stored), ""):
        if value is not None:
            yield _index(grid, t - t % part.unit), (_told(value, part), round(count[0]) if count else 1)


def _told(value: float, part: Part) -> float:
    """Of a roll-up, the largest float stands for a sum beyond it."""
    return inf if part.table != "reading" and abs(value) >= float_info.max else value


def _rows(server: Server, series: SeriesKey, part: Part, columns: Any, rest: str) -> Iterator[list[Any]]:
    measurement = series.source.kind + _SUFFIX[part.table]
    statement = select(columns, measurement, part.lo, part.hi, rest, source=True)
    for found in server.query(statement, whose(series.source)):
        yield from found.values


def _columns(series: SeriesKey, agg: Aggregate, part: Part) -> list[str]:
    """`sum(_n)` of the metric waiting is `sum("waiting_n")`."""
    rule, field = _RULES[agg], field_of(series.metric)
    columns = (column.rstrip(")").split("(") for column in (rule.reading if part.table == "reading" else rule.rollup))
    return [f"{function}({name(field + suffix)})" for function, suffix in columns]


def _index(grid: Grid, t: int) -> int:
    return (t - grid.first) // grid.step
