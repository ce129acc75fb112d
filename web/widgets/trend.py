"""One metric over the last hours, beside the same hours a week ago."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ioc.clock import local
from ioc.inventory import Source
from ioc.model import SeriesKey
from ioc.store import Aggregate, Fill, Point, RangeQuery
from web.sight import Sight

kind = "trend"

REFRESH_S = 60
WEEK_MS = 7 * 86_400_000
_POINTS = 144
_MINUTE_MS = 60_000
_MAX_SOURCES = 250


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    kind: str = "queue"
    metric: str = "waiting"
    org: str | None = None
    source: str | None = None  # its id, or ORG/KIND/SOURCE
    hours: Annotated[int, Meta(ge=1, le=744)] = 24
    agg: Literal["mean", "min", "max", "last", "sum", "count"] = "mean"
    compare: Literal["week"] | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset()


def series(sight: Sight, options: Options) -> list[RangeQuery]:
    """What has to be read: now for every source, then, to compare, the same sources a week earlier."""
    step = _step_ms(options)
    offset = local(sight.now, sight.tz).utcoffset()
    offset_ms = round(offset.total_seconds() * 1000) if offset else 0
    end = sight.now - (sight.now + offset_ms) % step + step
    start = end - options.hours * 3_600_000
    agg = Aggregate(options.agg)
    backs = (0, WEEK_MS) if options.compare else (0,)
    return [
        RangeQuery(SeriesKey(s.key, options.metric), start - back, end - back, step, agg, Fill.NULL, offset_ms)
        for back in backs
        for s in _sources(sight, options)
    ]


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    sources = _sources(sight, options)
    spec = sight.world.kinds.get(options.kind)
    metric = spec.metrics.get(options.metric) if spec else None
    patience = 0 if options.agg in ("sum", "count") else 1
    stands = [patience * (1 + s.interval_s * 1_000 // _step_ms(options)) for s in sources]
    lists = [standing(points, stands[at % len(stands)]) for at, points in enumerate(sight.loaded or ())]
    half = len(lists) // 2 if options.compare else len(lists)
    adds_up = metric is not None and not metric.unit
    previous = [[t + WEEK_MS, v] for t, v in _together(lists[half:], options.agg, adds_up)] if options.compare else []
    return sight.head(sources) | {
        "metric": options.metric,
        "unit": metric.unit if metric else "",
        "points": [list(point) for point in _together(lists[:half], options.agg, adds_up)],
        "previous": previous,
        "sources": len(sources),
    }


def _step_ms(options: Options) -> int:
    return max(1, round(options.hours * 60 / _POINTS)) * _MINUTE_MS


def _sources(sight: Sight, options: Options) -> list[Source]:
    # what we add up ourselves holds all below it already
    found = (s for s in sight.sources(options.kind) if s.counts and not (s.derived and s.key.org != sight.root))
    return [s for s in found if options.source in (None, s.key.source, str(s.key))][:_MAX_SOURCES]


def standing(points: Sequence[Point], buckets: int) -> list[Point]:
    """A value stands until the source's next is due, else the sum of many sinks wherever one has not spoken yet."""
    carried: list[Point] = []
    value, age = None, 0
    for at, found in points:
        value, age = (value, age + 1) if found is None else (found, 0)
        carried.append((at, value if age <= buckets else None))
    return carried


def _together(lists: Sequence[list[Point]], agg: str, adds_up: bool) -> list[Point]:
    """Counts of several sources add up; measures with a unit are averaged, extremes stay extremes."""
    merged: list[Point] = []
    for points in zip(*lists, strict=False):
        values = [value for _, value in points if value is not None]
        merged.append((points[0][0], _one(values, agg, adds_up) if values else None))
    return merged


def _one(values: list[float], agg: str, adds_up: bool) -> float:
    if agg in ("min", "max"):
        return min(values) if agg == "min" else max(values)
    total = sum(values)
    return round(total if adds_up or agg in ("sum", "count") else total / len(values), 3)
