"""Closing groups: from here on the outbox delivers them, within what each receiver is told in an hour."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.delivery import summaries
from alerts.delivery.quiet import quiet_end
from alerts.model import ANNOUNCEMENTS, WORST_FIRST, AlertState, DropReason, NotificationState, NotificationType
from ioc.core.model import Severity
from ioc.platform.db.tables import alert, notification, notification_alert

HOUR_MS = 3_600_000
LONG_MS = 60_000  # held longer than a group waits: by quiet hours, or by a cap
AT_ONCE = 500  # ids in one statement
_COUNTED = (
    NotificationState.WAITING,
    NotificationState.SENDING,
    NotificationState.DELIVERED,
    NotificationState.FAILED,
)


class Allowance(NamedTuple):
    """How many messages may go now, and when the next one may if none."""

    messages: int
    next_at: int


def allowance(sent: Iterable[int], per_hour: int, now: int) -> Allowance:
    """At most `per_hour` at once, and one more as often as that makes in an hour; `sent`: when the last ones went."""
    gap = HOUR_MS / per_hour
    free_at = 0.0  # when all that was sent has been made up for
    for at in sorted(sent):
        free_at = max(free_at, at) + gap
    left = HOUR_MS - (max(free_at, now) - now)
    messages = max(0, int(left // gap))
    return Allowance(messages, now if messages else math.ceil(free_at - HOUR_MS + gap))


def release(conn: Connection, group_ids: Sequence[int], per_hour: Mapping[str, int], now: int) -> None:
    """`per_hour` by receiver; what is more than it is allowed becomes one message, critical ones go before."""
    rows = [row for some in _parts(group_ids) for row in conn.execute(_held(some)).mappings()]
    free = [row["id"] for row in rows if row["receiver"] not in per_hour]
    capped: dict[tuple[str, str, str], list[RowMapping]] = {}
    for row in rows:
        if row["receiver"] in per_hour:
            capped.setdefault((row["receiver"], row["channel"], row["address"]), []).append(row)
    for (receiver, channel, address), groups in capped.items():
        sent = conn.scalars(_sent(receiver, channel, address, now)).all()
        allowed = allowance(sent, per_hour[receiver], now)
        free += _within(conn, sorted(groups, key=_critical_first), allowed, now)
    _close(conn, free, now)


def put_off(conn: Connection, group_ids: Sequence[int], quiet: Mapping[str, str], now: int) -> list[int]:
    """The groups that may go; ends that are not critical wait for the end of the `quiet` hours of their receiver."""
    left = list(group_ids)
    for some in _parts(group_ids) if quiet else ():
        for row in conn.execute(_held(some)).mappings():
            hours = quiet.get(row["receiver"])
            if hours is None or row["what"] != NotificationType.RESOLVED or row["severity"] == Severity.CRITICAL:
                continue
            ends = quiet_end(hours, ZoneInfo(row["payload"]["lines"][0]["tz"]), now)
            if ends is not None:
                conn.execute(sa.update(notification).where(notification.c.id == row["id"]).values(next_try_at=ends))
                left.remove(row["id"])
    return left


def drop_taken(conn: Connection, group_ids: Sequence[int], now: int) -> list[DropReason]:
    """What was held for long and by now is loud no more is not told: somebody has it, or it is over."""
    n, pair = notification.c, notification_alert.c
    loud = sa.select(pair.notification_id).join(alert, alert.c.id == pair.alert_id)
    dropped: list[DropReason] = []
    for some in _parts(group_ids):
        long_held = (n.id.in_(some), n.state == NotificationState.HELD, n.created_at < now - LONG_MS)
        told = n.what.in_(ANNOUNCEMENTS)
        silent = n.id.not_in(loud.where(pair.notification_id.in_(some), alert.c.state == AlertState.FIRING))
        values = {"state": NotificationState.DROPPED, "receipt": DropReason.SUPPRESSED}
        gone = conn.execute(sa.update(notification).where(*long_held, told, silent).values(values)).rowcount
        dropped += [DropReason.SUPPRESSED] * gone
    return dropped


def _within(conn: Connection, groups: Sequence[RowMapping], allowed: Allowance, now: int) -> list[int]:
    """The groups that go one by one; the rest waits, or goes as one."""
    if allowed.messages >= len(groups):
        return [row["id"] for row in groups]
    if not allowed.messages:
        held = [row["id"] for row in groups]
        conn.execute(sa.update(notification).where(notification.c.id.in_(held)).values(next_try_at=allowed.next_at))
        return []
    alone, rest = groups[: allowed.messages - 1], groups[allowed.messages - 1 :]
    _close(conn, [row["id"] for row in rest], now)
    summaries.begin(conn, rest[0], now, capped=True)
    return [row["id"] for row in alone]


def _close(conn: Connection, group_ids: Sequence[int], now: int) -> None:
    """What was held for long is as old as it is told: it is no backlog."""
    n = notification.c
    born = sa.case((n.created_at < now - LONG_MS, now), else_=n.created_at)
    for some in _parts(group_ids):
        due = sa.and_(n.id.in_(some), n.state == NotificationState.HELD)
        values = {"state": NotificationState.WAITING, "next_try_at": now, "created_at": born}
        conn.execute(sa.update(notification).where(due).values(values))


def _critical_first(row: RowMapping) -> tuple[bool, int, int]:
    return row["what"] == NotificationType.RESOLVED, WORST_FIRST[Severity(row["severity"])], row["id"]


def _held(group_ids: Sequence[int]) -> sa.Select[Any]:
    n = notification.c
    query = sa.select(notification).where(n.id.in_(group_ids), n.state == NotificationState.HELD)
    return query.order_by(n.id)


def _sent(receiver: str, channel: str, address: str, now: int) -> sa.Select[Any]:
    n = notification.c
    mine = sa.and_(n.receiver == receiver, n.channel == channel, n.address == address)
    return sa.select(n.created_at).where(mine, n.created_at > now - HOUR_MS, n.state.in_(_COUNTED))


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE))
