"""The repository of alerts: tables `alert` and `alert_entry`, each transition written with who and when."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.model import OPEN_STATES, Alert, AlertState, DropReason, Finding, NotificationType, Transition
from ioc.core.model import Severity, SourceKey
from ioc.platform.db import Database
from ioc.platform.db.tables import alert, alert_entry, counter

ENGINE = "engine"
FLAP_WINDOW_MS = 3_600_000
DROPS = "alert_drop"  # the name of the drop reasons in table `counter`
_COLUMNS = [alert.c[field.name] for field in fields(Alert)]


def read_alert(row: RowMapping) -> Alert:
    values = dict(row)
    words = {
        "severity": Severity(values["severity"]),
        "state": AlertState(values["state"]),
        "owed": NotificationType(values["owed"]) if values["owed"] else None,
    }
    return Alert(**values | words)


def select_alerts() -> sa.Select[Any]:
    return sa.select(*_COLUMNS)


def open_alerts(conn: Connection) -> dict[str, Alert]:
    """Every alert whose end is waited for, by fingerprint: the open ones, and those closed while they go on."""
    followed = select_alerts().where(sa.or_(alert.c.open, alert.c.dismissed)).order_by(alert.c.open)
    return {row["fingerprint"]: read_alert(row) for row in conn.execute(followed).mappings()}


def find(conn: Connection, alert_id: int) -> Alert | None:
    row = conn.execute(select_alerts().where(alert.c.id == alert_id)).mappings().first()
    return read_alert(row) if row else None


def raise_alert(conn: Connection, finding: Finding, now: int, hold_ms: int) -> Alert:
    """A new pending row, or the one that returned inside its hold within the last hour, with its flaps."""
    times = {"raised_at": now, "hold_until": now + hold_ms}
    values = {**_values(finding), **times, "state": AlertState.PENDING, "open": True}
    earlier = conn.execute(_flapped(finding.fingerprint, now)).scalar()
    if earlier is None:
        key = conn.execute(sa.insert(alert).values(**values, flaps=0)).inserted_primary_key
        alert_id = int(key[0]) if key else 0
    else:
        alert_id = int(earlier)
        conn.execute(sa.update(alert).where(alert.c.id == alert_id).values(**values, ended_at=None))
    add_entry(conn, alert_id, now, Transition.RAISED, ENGINE)
    raised = find(conn, alert_id)
    if raised is None:
        raise LookupError(alert_id)
    return raised


def change_state(
    conn: Connection,
    current: Alert,
    transition: Transition,
    state: AlertState,
    now: int,
    actor: str = ENGINE,
    remark: str | None = None,
    detail: Mapping[str, Any] | None = None,
    **values: Any,
) -> Alert | None:
    """Write one transition with what it set (`detail`); None when somebody else has changed the state meanwhile."""
    is_open = state in OPEN_STATES
    if not is_open and current.ended_at is None:
        values.setdefault("ended_at", now)
    values |= {"state": state, "open": is_open, "dismissed": False}
    unchanged = sa.and_(alert.c.id == current.id, alert.c.state == current.state)
    if conn.execute(sa.update(alert).where(unchanged).values(**values)).rowcount != 1:
        return None
    add_entry(conn, current.id, now, transition, actor, remark, detail)
    return replace(current, **values)


def add_entry(
    conn: Connection,
    alert_id: int,
    at: int,
    transition: Transition,
    actor: str,
    comment: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    row = {"alert_id": alert_id, "at": at, "what": transition, "actor": actor, "comment": comment, "detail": detail}
    conn.execute(sa.insert(alert_entry).values(row))


def settle(conn: Connection, told: Alert) -> None:
    """What a person asked to be told has been; what they asked for since is still owed."""
    same = sa.and_(alert.c.id == told.id, alert.c.owed == told.owed)
    conn.execute(sa.update(alert).where(same).values(owed=None))


def last_entry(conn: Connection, alert_id: int) -> RowMapping | None:
    newest = sa.select(alert_entry).where(alert_entry.c.alert_id == alert_id).order_by(alert_entry.c.id.desc())
    return conn.execute(newest.limit(1)).mappings().first()


def refresh(conn: Connection, current: Alert, finding: Finding) -> None:
    """Update title and figures of an open alert; no transition."""
    severity = min(current.severity, finding.severity, key=lambda one: one.rank)  # a graver one is a transition
    told = {"params": dict(finding.params), "title": finding.title}
    changed = {**told, "simulated": finding.simulated, "severity": severity}
    conn.execute(sa.update(alert).where(alert.c.id == current.id, alert.c.open).values(changed))


def supersede(conn: Connection, fired: Alert, now: int) -> int:
    """End the earlier alerts of the same fingerprint whose end nobody saw; how often it has come back."""
    unseen = sa.and_(alert.c.fingerprint == fired.fingerprint, alert.c.state == AlertState.RESOLVED_UNSEEN)
    flaps = fired.flaps
    for row in conn.execute(select_alerts().where(unseen)).mappings().all():
        earlier = read_alert(row)
        flaps += earlier.flaps + 1
        change_state(conn, earlier, Transition.SUPERSEDED, AlertState.RESOLVED, now)
    return flaps


def returns(conn: Connection, fingerprint: str, since: int) -> int:
    """How often such an alert fired and was over again since an instant."""
    over = (alert.c.state.in_((AlertState.RESOLVED, AlertState.RESOLVED_UNSEEN)), alert.c.fired_at.is_not(None))
    came_and_went = sa.and_(alert.c.fingerprint == fingerprint, alert.c.ended_at >= since, *over)
    return conn.scalar(sa.select(sa.func.count()).select_from(alert).where(came_and_went)) or 0


def count_drop(db: Database, conn: Connection, reason: DropReason) -> None:
    """One more notification that was not sent, by reason."""
    insert = db.upsert(counter).values(name=DROPS, label=reason, n=1)
    conn.execute(insert.on_conflict_do_update(index_elements=["name", "label"], set_={"n": counter.c.n + 1}))


def _values(finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    org, kind, source = subject if isinstance(subject, SourceKey) else (subject, None, None)
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "severity": finding.severity,
        "org": org,
        "kind": kind,
        "source": source,
        "title": finding.title,
        "params": dict(finding.params),
        "since": finding.since,
        "simulated": finding.simulated,
        "stage": finding.stage,
    }


def _flapped(fingerprint: str, now: int) -> sa.Select[Any]:
    returned = (
        alert.c.fingerprint == fingerprint,
        alert.c.state == AlertState.CLOSED,
        alert.c.fired_at.is_(None),
        alert.c.ended_at >= now - FLAP_WINDOW_MS,
    )
    return sa.select(alert.c.id).where(*returned).order_by(alert.c.id.desc()).limit(1)
