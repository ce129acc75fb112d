"""Reading the metric file: series, and the aggregate of each bucket of a range."""

import sqlite3
from collections.abc import Callable
from typing import Final, NamedTuple

from ioc.core.model import SeriesKey, SourceKey
from ioc.metrics import Aggregate, RangeQuery
from ioc.metrics.buckets import Grid
from ioc.metrics.ids import find_series
from ioc.metrics.joins import Weighed, add, high, later, low
from ioc.metrics.plan import Dirty, Slice, plan
from ioc.metrics.schema import HOUR, MINUTE, read_dirty, read_floors

_SPAN = "WHERE s = :s AND t >= :lo AND t < :hi GROUP BY 1"
_SERIES = """SELECT org, kind, source, metric FROM series
WHERE :every OR (org = :org AND kind = :kind AND source = :source) ORDER BY org, kind, source, metric"""


class _AggregateParts(NamedTuple):
    """The formula of an aggregate: from readings, from roll-ups, and joined from two parts of a bucket."""

    reading: str
    rollup: str
    join: Callable[[Weighed, Weighed], Weighed]


# SQLite takes a bare column next to a lone max() from the row that holds the maximum
_RULES: Final = {
    Aggregate.MEAN: _AggregateParts("total(v), count(*)", "total(sum), sum(n)", add),
    Aggregate.SUM: _AggregateParts("total(v), 0", "total(sum), 0", add),
    Aggregate.COUNT: _AggregateParts("count(*), 0", "sum(n), 0", add),
    Aggregate.MIN: _AggregateParts("min(v), 0", "min(low), 0", low),
    Aggregate.MAX: _AggregateParts("max(v), 0", "max(high), 0", high),
    Aggregate.LAST: _AggregateParts("v, max(t)", "last, max(last_t)", later),
}


def aggregate(conn: sqlite3.Connection, query: RangeQuery, grid: Grid) -> dict[int, float]:
    """Values by index of the bucket, one snapshot of the file; buckets without readings are not there."""
    conn.execute("BEGIN")
    try:
        return _aggregate(conn, query, grid)
    finally:
        conn.execute("ROLLBACK")


def _aggregate(conn: sqlite3.Connection, query: RangeQuery, grid: Grid) -> dict[int, float]:
    number = find_series(conn, query.series.source, query.series.metric)
    if number is None:
        return {}
    dirty = Dirty(read_dirty(conn, MINUTE), read_dirty(conn, HOUR))
    rule = _RULES[query.agg]
    buckets: dict[int, Weighed] = {}
    for part in plan(query.start, query.end, grid, read_floors(conn), dirty):
        for index, *weighed in conn.execute(_sql(rule, part), _where(part, grid, number)):
            new: Weighed = (weighed[0], weighed[1])
            buckets[index] = rule.join(buckets[index], new) if index in buckets else new
    if query.agg is Aggregate.MEAN:
        return {index: total / n for index, (total, n) in buckets.items()}
    return {index: float(value) for index, (value, _) in buckets.items()}


def _sql(rule: _AggregateParts, part: Slice) -> str:
    columns = rule.reading if part.table == "reading" else rule.rollup
    return " ".join(["SELECT (t - t % :unit - :first) / :step,", columns, "FROM", part.table, _SPAN])


def _where(part: Slice, grid: Grid, number: int) -> dict[str, int]:
    return {
        "unit": part.unit,
        "first": grid.first,
        "step": grid.step,
        "s": number,
        "lo": part.lo,
        "hi": part.hi,
    }


def count_series(conn: sqlite3.Connection) -> int:
    found: int = conn.execute("SELECT count(*) FROM series").fetchone()[0]
    return found


def known_series(conn: sqlite3.Connection, source: SourceKey | None) -> list[SeriesKey]:
    """Every series or those of one source, in the order of their names."""
    wanted = (source or SourceKey("", "", ""))._asdict()
    rows = conn.execute(_SERIES, {"every": source is None, **wanted})
    return [SeriesKey(SourceKey(org, kind, name), metric) for org, kind, name, metric in rows]
