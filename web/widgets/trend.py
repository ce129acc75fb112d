"""One metric over the last hours, beside the same hours a week ago."""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ioc.core.clock import local
from ioc.core.model import SeriesKey
from ioc.domain.inventory import Source
from ioc.live.world import MISSED_INTERVALS, UNCOUNTED
from ioc.metrics import Aggregate, Fill, Point, RangeQuery
from web.sight import Reporting, Sight
from web.widgets._joined import Expected, joined

kind = "trend"

REFRESH_S = 60
WEEK_MS = 7 * 86_400_000
_POINTS = 144
_MINUTE_MS = 60_000
_MOST_READ = 1_000


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
    """The ranges to read: now for every source, then, to compare, the same sources a week earlier."""
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
        for s in _sources(sight, options)[:_MOST_READ]
    ]


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    """`incomplete` names the buckets that lack somebody: `[t, value of those heard, heard, expected]`."""
    everybody = _sources(sight, options)
    sources, unread = everybody[:_MOST_READ], len(everybody[_MOST_READ:])
    spec = sight.world.kinds.get(options.kind)
    metric = spec.metrics.get(options.metric) if spec else None
    patience = 0 if options.agg in ("sum", "count") else 1
    stands = [patience * (1 + s.interval_s * 1_000 // _step_ms(options)) for s in sources]
    lists = [standing(points, stands[at % len(stands)]) for at, points in enumerate(sight.loaded or ())]
    half = len(lists) // 2 if options.compare else len(lists)
    adds_up = metric is not None and not metric.unit
    now = joined(lists[:half], options.agg, adds_up, _expected(sight, options, sources, lists[:half]), unread)
    before = joined(lists[half:], options.agg, adds_up, _expected(sight, options, sources, lists[half:]), unread)
    spoken = [source for source in everybody if sight.current(source, options.metric) is not None]
    due = sight.due(everybody)
    return sight.head(everybody) | {
        "metric": options.metric,
        "unit": metric.unit if metric else "",
        "points": [list(point) for point in now.points],
        "incomplete": [list(partial) for partial in now.incomplete],
        "previous": [[t + WEEK_MS, v] for t, v in before.points],
        "sources": len(everybody),
        "reporting": Reporting(len(set(spoken) & set(due)), len(due)).shown(),
    }


def _expected(sight: Sight, options: Options, sources: list[Source], lists: Sequence[Sequence[Point]]) -> Expected:
    """True for a source expected in a bucket: its contract ran, and it was open long enough to be missed."""
    step, begins = _step_ms(options), [_begins(sight, *pair) for pair in zip(sources, lists, strict=False)]

    def expected(place: int, at: int) -> bool:
        source, begun = sources[place], begins[place]
        if begun is None or at < begun:
            return False
        if at + step > sight.now:  # a bucket that is not over
            return sight.health(source) not in UNCOUNTED and sight.current(source, options.metric) is None
        opened = sight.world.opened_at(source, at)
        patience = MISSED_INTERVALS * source.interval_s * 1_000
        return opened is not None and at >= opened + patience and sight.world.opened_at(source, at + step) == opened

    return expected


def _begins(sight: Sight, source: Source, points: Sequence[Point]) -> int | None:
    """The instant from which it is missed: the first day of its contract, else its first word, else None."""
    if source.valid_from is not None:
        return sight.world.inventory.calendar(source.key.org).instant(date.fromisoformat(source.valid_from), time())
    heard = sight.live(source).heard_at
    first = next((at for at, value in points if value is not None), None)
    return heard if first is None else first


def _step_ms(options: Options) -> int:
    return max(1, round(options.hours * 60 / _POINTS)) * _MINUTE_MS


def _sources(sight: Sight, options: Options) -> list[Source]:
    # what we add up ourselves holds all below it already
    found = (s for s in sight.sources(options.kind) if s.counts and not (s.derived and s.key.org != sight.root))
    return [s for s in found if options.source in (None, s.key.source, str(s.key))]


def standing(points: Sequence[Point], buckets: int) -> list[Point]:
    """A value stands until the source's next is due, else the sum of many sinks wherever one has not spoken yet."""
    carried: list[Point] = []
    value, age = None, 0
    for at, found in points:
        value, age = (value, age + 1) if found is None else (found, 0)
        carried.append((at, value if age <= buckets else None))
    return carried
