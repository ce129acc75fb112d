"""One metric over a day or a week, with the alerts of that time drawn on it."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from alerts import queries
from alerts.model import WORST_FIRST, Alert
from ioc.core.model import Severity, SourceKey
from ioc.metrics import Point, RangeQuery
from web.sight import Sight
from web.widgets import trend

kind = "history"

REFRESH_S = 30
_HOURS = {"24h": 24, "7d": 168}
_MOST = 40
_DRAWN = frozenset({Severity.CRITICAL, Severity.WARNING})


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    kind: str = "queue"
    metric: str = "waiting"
    org: str | None = None
    source: str | None = None  # its id, or ORG/KIND/SOURCE
    span: Literal["24h", "7d"] = "24h"
    agg: Literal["mean", "min", "max", "last", "sum", "count"] = "mean"


class AlertPast(NamedTuple):
    """What was measured, and what was found wrong meanwhile."""

    points: Sequence[Sequence[Point]]
    alerts: Sequence[Alert]


def touches(_options: Options) -> frozenset[str]:
    return frozenset()


def load(site: Any, sight: Sight, options: Options) -> AlertPast:
    asked: list[RangeQuery] = trend.series(sight, _course(options))
    start = sight.now - _HOURS[options.span] * 3_600_000
    found = site.read(lambda conn: queries.between(conn, sight.scope, start, sight.now, (options.kind,)))
    fired = (one for one in found if one.severity in _DRAWN and one.fired_at is not None)
    told = [one for one in fired if options.source in (None, one.source, str(one.subject))]
    return AlertPast(site.read_series(asked), told)


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    """The course as `trend` tells it; `alerts` are the gravest of `alerts_total`, the earliest first."""
    past: AlertPast = sight.loaded or AlertPast((), ())
    told = trend.snapshot(Sight(sight.look, sight.root, past.points), _course(options))
    drawn = sorted(past.alerts, key=lambda one: (WORST_FIRST[one.severity], one.open is False, -one.since))[:_MOST]
    return told | {
        "span": options.span,
        "limits": _limits(sight, options, told["sources"]),
        "alerts": [_alert(sight, one) for one in sorted(drawn, key=lambda one: (one.since, one.id))],
        "alerts_total": len(past.alerts),
    }


def _course(options: Options) -> trend.Options:
    same = {name: getattr(options, name) for name in ("kind", "metric", "org", "source", "agg")}
    return trend.Options(**same, hours=_HOURS[options.span])


def _limits(sight: Sight, options: Options, sources: int) -> dict[str, float]:
    """From which value on one source is amber or red; a sum of many has no such value."""
    spec = sight.world.kinds.get(options.kind)
    metric = spec.metrics.get(options.metric) if spec else None
    if metric is None or (sources != 1 and not metric.unit):
        return {}
    told = {"warning": metric.warning_above, "critical": metric.critical_above}
    return {name: value for name, value in told.items() if value is not None}


def _alert(sight: Sight, alert: Alert) -> dict[str, Any]:
    subject = alert.subject
    source = sight.world.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    return {
        "id": alert.id,
        "severity": alert.severity,
        "open": alert.open and alert.ended_at is None,
        "since": alert.since,
        "until": alert.ended_at,
        "org_name": sight.org_name(alert.org),
        "parent_name": sight.above(alert.org),
        "source_name": source.name if source else alert.source,
        "title": {"key": alert.title, "params": alert.params},
        "owner": alert.owner,
    }
