"""The alerts that are open now, the ones nobody has taken first."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from alerts.model import ACTIVE, MUTED, Alert, AlertState
from ioc.core.model import SourceKey
from web.sight import Sight

kind = "alert_feed"

_RANK = {"critical": 0, "warning": 1, "info": 2}
_STATE_RANK = {AlertState.FIRING: 0, AlertState.ACKNOWLEDGED: 1, AlertState.RESOLVED_UNSEEN: 2}


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 8
    severity: tuple[Literal["info", "warning", "critical"], ...] = ("info", "warning", "critical")


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"facts"})


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    """`counts` are of all there are: the open by severity, those nobody has, what is muted, what is over unseen."""
    alerts = [a for a in sight.alerts(_STATE_RANK) if a.severity in options.severity]
    alerts.sort(key=lambda a: (_STATE_RANK[a.state], _RANK[a.severity], -a.since))
    shown = {str(a.id): _row(sight, a) for a in alerts[: options.limit]}
    counts = {name: sight.alert_count(ACTIVE, {name} & set(options.severity)) for name in _RANK}
    counts["unacknowledged"] = sight.alert_count((AlertState.FIRING,), options.severity)
    counts["muted"] = sight.alert_count(MUTED, options.severity)
    counts["resolved_unseen"] = sight.alert_count((AlertState.RESOLVED_UNSEEN,), options.severity)
    failing = {one.channel: {"since": sight.at(one.since), "failure": one.failure} for one in sight.facts.failing}
    return sight.alerts_head(alerts) | {"alerts": shown, "counts": counts, "failing": failing}


def _row(sight: Sight, alert: Alert) -> dict[str, Any]:
    subject = alert.subject
    source = sight.world.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    same = ("id", "rule", "severity", "state", "org", "kind", "source", "owner", "acknowledged_by", "simulated")
    instants = ("since", "fired_at", "acknowledged_at")
    return {
        **{name: getattr(alert, name) for name in same},
        **{name: sight.at(getattr(alert, name), alert.org) for name in instants},
        "org_name": sight.org_name(alert.org),
        "source_name": source.name if source else alert.source,
        "title": {"key": alert.title, "params": alert.params},
    }
