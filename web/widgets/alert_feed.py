"""The alerts that are open now, the ones nobody has taken first."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from alerts.model import ACTIVE, MUTED, WORST_FIRST, Alert, AlertState
from ioc.core.model import SourceKey
from web.explained import Explanation, FigureTitle, said
from web.sight import Sight
from web.widgets import _kpi_records

kind = "alert_feed"

_SEVERITIES = tuple(str(severity) for severity in WORST_FIRST)
_BY_STATE = {"unacknowledged": AlertState.FIRING, "resolved_unseen": AlertState.RESOLVED_UNSEEN}
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
    alerts.sort(key=lambda a: (_STATE_RANK[a.state], WORST_FIRST[a.severity], -a.since))
    shown = {str(a.id): _row(sight, a) for a in alerts[: options.limit]}
    counts = {name: sight.alert_count(ACTIVE, {name} & set(options.severity)) for name in _SEVERITIES}
    counts["unacknowledged"] = sight.alert_count((AlertState.FIRING,), options.severity)
    counts["muted"] = sight.alert_count(MUTED, options.severity)
    counts["resolved_unseen"] = sight.alert_count((AlertState.RESOLVED_UNSEEN,), options.severity)
    failing = {one.channel: {"since": sight.at(one.since), "failure": one.failure} for one in sight.facts.failing}
    return sight.alerts_head(alerts) | {"alerts": shown, "counts": counts, "failing": failing}


def figures(_sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """The open ones of each severity, those nobody has, those over that nobody has seen."""
    severities = {name: said(f"ui.severity.{name}") for name in _SEVERITIES}
    return severities | {name: said(f"state.{state}") for name, state in _BY_STATE.items()}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    if part not in figures(sight, options):
        return None
    states = (_BY_STATE[part],) if part in _BY_STATE else tuple(ACTIVE)
    severities = options.severity if part in _BY_STATE else tuple({part} & set(options.severity))
    found = [alert for alert in sight.alerts(states) if alert.severity in severities]
    n = sight.alert_count(states, severities)
    return Explanation(
        title=figures(sight, options)[part],
        formula=f"explain.alerts.{'state' if part in _BY_STATE else 'open'}",
        source="explain.source.alerts",
        value=n,
        numerator=n,
        rows=tuple(_kpi_records.alert_row(sight, one) for one in sorted(found, key=lambda one: -one.since)),
        total=n,
        page="/alerts",
    )


def _row(sight: Sight, alert: Alert) -> dict[str, Any]:
    subject = alert.subject
    source = sight.world.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    same = ("id", "rule", "severity", "state", "org", "kind", "source", "owner", "acknowledged_by", "simulated")
    instants = ("since", "fired_at", "acknowledged_at")
    return {
        **{name: getattr(alert, name) for name in same},
        **{name: sight.at(getattr(alert, name), alert.org) for name in instants},
        "org_name": sight.org_name(alert.org),
        "parent_name": sight.above(alert.org),
        "source_name": source.name if source else alert.source,
        "title": {"key": alert.title, "params": alert.params},
    }
