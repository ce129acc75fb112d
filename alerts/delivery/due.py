"""The queries of the outbox: the notification that is due next, and the alerts whose end may be announced."""

from typing import Any

import sqlalchemy as sa

from alerts.model import NotificationState, NotificationType
from ioc.platform.db.tables import notification, notification_alert

CLAIM_MS = 180_000  # longer than any channel's timeout
LONGEST_WAIT_S = 300
UNFINISHED = (NotificationState.WAITING, NotificationState.SENDING)


def due(channel: str, now: int) -> sa.Select[Any]:
    """The oldest that is due, or whose next try lies so far ahead that the wall clock must have been set back."""
    n = notification.c
    return (
        sa.select(notification)
        .where(
            n.channel == channel,
            n.state.in_(UNFINISHED),
            sa.or_(n.next_try_at <= now, n.next_try_at > now + CLAIM_MS + LONGEST_WAIT_S * 1000),
            sa.or_(n.what == NotificationType.FIRING, ~_announcement_unfinished()),
        )
        .order_by(n.id)
        .limit(1)
    )


def delivered_alerts(closing: sa.RowMapping) -> sa.Select[Any]:
    """The alerts of a closing notification whose announcement was delivered to its address."""
    ids = [summary["alert"] for summary in closing["payload"]["lines"]]
    return (
        sa.select(notification_alert.c.alert_id)
        .join(notification, notification.c.id == notification_alert.c.notification_id)
        .where(
            notification_alert.c.alert_id.in_(ids),
            notification.c.what == NotificationType.FIRING,
            notification.c.state == NotificationState.DELIVERED,
            notification.c.channel == closing["channel"],
            notification.c.address == closing["address"],
        )
    )


def _announcement_unfinished() -> sa.Exists:
    """The announcement of the same alert to the same address has no outcome yet: the end is not sent before it."""
    earlier = notification.alias("earlier")
    its_alerts, own_alerts = notification_alert.alias("its_alerts"), notification_alert.alias("own_alerts")
    return sa.exists().where(
        own_alerts.c.notification_id == notification.c.id,
        its_alerts.c.alert_id == own_alerts.c.alert_id,
        earlier.c.id == its_alerts.c.notification_id,
        earlier.c.what == NotificationType.FIRING,
        earlier.c.channel == notification.c.channel,
        earlier.c.address == notification.c.address,
        earlier.c.state.in_(UNFINISHED),
    )
