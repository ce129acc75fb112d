"""One metric of one source over time, in buckets of the org's own days."""

from typing import Annotated

from msgspec import Meta, Struct, field
from sqlalchemy.engine import Connection

from ioc.context import Context
from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.core.model import Number, Role, SeriesKey, SourceKey
from ioc.domain.figures.series import bucketed
from ioc.domain.indicators import values
from ioc.metrics import MAX_BUCKETS, Aggregate, Fill, RangeQuery
from ioc.metrics import Point as StorePoint
from web.api import _indicators
from web.boundary import ports
from web.boundary.call import Call
from web.boundary.period import instant
from web.boundary.route import V1, Route

INDICATOR = "indicator"
METRICS = ("value", "numerator", "denominator", "rank")
_DAY_MS = 86_400_000


class Query(Struct, frozen=True):
    org: str
    kind: str
    source: str
    metric: str
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    step: int = 60_000
    agg: Aggregate = Aggregate.MEAN
    fill: Fill = Fill.NULL


Point = Annotated[list[Number | None], Meta(min_length=2, max_length=2)]


class Points(Struct, frozen=True):
    """Of each bucket where it begins (epoch ms), and its value."""

    points: list[Point]


def series(call: Call, query: Query, store: ports.SeriesPort, context: Context, records: ports.Reads) -> Points:
    """Of `kind=indicator` the source is an indicator's id, and each value stands at the end of its period."""
    of_indicator = query.kind == INDICATOR
    named = SourceKey(query.org, query.kind, query.source)
    key = _of_unit(call, named) if of_indicator else call.known(named)
    end = instant(call, "to", query.to, key.org, call.now)
    start = instant(call, "from", query.from_, key.org, end - _DAY_MS)
    if query.step < 1 or start > end:
        raise IocError(
            Code.INVALID_VALUE, "step must be at least 1 ms and from not after to", name="step", detail="≥ 1"
        )
    if (end - start) / query.step > MAX_BUCKETS:
        raise IocError(Code.TOO_MANY_BUCKETS, f"more than {MAX_BUCKETS} buckets; take a longer step", most=MAX_BUCKETS)
    offset = local(start, call.zone(key.org)).utcoffset()
    offset_ms = round(offset.total_seconds() * 1000) if offset else 0
    wanted = RangeQuery(SeriesKey(key, query.metric), start, end, query.step, query.agg, query.fill, offset_ms)
    if start >= end:
        return Points([])
    if of_indicator:
        return Points([list(point) for point in records.read(lambda conn: _of_indicator(call, conn, context, wanted))])
    return Points([list(point) for point in store.read_series([wanted])[0]])


def _of_unit(call: Call, key: SourceKey) -> SourceKey:
    call.subtree(key.org)
    return key


def _of_indicator(call: Call, conn: Connection, context: Context, wanted: RangeQuery) -> list[StorePoint]:
    """IocError `invalid_value` for a metric that values have not."""
    key, metric = wanted.series
    if metric not in METRICS:
        allowed = ", ".join(METRICS)
        raise IocError(Code.INVALID_VALUE, f"metric: allowed: {allowed}", name="metric", detail=allowed)
    of = _indicators.known(_indicators.definitions(conn, context), key.source)
    zone = call.zone(key.org)
    return bucketed(values.figures(conn, of, key.org, metric, zone), wanted)


_ERRORS = (Code.UNKNOWN_SOURCE, Code.UNKNOWN_ORG, Code.UNKNOWN_INDICATOR, Code.TOO_MANY_BUCKETS)
ROUTES = (Route("GET", f"{V1}/series", Role.LEADER, series, "A metric over time", _ERRORS),)
