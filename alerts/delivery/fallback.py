"""Chains of destinations: where one fails or takes too long, the next of them is told.

`notification.fallback` holds the destinations that are left, in order: the other channels of the same person, then the
next person. Each is the JSON of a `Destination`.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.delivery.routing import Destination
from alerts.model import NotificationState, NotificationType
from ioc.platform.db.tables import ladder, notification, notification_alert

_MAY_BE_HEARD = (
    NotificationState.HELD,
    NotificationState.WAITING,
    NotificationState.SENDING,
    NotificationState.DELIVERED,
)
_KEPT = ("what", "subject", "incident_id", "severity", "route", "escalation", "step", "rota", "put_back")


def chain(destinations: Sequence[Destination]) -> list[dict[str, str]] | None:
    """The value of the column for the destinations after the first."""
    return [asdict(destination) for destination in destinations] or None


def late(channel: str, now: int, after_s: float, *, tried_only: bool) -> sa.Select[Any]:
    """Notifications with a chain that wait longer than they may; `tried_only`: of those whose sending failed before."""
    n = notification.c
    wanted = [
        n.channel == channel,
        n.state == NotificationState.WAITING,
        n.fallback.is_not(None),
        n.created_at <= now - round(after_s * 1000),
    ]
    if tried_only:
        wanted.append(n.attempts > 0)
    return sa.select(notification).where(*wanted).order_by(n.id).limit(500)


def pass_on(conn: Connection, row: sa.RowMapping, now: int, channels: Collection[str]) -> int | None:
    """Queue the same for the next of its chain; its id, None where only an end is told, or the chain has ended.

    Where that was everybody whom a step of a ladder told, the next step is due at once.
    """
    if row["what"] == NotificationType.RESOLVED:
        return None
    chained = [Destination(**each) for each in row["fallback"] or () if each["channel"] in channels]
    if not chained:
        _hurry(conn, row, now)
        return None
    following, *left = chained
    values = {
        **{name: row[name] for name in _KEPT},
        "ref": uuid.uuid4().hex,
        "receiver": following.receiver,
        "channel": following.channel,
        "address": following.address,
        "payload": {**row["payload"], "lang": following.lang},
        "state": NotificationState.WAITING,
        "created_at": now,
        "next_try_at": now,
        "fallback": chain(left),
    }
    key = conn.execute(sa.insert(notification).values(**values)).inserted_primary_key
    next_id = int(key[0]) if key else 0
    pair = notification_alert.c
    links = sa.select(sa.literal(next_id), pair.alert_id).where(pair.notification_id == row["id"])
    conn.execute(sa.insert(notification_alert).from_select(["notification_id", "alert_id"], links))
    conn.execute(sa.update(notification).where(notification.c.id == row["id"]).values(replaced_by=next_id))
    return next_id


def _hurry(conn: Connection, row: sa.RowMapping, now: int) -> None:
    """Once a step: what fails again, as a last step that is repeated, keeps its pace."""
    if row["incident_id"] is None or row["step"] is None:
        return
    n = notification.c
    same_step = [n[name] == row[name] for name in ("incident_id", "route", "step")]
    heard = sa.and_(n.state.in_(_MAY_BE_HEARD), n.id != row["id"])
    before = sa.and_(n.id < row["id"], n.channel == row["channel"], n.address == row["address"])
    if conn.execute(sa.select(n.id).where(*same_step, sa.or_(heard, before)).limit(1)).first() is not None:
        return
    told_last = [ladder.c[name] == row[name] for name in ("incident_id", "route", "step")]
    waits = [ladder.c.next_at > now, ladder.c.ended_at.is_(None), ladder.c.rested_at.is_(None)]
    conn.execute(sa.update(ladder).where(*told_last, *waits).values(next_at=now))
