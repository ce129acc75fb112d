"""One metric of one source over time, in buckets of the org's own days."""

from typing import Annotated

from msgspec import Meta, Struct, field

from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.core.model import Number, Role, SeriesKey, SourceKey
from ioc.metrics import MAX_BUCKETS, Aggregate, Fill, RangeQuery
from web.boundary import ports
from web.boundary.call import Call
from web.boundary.period import instant
from web.boundary.route import V1, Route

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


def series(call: Call, query: Query, store: ports.SeriesPort) -> Points:
    key = call.known(SourceKey(query.org, query.kind, query.source))
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
    return Points([list(point) for point in store.read_series([wanted])[0]] if start < end else [])


_ERRORS = (Code.UNKNOWN_SOURCE, Code.TOO_MANY_BUCKETS)
ROUTES = (Route("GET", f"{V1}/series", Role.LEADER, series, "A metric over time", _ERRORS),)
