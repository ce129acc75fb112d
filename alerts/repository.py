"""The repository of alerts: tables `alert` and `alert_entry`, each transition written with who and when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.model import Alert, AlertState, DropReason, Finding, NotificationType, Transition
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


def owe(conn: Connection, alert_ids: Collection[int]) -> None:
    """What of these is loud is told anew at the next tick."""
    loud = sa.and_(alert.c.id.in_(alert_ids), alert.c.state == AlertState.FIRING)
    conn.execute(sa.update(alert).where(loud).values(owed=NotificationType.FIRING))


def settle(conn: Connection, told: Alert) -> None:
    """What a person asked to be told has been; what they asked for since is still owed."""
    same = sa.and_(alert.c.id == told.id, alert.c.owed == told.owed)
    conn.execute(sa.update(alert).where(same).values(owed=None))


def refresh(conn: Connection, outdated: Sequence[tuple[Alert, Finding]]) -> None:
    """Update title and figures of open alerts; no transition, for a graver severity is one."""
    rows = [
        {
            "b_id": current.id,
            "b_params": dict(finding.params),
            "b_title": finding.title,
            "b_simulated": finding.simulated,
            "b_severity": min(current.severity, finding.severity, key=lambda one: one.rank),
        }
        for current, finding in outdated
    ]
    if rows:
        conn.execute(_REFRESH, rows)


def count_drop(db: Database, conn: Connection, reason: DropReason, n: int = 1) -> None:
    """So many more notifications that were not sent, by reason."""
    insert = db.upsert(counter).values(name=DROPS, label=reason, n=n)
    conn.execute(insert.on_conflict_do_update(index_elements=["name", "label"], set_={"n": counter.c.n + n}))


def finding_values(finding: Finding) -> dict[str, Any]:
    """What an alert takes over from the finding that raises it."""
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


_REFRESH = (
    sa.update(alert)
    .where(alert.c.id == sa.bindparam("b_id"), alert.c.open)
    .values({name: sa.bindparam(f"b_{name}") for name in ("params", "title", "simulated", "severity")})
)
