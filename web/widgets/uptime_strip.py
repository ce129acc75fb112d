"""How systems and lines did over a day or ninety: up, down, closed, and grey where we were blind; a row a source."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct

from alerts import queries
from alerts.model import Alert
from ioc.config.settings import Settings
from ioc.core.clock import local
from ioc.core.model import SourceKey
from ioc.core.opening import open_spans
from ioc.core.share import percent
from ioc.core.spans import Span, common, merged
from ioc.domain.inventory import Source
from ioc.live.uptime import Away, HeardSource, StepCause, StepState, UptimeStep, steps
from ioc.live.world import MISSED_INTERVALS
from ioc.messages import severity
from ioc.metrics import Aggregate, Fill, Point, RangeQuery
from ioc.platform.observed import Watched
from web.availability import judged, listened, listeners
from web.explained import Explanation, FigureTitle, said, source_row
from web.sight import Sight

kind = "uptime_strip"

REFRESH_S = 60
_STEP_MS = 15 * 60_000
_STEPS = 96
_DAYS = 90
_LEAST_MS = 60_000
_MOST_READ = 400
_HOUR_MS = 3_600_000


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None
    kinds: tuple[str, ...] = ("service", "link")
    span: Literal["24h", "90d"] = "24h"
    limit: Annotated[int, Meta(ge=1, le=200)] = 60


class UptimeRow(NamedTuple):
    """One source over the steps: a letter a step for its state, and one for what says so."""

    key: SourceKey
    states: str
    grounds: str
    up_ms: float
    watched_ms: int
    open_ms: int


class Strips(NamedTuple):
    """`unread` sources have no row: there are more of them than are read."""

    edges: Sequence[int]
    rows: Sequence[UptimeRow]
    unread: int


def touches(options: Options) -> frozenset[str]:
    return frozenset(options.kinds)


def load(site: Any, sight: Sight, options: Options) -> Strips:
    sources = _sources(sight, options)
    shown = sources[:_MOST_READ]
    edges = _edges(sight, options)
    by = [(source, found) for source in shown if (found := judged(sight.world, source.key)) is not None]
    told = site.read_series([_query(sight, edges, *pair) for pair in by])
    points = {source.key: (found.tells_up, line) for (source, found), line in zip(by, told, strict=True)}
    lo, hi = edges[0], edges[-1]
    alerts, heard = site.read(
        lambda conn: (queries.between(conn, sight.scope, lo, hi, options.kinds), listened(conn, lo, hi))
    )
    rows = site.offload(_rows, sight, edges, shown, points, _by_source(alerts), heard, site.context.settings)
    return Strips(edges, rows, len(sources) - len(shown))


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    """`edges` in epoch ms; of the worst rows `numerator` seconds were up of `denominator` watched, of `open_s`."""
    sources = {source.key: source for source in _sources(sight, options)}
    found: Strips = sight.loaded or Strips((), (), 0)
    rows = [row for row in found.rows if row.key in sources]
    ranked = sorted(rows, key=lambda row: _rank(sight, sources[row.key], row))
    worst = enumerate(ranked[: options.limit])
    told = {str(row.key): _shown(sight, sources[row.key], row) | {"order": at} for at, row in worst}
    return sight.head(sources.values()) | {
        "span": options.span,
        "edges": list(found.edges),
        "rows": told,
        "hidden": found.unread + len(ranked) - len(told),
        "total": _total(rows),
    }


def figures(sight: Sight, options: Options) -> Mapping[str, FigureTitle]:
    """`total`, then each source by its key."""
    known = {str(source.key): source for source in _sources(sight, options)}
    rows = [str(row.key) for row in (sight.loaded or Strips((), (), 0)).rows if str(row.key) in known]
    named = {key: FigureTitle(words=f"{known[key].name} · {sight.place(known[key].key.org)}") for key in rows}
    return {"total": said(f"ui.uptime.title.{options.span}"), **named}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    """Seconds up of those watched, and those that nobody watched of what was expected."""
    sources = {source.key: source for source in _sources(sight, options)}
    rows = [row for row in (sight.loaded or Strips((), (), 0)).rows if row.key in sources]
    mine = [row for row in rows if part in ("total", str(row.key))]
    if part != "total" and not mine:
        return None
    whole, shares = _share(mine), sorted(((_share([row]), row) for row in mine), key=lambda one: one[0]["pct"] or 0)
    return Explanation(
        title=figures(sight, options)[part],
        formula="explain.uptime",
        source="explain.source.uptime",
        unit="s",
        value=whole["pct"],
        numerator=whole["numerator"],
        denominator=whole["denominator"],
        rows=tuple(source_row(sight, sources[row.key], one["numerator"], of=one["denominator"]) for one, row in shares),
        total=len(mine),
        unwatched=whole["open_s"] - whole["denominator"],
    )


def _sources(sight: Sight, options: Options) -> list[Source]:
    return [source for wanted in options.kinds for source in sight.sources(wanted) if source.counts]


def _edges(sight: Sight, options: Options) -> list[int]:
    """The beginnings of the steps, aligned in the place's own time, and now.

    A step that has only just begun is one with the step before it: nothing could be said of it alone.
    """
    starts = _quarters(sight) if options.span == "24h" else _days(sight)
    return [*(starts[:-1] if sight.now - starts[-1] < _LEAST_MS else starts[1:]), sight.now]


def _quarters(sight: Sight) -> list[int]:
    last = sight.now - (sight.now + _offset_ms(sight)) % _STEP_MS
    return [last - n * _STEP_MS for n in range(_STEPS, -1, -1)]


def _days(sight: Sight) -> list[int]:
    today = local(sight.now, sight.tz).date()
    days = [today - timedelta(days=n) for n in range(_DAYS, -1, -1)]
    return [round(datetime.combine(day, time(), sight.tz).timestamp() * 1000) for day in days]


def _offset_ms(sight: Sight) -> int:
    return round((local(sight.now, sight.tz).utcoffset() or timedelta()).total_seconds() * 1000)


def _query(sight: Sight, edges: Sequence[int], source: Source, by: Any) -> RangeQuery:
    step = edges[1] - edges[0]
    agg = Aggregate.MEAN if by.tells_up else Aggregate.COUNT
    return RangeQuery(by.series, edges[0], edges[0] + step * (len(edges) - 1), step, agg, Fill.NULL, _offset_ms(sight))


def _by_source(alerts: Iterable[Alert]) -> dict[SourceKey, list[Alert]]:
    found: dict[SourceKey, list[Alert]] = {}
    for alert in alerts:
        if isinstance(alert.subject, SourceKey):
            found.setdefault(alert.subject, []).append(alert)
    return found


def _rows(
    sight: Sight,
    edges: Sequence[int],
    sources: Sequence[Source],
    points: Mapping[SourceKey, tuple[bool, Sequence[Point]]],
    alerts: Mapping[SourceKey, Sequence[Alert]],
    heard: Mapping[str, Sequence[Watched]],
    settings: Settings,
) -> list[UptimeRow]:
    watched = {role: merged(spans) for role, spans in heard.items()}
    cut: dict[Any, list[Span]] = {}
    found = []
    for source in sources:
        calendar = sight.world.inventory.calendar(source.key.org)
        hours = (source.hours, source.key.org)
        if hours not in cut:
            cut[hours] = open_spans(source.hours, calendar, edges[0], edges[-1])
        tells_up, told = points.get(source.key, (False, ()))
        spans = [watched[role] for role in listeners(settings, source.key)]
        mine = _since(sight, source, edges, told, spans[0] if len(spans) == 1 else common(*spans))
        away, poor = _troubles(alerts.get(source.key, ()), sight.now)
        values = [value for _, value in told] or [None] * (len(edges) - 1)
        patience = MISSED_INTERVALS * source.interval_s * 1_000
        line = steps(edges, HeardSource(cut[hours], mine, away, poor, values, tells_up, patience or _HOUR_MS * 48))
        found.append(_row(source.key, line))
    return found


def _since(
    sight: Sight, source: Source, edges: Sequence[int], told: Sequence[Point], watched: Sequence[Span]
) -> list[Span]:
    """What we watched of it: from its contract on, else from its first word."""
    begun = sight.world.inventory.begins(source)
    if begun is None:
        begun = next((at for at, value in told if value is not None), None)
    if begun is None:  # not a word within the steps: all of them where it spoke before
        begun = edges[-1] if sight.world.never_heard(source) else edges[0]
    return common(watched, [(begun, max(begun + 1, edges[-1]))])


def _troubles(alerts: Sequence[Alert], now: int) -> tuple[list[Away], list[Span]]:
    away, poor = [], []
    for alert in alerts:
        end = now if alert.ended_at is None else alert.ended_at
        steady = end if alert.flapping_since is None else alert.flapping_since  # then it comes and goes
        if alert.title in queries.AWAY:
            ground = StepCause.GOODBYE if alert.title == queries.AWAY[0] else StepCause.SILENCE
            away.append(Away(alert.since, steady, ground))
            poor.append((steady, end))
        elif alert.severity != "info":
            poor.append((alert.since, end))
    return away, poor


def _row(key: SourceKey, line: Sequence[UptimeStep]) -> UptimeRow:
    letters = ("".join(step.state for step in line), "".join(step.ground for step in line))
    return UptimeRow(key, *letters, sum(s.up for s in line), sum(s.watched for s in line), sum(s.opened for s in line))


def _rank(sight: Sight, source: Source, row: UptimeRow) -> tuple[Any, ...]:
    """Those in trouble now, then those that were least up, then by name."""
    share = row.up_ms / row.watched_ms if row.watched_ms else 2
    return severity.need(sight.health(source)), share, str(row.key)


def _shown(sight: Sight, source: Source, row: UptimeRow) -> dict[str, Any]:
    return {
        "kind": source.key.kind,
        "name": source.name,
        "org_name": sight.org_name(source.key.org),
        "parent_name": sight.above(source.key.org),
        "health": sight.health(source),
        "states": row.states,
        "grounds": row.grounds,
        **_share([row]),
    }


def _total(rows: Sequence[UptimeRow]) -> dict[str, Any]:
    return {**_share(rows), "sources": len(rows), "blind": sum(StepState.BLIND in row.states for row in rows)}


def _share(rows: Iterable[UptimeRow]) -> dict[str, Any]:
    """Seconds up of those watched; whole ones of each source, so that the sources add up to their total."""
    rows = list(rows)
    up, watched = sum(round(row.up_ms / 1000) for row in rows), sum(round(row.watched_ms / 1000) for row in rows)
    told = {"pct": percent(up, watched), "numerator": up, "denominator": watched}
    return told | {"open_s": sum(round(row.open_ms / 1000) for row in rows)}
