"""Whether messages reach people: how each channel stands, and what could not be told to anybody."""

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.model import ChannelState, DeliveryFailure, NotificationState, NotificationType
from ioc.core.model import Severity
from ioc.platform.db.tables import alert, channel_health, notification, notification_alert

OWED = (NotificationState.WAITING, NotificationState.SENDING)
NOT_TOLD = (NotificationState.FAILED, NotificationState.EXPIRED)


class ChannelStanding(NamedTuple):
    """How a channel does: `since` is when it began to fail or to work again, None before it ever failed."""

    channel: str
    state: ChannelState
    since: int | None
    failure: DeliveryFailure | None
    detail: str | None
    queued: int
    oldest_at: int | None  # when the notification began that waits longest


class Undelivered(NamedTuple):
    """A notification that ended without reaching its receiver, and without a next one in its chain."""

    id: int
    receiver: str
    channel: str
    state: NotificationState
    ended_at: int


def standings(conn: Connection, channels: Collection[str] = ()) -> list[ChannelStanding]:
    """Of these channels, and of every other that failed once or has something waiting."""
    health = {row.channel: row for row in conn.execute(sa.select(channel_health))}
    n = notification.c
    waiting = sa.select(n.channel, sa.func.count().label("n"), sa.func.min(n.created_at).label("oldest"))
    queues = {row.channel: row for row in conn.execute(waiting.where(n.state.in_(OWED)).group_by(n.channel))}
    return [_standing(name, health.get(name), queues.get(name)) for name in sorted({*channels, *health, *queues})]


def delivered_at(conn: Connection, channel: str) -> int | None:
    """When something was last delivered over a channel."""
    n = notification.c
    newest = (
        sa.select(n.delivered_at)
        .where(n.channel == channel, n.state == NotificationState.DELIVERED, n.severity == severity)
        .order_by(n.id.desc())
        .limit(1)
        for severity in Severity
    )
    return max((at for query in newest if (at := conn.scalar(query)) is not None), default=None)


def undelivered(conn: Connection, since: int, rule: str) -> list[Undelivered]:
    """Critical ones that ended since then, newest first; those about alerts of `rule` itself do not count."""
    n = notification.c
    about_itself = sa.exists().where(
        notification_alert.c.notification_id == n.id,
        notification_alert.c.alert_id == alert.c.id,
        alert.c.rule == rule,
    )
    query = (
        sa.select(n.id, n.receiver, n.channel, n.state, n.next_try_at)
        .where(
            n.state.in_(NOT_TOLD),
            n.next_try_at >= since,
            n.severity == Severity.CRITICAL,
            n.what.not_in((NotificationType.TEST, NotificationType.RESOLVED)),
            n.replaced_by.is_(None),
            ~about_itself,
        )
        .order_by(n.id.desc())
        .limit(100)
    )
    return [
        Undelivered(row.id, row.receiver, row.channel, NotificationState(row.state), row.next_try_at)
        for row in conn.execute(query)
    ]


def _standing(channel: str, health: Any, queue: Any) -> ChannelStanding:
    queued, oldest = (queue.n, queue.oldest) if queue is not None else (0, None)
    if health is None:
        return ChannelStanding(channel, ChannelState.OK, None, None, None, queued, oldest)
    failing = health.state == ChannelState.FAILING
    failure = DeliveryFailure(health.failure) if failing and health.failure else None
    detail = health.detail if failing else None
    return ChannelStanding(channel, ChannelState(health.state), health.since or None, failure, detail, queued, oldest)
