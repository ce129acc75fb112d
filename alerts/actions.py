"""What people do with an alert; each is written with who and when, beside its audit row, in one transaction.

Whether the actor may see the alert is the caller's to check (`alerts.queries.one` takes the scope).
"""

from sqlalchemy.engine import Connection

from alerts import repository
from alerts.model import Alert, AlertState, Move
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
    """Somebody is on it. A second time, or after the end was seen, changes nothing; `alert_pending` before it fired."""
    with db.write() as conn:
        found = _get(conn, alert_id)
        if found.state is AlertState.PENDING:
            raise IocError(Code.ALERT_PENDING, f"alert {alert_id} has not fired yet", alert=alert_id)
        after = _ACKNOWLEDGED_FROM.get(found.state)
        if after is not None:
            by = {"acknowledged_at": now, "acknowledged_by": actor}
            found = repository.move(conn, found, Move.ACKNOWLEDGED, after, now, actor, **by) or found
            _audit(conn, found, Move.ACKNOWLEDGED, actor, now)
        if comment:
            _comment(conn, found, actor, now, comment)
        return found


def seen(db: Database, alert_id: int, actor: str, now: int) -> Alert:
    """Somebody has seen that it is over; one that is not over, or was seen already, stays as it is."""
    with db.write() as conn:
        found = _get(conn, alert_id)
        if found.state is AlertState.RESOLVED_UNSEEN:
            found = repository.move(conn, found, Move.SEEN, AlertState.RESOLVED, now, actor) or found
            _audit(conn, found, Move.SEEN, actor, now)
        return found


def comment(db: Database, alert_id: int, actor: str, now: int, text: str) -> Alert:
    """Add a remark; `bad_comment` when it is empty or too long."""
    with db.write() as conn:
        found = _get(conn, alert_id)
        _comment(conn, found, actor, now, text)
        return found


def _get(conn: Connection, alert_id: int) -> Alert:
    found = repository.one(conn, alert_id)
    if found is None:
        raise IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} does not exist", alert=alert_id)
    return found


def _comment(conn: Connection, found: Alert, actor: str, now: int, text: str) -> None:
    """The same words by the same person once more, with nothing between, are one comment sent twice."""
    said = text.strip()
    if not 1 <= len(said) <= COMMENT_LENGTH:
        raise IocError(Code.BAD_COMMENT, f"a comment has 1-{COMMENT_LENGTH} characters", limit=COMMENT_LENGTH)
    last = repository.last_entry(conn, found.id)
    if last is not None and (last.what, last.actor, last.comment) == (Move.COMMENTED, actor, said):
        return
    repository.enter(conn, found.id, now, Move.COMMENTED, actor, said)
    _audit(conn, found, Move.COMMENTED, actor, now, comment=said)


def _audit(conn: Connection, found: Alert, what: Move, actor: str, now: int, **detail: object) -> None:
    audit.record(conn, now, actor, f"alert.{what}", str(found.id), {"alert": found.fingerprint, **detail}, found.org)
