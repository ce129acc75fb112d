"""Figures of periods over time, each in its own period whenever it was told: answered from what was kept of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.model import SeriesKey
from ioc.core.periods import Length, Period, parse, span
from ioc.domain.figures.plausible import impossible
from ioc.domain.inventory import Inventory
from ioc.metrics import Aggregate, Point, RangeQuery
from ioc.metrics.buckets import Grid, fill
from ioc.platform.db.tables import feed_figure

_TAKEN: Final[Mapping[Aggregate, Callable[[Sequence[float]], float]]] = {
    Aggregate.MEAN: lambda values: sum(values) / len(values),
    Aggregate.MIN: min,
    Aggregate.MAX: max,
    Aggregate.LAST: lambda values: values[-1],
    Aggregate.SUM: sum,
    Aggregate.COUNT: len,
}
_FINEST_FIRST = tuple(reversed(Length))


class Figure(NamedTuple):
    """A value with the instant it is of, in epoch ms."""

    at: int
    value: float


def answer(conn: Connection, inventory: Inventory, query: RangeQuery) -> list[Point] | None:
    """None for what is not told by the period: the metric store has it."""
    told = _told(conn, inventory, query.series)
    return None if told is None else bucketed(told, query)


def bucketed(told: Iterable[Figure], query: RangeQuery) -> list[Point]:
    """Figures in the order of their periods, in the buckets of a question."""
    grid = Grid.of(query)
    buckets: dict[int, list[float]] = {}
    for figure in told:
        if query.start <= figure.at < query.end:
            buckets.setdefault((figure.at - grid.first) // grid.step, []).append(figure.value)
    taken = _TAKEN[query.agg]
    return fill({index: float(taken(values)) for index, values in buckets.items()}, grid, query.fill)


def _told(conn: Connection, inventory: Inventory, series: SeriesKey) -> list[Figure] | None:
    """In the order of their periods, which are of one length: years and months are not one series."""
    source = inventory.sources.get(series.source)
    if source is None:
        return None
    periods = _periods(conn, source.id)
    named = [one for one in periods if series.metric in one.values]
    if not named:
        return None
    promised = None if source.cadence is None else source.cadence.length
    length = _length([one.period.length for one in named], promised)
    zone = inventory.tz(source.key)
    return sorted(
        Figure(span(one.period.days, zone).as_of(one.said_at), one.values[series.metric])
        for one in named
        if one.period.length is length and series.metric not in impossible(one.values, length)
    )


class _Told(NamedTuple):
    period: Period
    values: dict[str, float]
    said_at: int


def _periods(conn: Connection, source_id: int) -> list[_Told]:
    values: dict[Period, dict[str, float]] = {}
    said_at: dict[Period, int] = {}
    for row in conn.execute(sa.select(feed_figure).where(feed_figure.c.source_id == source_id)):
        if (period := parse(row.period)) is not None:
            values.setdefault(period, {})[row.name] = row.value
            said_at[period] = max(said_at.get(period, 0), row.at)
    return [_Told(period, told, said_at[period]) for period, told in values.items()]


def _length(lengths: list[Length], promised: Length | None) -> Length:
    """The one that was promised, else the one that is told most."""
    if promised in lengths and promised is not None:
        return promised
    counts = Counter(lengths)
    return max(_FINEST_FIRST, key=lambda length: counts[length])
