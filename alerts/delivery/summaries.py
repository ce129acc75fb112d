"""One message instead of a backlog: what is still open, and what ended meanwhile."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.model import ACTIVE, ANNOUNCEMENTS, MUTED, NotificationState, NotificationType
from ioc.core.model import Severity
from ioc.platform.db.tables import alert, notification, notification_alert

LISTED = 200  # lines of one summary; all its alerts are linked and counted
SUBJECT = "summary"
REPLACEABLE = (*ANNOUNCEMENTS, NotificationType.RESOLVED)
_OPEN = (*ACTIVE, *MUTED)
_ORDER = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
_PART = 5_000


def begin(conn: Connection, stale: RowMapping, now: int, *, capped: bool = False) -> int:
    """Queue a summary for the receiver of a stale notification, in place of all that waits for it there.

    `capped`: not for its age, but because the receiver has had as many as it is told in an hour.
    """
    values = {
        "ref": uuid.uuid4().hex,
        **{name: stale[name] for name in ("receiver", "channel", "address", "severity", "fallback")},
        "what": NotificationType.SUMMARY,
        "subject": SUBJECT,
        "payload": {"lang": stale["payload"]["lang"], "lines": [], "capped": capped},
        "state": NotificationState.WAITING,
        "created_at": now,
        "next_try_at": now,
    }
    key = conn.execute(sa.insert(notification).values(**values)).inserted_primary_key
    summary_id = int(key[0]) if key else 0
    row = conn.execute(sa.select(notification).where(notification.c.id == summary_id)).mappings().one()
    refresh(conn, row)
    return summary_id


def refresh(conn: Connection, summary: RowMapping) -> Mapping[str, Any]:
    """Take in what has come to wait beside it, and say how all of it stands now; the payload."""
    rows = list(conn.execute(_waiting_beside(summary)).mappings())
    replaced = {"state": NotificationState.REPLACED, "replaced_by": summary["id"]}
    for part in _parts([row["id"] for row in rows]):
        pair = notification_alert.c
        linked = sa.select(pair.alert_id).where(pair.notification_id == summary["id"])
        new = sa.select(sa.literal(summary["id"]), pair.alert_id).where(
            pair.notification_id.in_(part), pair.alert_id.not_in(linked)
        )
        conn.execute(sa.insert(notification_alert).from_select(["notification_id", "alert_id"], new.distinct()))
        conn.execute(sa.update(notification).where(notification.c.id.in_(part)).values(replaced))
    told = {line["alert"]: line for row in (summary, *rows) for line in row["payload"]["lines"]}
    replaced_before = summary["payload"].get("messages", 0)
    payload = {
        "lang": summary["payload"]["lang"],
        "messages": replaced_before + len(rows),
        "capped": summary["payload"].get("capped", False),
        **_standing(conn, summary["id"], told),
    }
    conn.execute(sa.update(notification).where(notification.c.id == summary["id"]).values(payload=payload))
    return payload


def _waiting_beside(summary: RowMapping) -> sa.Select[Any]:
    n = notification.c
    return (
        sa.select(n.id, n.payload)
        .where(
            n.state == NotificationState.WAITING,
            *(n[name] == summary[name] for name in ("channel", "receiver", "address")),
            n.what.in_(REPLACEABLE),
        )
        .order_by(n.id)
    )


def _standing(conn: Connection, summary_id: int, told: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """The lines, what is open first, then the gravest, then the newest; and how many there are of each."""
    columns = (alert.c[name] for name in ("id", "state", "severity", "since", "ended_at", "title", "params"))
    mine = notification_alert.c.notification_id == summary_id
    query = sa.select(*columns).join(notification_alert, notification_alert.c.alert_id == alert.c.id).where(mine)
    rows = sorted(conn.execute(query).mappings(), key=_rank)
    is_open = [row["state"] in _OPEN for row in rows]
    lines = [
        {**told[row["id"]], "open": still, "since": row["since"], "ended": row["ended_at"], "severity": row["severity"]}
        for row, still in zip(rows, is_open, strict=True)
        if row["id"] in told
    ]
    return {"lines": lines[:LISTED], "open": sum(is_open), "ended": len(rows) - sum(is_open)}


def _rank(row: RowMapping) -> tuple[bool, int, int]:
    return row["state"] not in _OPEN, _ORDER[Severity(row["severity"])], -row["since"]


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[i : i + _PART] for i in range(0, len(ids), _PART))
