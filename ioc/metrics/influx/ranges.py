"""A range answered by InfluxQL: each part of the plan asked for, the parts of a bucket joined."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from math import inf
from sys import float_info
from typing import Any, Final, NamedTuple

from ioc.core.model import SeriesKey, SourceKey
from ioc.metrics import Aggregate, RangeQuery
from ioc.metrics.buckets import Grid
from ioc.metrics.influx.failures import Overflow
from ioc.metrics.influx.influxql import BY_SERIES, buckets, name, of, select
from ioc.metrics.influx.levels import Levels
from ioc.metrics.influx.line import field_of
from ioc.metrics.influx.server import Influx
from ioc.metrics.joins import Weighed, add, high, later, low
from ioc.metrics.plan import Dirty, Slice, plan
from ioc.metrics.schema import HOUR, MINUTE, floor

AT_ONCE: Final = 250  # sources a statement
MOST_PARTS: Final = 12
_ROWS: Final = 20_000  # an answer, as near as may be
_READY: Final = {"m1": 2 * MINUTE, "h1": 2 * HOUR}
_SUFFIX = {"reading": "", "m1": "_1m", "h1": "_1h"}

Found = Mapping[SourceKey, Mapping[int, float]]  # values by source and index of the bucket
Answer = dict[SourceKey, dict[int, Weighed]]
Rows = list[tuple[Any, ...]]
Join = Callable[[Weighed, Weighed], Weighed]


class _AggregateFields(NamedTuple):
    """The figures of readings and of roll-ups that an aggregate is made of; a second one is the weight."""

    reading: tuple[str, ...]
    rollup: tuple[str, ...]
    join: Join


# (function, column): the column of a reading is its field, that of a roll-up its field and what stands after it
_RULES: Final = {
    Aggregate.MEAN: _AggregateFields(("sum()", "count()"), ("sum(_sum)", "sum(_n)"), add),
    Aggregate.SUM: _AggregateFields(("sum()",), ("sum(_sum)",), add),
    Aggregate.COUNT: _AggregateFields(("count()",), ("sum(_n)",), add),
    Aggregate.MIN: _AggregateFields(("min()",), ("min(_low)",), low),
    Aggregate.MAX: _AggregateFields(("max()",), ("max(_high)",), high),
    Aggregate.LAST: _AggregateFields(("last()",), ("last(_last)", "last(_at)"), later),
}


def parts_of(query: RangeQuery, grid: Grid, levels: Levels | None, late: set[int]) -> list[Slice]:
    """Reads roll-ups where the plan has them, readings for the rest.

    Every part is a request of its own, and buckets that cut through minutes or hours make hundreds of them: then
    finer rows are read in one go.
    """
    upto = max(query.start, min(query.end, levels.minutes)) if levels else query.start
    parts: list[Slice] = []
    if levels and query.start < upto:
        for dirty in (levels.dirty(late), Dirty(late, range(floor(query.start, HOUR), upto, HOUR))):
            parts = plan(query.start, upto, grid, levels.floors, dirty)
            if len(parts) <= MOST_PARTS:
                break
        else:
            kept = max(query.start, min(levels.floors.raw, upto))
            parts = plan(query.start, kept, grid, levels.floors, dirty) if query.start < kept else []
            upto = kept
    return [*parts, Slice("reading", upto, query.end)] if upto < query.end else parts


def aggregate(server: Influx, query: RangeQuery, sources: Sequence[SourceKey], grid: Grid, parts: list[Slice]) -> Found:
    """The answers to `query` by source; buckets without readings are not there."""
    asked = [(part, some) for part in parts for some in _shares(sources, grid, part)]
    join = _RULES[query.agg].join
    joined: Answer = {}
    for answer in server.each(lambda one: _answer(server, query, grid, *one), asked):
        for source, found in answer.items():
            joined[source] = _join(joined[source], found.items(), join) if source in joined else found
    if query.agg is Aggregate.MEAN:
        return {key: {index: total / n for index, (total, n) in found.items()} for key, found in joined.items()}
    return {key: {index: float(value) for index, (value, _) in found.items()} for key, found in joined.items()}


def _shares(sources: Sequence[SourceKey], grid: Grid, part: Slice) -> list[Sequence[SourceKey]]:
    """The sources of one statement: no answer is very large, and the server works on some at a time."""
    rows = 1 + (part.hi - part.lo) // grid.step
    size = max(1, min(AT_ONCE, _ROWS // rows))
    return [sources[at : at + size] for at in range(0, len(sources), size)]


def _answer(server: Influx, query: RangeQuery, grid: Grid, part: Slice, sources: Sequence[SourceKey]) -> Answer:
    """The rows of one part for each source, by index of the bucket."""
    columns = _columns(query.series, query.agg, part)
    first, last = (_index(grid, t - t % part.unit) for t in (part.lo, part.hi - 1))
    if first == last or grid.step > _READY.get(part.table, 0):
        only, by_time = (first, "") if first == last else (None, buckets(grid.step, grid.first))
        with suppress(Overflow):
            found = _rows(server, query, sources, part, columns, by_time)
            return {source: _grouped(rows, grid, part, only) for source, rows in found}
    stored = dict.fromkeys(column[column.index("(") + 1 : -1] for column in columns)
    found = _rows(server, query, sources, part, stored, "")
    return {source: _by_hand(rows, grid, part, _RULES[query.agg].join) for source, rows in found}


def _grouped(rows: Rows, grid: Grid, part: Slice, only: int | None) -> dict[int, Weighed]:
    """Buckets as the server made them; of the `only` one, a row says when it was."""
    most = _most(part)
    return {
        _index(grid, t) if only is None else only: (
            value if -most < value < most else inf,
            weight[0] if weight else part.lo if only is None else t,
        )
        for t, value, *weight in rows
        if value is not None
    }


def _by_hand(rows: Rows, grid: Grid, part: Slice, join: Join) -> dict[int, Weighed]:
    """The rows themselves, put together here: sums that InfluxDB cannot put into its answer, and roll-ups of which a
    bucket holds one or two (ten times as fast as having each of them grouped again).
    """
    (begin, step, _), unit, most = grid, part.unit, _most(part)
    weighed = rows if rows and len(rows[0]) > 2 else [(*row, 1) for row in rows]
    pairs = (
        ((t - t % unit - begin) // step, (value if -most < value < most else inf, weight))
        for t, value, weight in weighed
        if value is not None
    )
    return _join({}, pairs, join)


def _join(have: dict[int, Weighed], more: Iterable[tuple[int, Weighed]], join: Join) -> dict[int, Weighed]:
    for index, new in more:
        have[index] = join(have[index], new) if index in have else new
    return have


def _most(part: Slice) -> float:
    """Of a roll-up, the largest float stands for a sum beyond it."""
    return inf if part.table == "reading" else float_info.max


def _rows(
    server: Influx, query: RangeQuery, sources: Sequence[SourceKey], part: Slice, columns: Iterable[str], by_time: str
) -> list[tuple[SourceKey, Rows]]:
    kind = query.series.source.kind
    condition, bound = of(sources)
    rest = f"AND {condition} {BY_SERIES}{by_time}"
    found = server.query(select(columns, kind + _SUFFIX[part.table], part.lo, part.hi, rest), bound)
    return [(SourceKey(one.tags["org"], kind, one.tags["source"]), one.values) for one in found]


def _columns(series: SeriesKey, agg: Aggregate, part: Slice) -> list[str]:
    """`sum(_n)` of the metric waiting is `sum("waiting_n")`."""
    rule, field = _RULES[agg], field_of(series.metric)
    columns = (column.rstrip(")").split("(") for column in (rule.reading if part.table == "reading" else rule.rollup))
    return [f"{function}({name(field + suffix)})" for function, suffix in columns]


def _index(grid: Grid, t: int) -> int:
    return (t - grid.first) // grid.step
