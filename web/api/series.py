"""One metric of one source over time, in buckets of the org's own days."""

import re
from typing import Any

from msgspec import Struct, field

from ioc.clock import local
from ioc.errors import IocError
from ioc.model import SeriesKey, SourceKey
from ioc.store import MAX_BUCKETS, Aggregate, Fill, RangeQuery
from ioc.wire import Rejected, parse_time
from web.api.route import Call

_DAY_MS = 86_400_000
# a "+" that nobody escaped reaches us as a space
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


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


def series(call: Call) -> dict[str, Any]:
    query = call.query
    key = call.known(SourceKey(query.org, query.kind, query.source))
    end = instant(call, "to", query.to, key.org, call.now)
    start = instant(call, "from", query.from_, key.org, end - _DAY_MS)
    if query.step < 1 or start > end:
        raise IocError("invalid_value", "step must be at least 1 ms and from not after to", name="step", detail="≥ 1")
    if (end - start) / query.step > MAX_BUCKETS:
        raise IocError("too_many_buckets", f"more than {MAX_BUCKETS} buckets; take a longer step", most=MAX_BUCKETS)
    offset = local(start, call.site.zone(key.org)).utcoffset()
    offset_ms = round(offset.total_seconds() * 1000) if offset else 0
    wanted = RangeQuery(SeriesKey(key, query.metric), start, end, query.step, query.agg, query.fill, offset_ms)
    points = call.site.read_series([wanted])[0] if start < end else []
    return {"points": [list(point) for point in points]}


def instant(call: Call, name: str, text: str | None, org: str | None, default: int) -> int:
    """RFC 3339 or epoch milliseconds; IocError `invalid_value` names the parameter."""
    if text is None:
        return default
    try:
        return parse_time(_LOST_PLUS.sub(r"+\1", text), call.site.zone(org))[0]
    except Rejected as error:
        raise IocError("invalid_value", f"{name}: {error.detail}", name=name, detail=error.detail) from None
