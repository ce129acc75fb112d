"""Actions of people on an alert, each written in one transaction with who, when and its audit row.

The caller checks that the actor may see the alert (`alerts.queries.one` takes the scope).
"""

from typing import Any

from sqlalchemy.engine import Connection

from alerts import repository
from alerts.incidents import repository as incidents
from alerts.model import Alert, AlertState, Transition
from ioc.core.errors import Code, IocError
from ioc.platform import audit
from ioc.platform.db import Database

COMMENT_LENGTH = 2_000
_ACKNOWLEDGED_FROM = {
    AlertState.FIRING: AlertState.ACKNOWLEDGED,
    AlertState.SUPPRESSED: AlertState.ACKNOWLEDGED,
    AlertState.RESOLVED_UNSEEN: AlertState.RESOLVED,
}


def acknowledge(db: Database, alert_id: int, actor: str, now: int, comment: str | None = None) -> Alert:
    """Take an alert over; a second time, or after its end was seen, it changes nothing.

    `alert_pending` before it fired.
    """
    with db.write() as conn:
        alert = _get(conn, alert_id)
        if alert.state is AlertState.PENDING:
            raise IocError(Code.ALERT_PENDING, f"alert {alert_id} has not fired yet", alert=alert_id)
        after = _ACKNOWLEDGED_FROM.get(alert.state)
        if after is not None:
            by: dict[str, Any] = {"acknowledged_at": now, "acknowledged_by": actor}
            alert = repository.change_state(conn, alert, Transition.ACKNOWLEDGED, after, now, actor, **by) or alert
            _audit(conn, alert, Transition.ACKNOWLEDGED, actor, now)
            _follow(conn, alert, now)
        if comment:
            _comment(conn, alert, actor, now, comment)
        return alert


def seen(db: Database, alert_id: int, actor: str, now: int) -> Alert:
    """Note that somebody has seen its end; one that is not over, or was seen already, stays as it is."""
    with db.write() as conn:
        alert = _get(conn, alert_id)
        if alert.state is AlertState.RESOLVED_UNSEEN:
            alert = repository.change_state(conn, alert, Transition.SEEN, AlertState.RESOLVED, now, actor) or alert
            _audit(conn, alert, Transition.SEEN, actor, now)
        return alert


def comment(db: Database, alert_id: int, actor: str, now: int, text: str) -> Alert:
    """Add a remark; `bad_comment` when it is empty or too long."""
    with db.write() as conn:
        alert = _get(conn, alert_id)
        _comment(conn, alert, actor, now, text)
        return alert


def _get(conn: Connection, alert_id: int) -> Alert:
    alert = repository.find(conn, alert_id)
    if alert is None:
        raise IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} does not exist", alert=alert_id)
    return alert


def _follow(conn: Connection, alert: Alert, now: int) -> None:
    """Its incident is what its alerts are."""
    if alert.incident_id is not None:
        incidents.refresh(conn, [alert.incident_id], now)


def _comment(conn: Connection, alert: Alert, actor: str, now: int, text: str) -> None:
    """The same words by the same person once more, with nothing between, are one comment sent twice."""
    remark = text.strip()
    if not 1 <= len(remark) <= COMMENT_LENGTH:
        raise IocError(Code.BAD_COMMENT, f"a comment has 1-{COMMENT_LENGTH} characters", limit=COMMENT_LENGTH)
    last = repository.last_entry(conn, alert.id)
    if last is not None and (last.what, last.actor, last.comment) == (Transition.COMMENTED, actor, remark):
        return
    repository.add_entry(conn, alert.id, now, Transition.COMMENTED, actor, remark)
    _audit(conn, alert, Transition.COMMENTED, actor, now, comment=remark)


def _audit(conn: Connection, alert: Alert, transition: Transition, actor: str, now: int, **detail: object) -> None:
    values = {"alert": alert.fingerprint, **detail}
    audit.record(conn, now, actor, f"alert.{transition}", str(alert.id), values, alert.org)
