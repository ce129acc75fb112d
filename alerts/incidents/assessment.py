"""What an incident is by its alerts: its state, gravity, owner and cause; pure."""

from collections.abc import Sequence
from dataclasses import replace

from alerts.model import ACTIVE, HELD, WORST_FIRST, Alert, AlertState, Incident, IncidentState
from ioc.core.model import Severity


def assess(incident: Incident, alerts: Sequence[Alert], now: int) -> Incident:
    """The incident as its alerts stand at `now`; the alerts are all that it has, and at least one."""
    standing = [alert for alert in alerts if alert.open]
    cause = choose_cause(incident, alerts)
    subject = incident if cause is None or cause.state not in ACTIVE else cause
    ended = max((alert.ended_at or now for alert in alerts), default=now)
    return replace(
        incident,
        cause_alert=incident.cause_alert if cause is None else cause.id,
        **{name: getattr(subject, name) for name in ("org", "kind", "source")},
        severity=worst(standing or alerts),
        state=_state(standing),
        since=min(alert.since for alert in alerts),
        detected_at=min((alert.raised_at for alert in alerts if alert.raised_at is not None), default=None),
        taken_at=incident.taken_at or _taken_at(alerts),
        ended_at=None if standing else ended,
        owner=_owner(cause, standing) or incident.owner,
        simulated=any(alert.simulated for alert in alerts),
    )


def choose_cause(incident: Incident, alerts: Sequence[Alert]) -> Alert | None:
    """The alert that names it: of its subject, else the gravest that is loud, else the one it had, if any.

    While nothing is loud it keeps its cause: what hung on it has yet to show whether it comes back.
    """
    of_subject = [alert for alert in alerts if alert.open and alert.subject == incident.subject]
    loud = [alert for alert in alerts if alert.state in ACTIVE]
    candidates = [alert for alert in of_subject if alert.state in ACTIVE] or of_subject or loud
    if candidates:
        return min(candidates, key=_gravest)
    return next((alert for alert in alerts if alert.id == incident.cause_alert), None)


def worst(alerts: Sequence[Alert]) -> Severity:
    return min((alert.severity for alert in alerts), key=WORST_FIRST.__getitem__)


def _gravest(alert: Alert) -> tuple[int, int, int]:
    return WORST_FIRST[alert.severity], alert.since, alert.id


def _state(standing: Sequence[Alert]) -> IncidentState:
    if not standing:
        return IncidentState.OVER
    in_hand = any(alert.state is AlertState.ACKNOWLEDGED or _muted_in_hand(alert) for alert in standing)
    is_taken = in_hand and all(alert.state is not AlertState.FIRING for alert in standing)
    return IncidentState.TAKEN if is_taken else IncidentState.OPEN


def _muted_in_hand(alert: Alert) -> bool:
    return alert.state in HELD and alert.acknowledged_until is not None


def _taken_at(alerts: Sequence[Alert]) -> int | None:
    """When somebody first took one of them; to have seen an end is not to have taken it."""
    taken = [
        alert.acknowledged_at
        for alert in alerts
        if alert.acknowledged_at is not None and (alert.ended_at is None or alert.acknowledged_at <= alert.ended_at)
    ]
    return min(taken, default=None)


def _owner(cause: Alert | None, standing: Sequence[Alert]) -> str | None:
    """Who has it: of the cause first, else of any that is open."""
    owners = [alert.owner or alert.acknowledged_by for alert in [*filter(None, [cause]), *standing]]
    return next(filter(None, owners), None)
