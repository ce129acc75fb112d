"""How much of the last day a source kept its word, from the readings that are there."""

from typing import Any

from ioc.clock import local
from ioc.inventory import Source
from ioc.model import SeriesKey
from ioc.share import percent
from ioc.store import Aggregate, Fill, Point, RangeQuery
from ioc.world import MISSED_INTERVALS
from web.api.route import Call

_DAY_MS = 86_400_000
_MINUTE_MS = 60_000
_UP = "up"


def availability(call: Call, source: Source) -> dict[str, Any]:
    """`pct` of the slots within its hours, since its first reading of the day, in which it was heard.

    A slot is as long as silence may last. Where a source tells `up`, a slot counts as far as it was. `pct` is null
    where no slot was due.
    """
    now, known = call.now, call.site.world.of(source.key).metrics
    tells_up = _UP in known and _UP in call.site.context.kinds[source.key.kind].metrics
    metric = _UP if tells_up else next(iter(known), None)
    agg = Aggregate.MEAN if tells_up else Aggregate.COUNT
    points = [] if metric is None or not source.interval_s else _slots(call, source, metric, agg)
    born = next((t for t, value in points if value is not None), now)
    due = [(t, value) for t, value in points if t >= born and call.site.world.opened_at(source, t) is not None]
    heard = [value for _, value in due if value is not None]
    kept = sum(heard) if tells_up else len(heard)
    pct = percent(kept, len(due))
    return {"from": call.at(now - _DAY_MS, source.key.org), "pct": pct, "heard": len(heard), "of": len(due)}


def _slots(call: Call, source: Source, metric: str, agg: Aggregate) -> list[Point]:
    """Whole slots only: the one that runs now is not over."""
    now = call.now
    minutes = -(-MISSED_INTERVALS * source.interval_s * 1000 // _MINUTE_MS)
    step = minutes * _MINUTE_MS
    offset = local(now, call.site.zone(source.key.org)).utcoffset()
    offset_ms = round(offset.total_seconds() * 1000) if offset else 0
    end = now - (now + offset_ms) % step
    query = RangeQuery(SeriesKey(source.key, metric), end - _DAY_MS, end, step, agg, Fill.NULL, offset_ms)
    return [] if step > _DAY_MS else call.site.read_series([query])[0]
