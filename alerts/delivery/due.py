"""Which message goes next: the questions the outbox asks the database."""

from typing import Any

import sqlalchemy as sa

from alerts.model import NotificationState, What
from ioc.platform.db.tables import notification, notification_alert

CLAIM_MS = 180_000  # longer than any channel's timeout
LONGEST_WAIT_S = 300
UNFINISHED = (NotificationState.WAITING, NotificationState.SENDING)


def due(channel: str, now: int) -> sa.Select[Any]:
    """The oldest that is due by its instant, or promised so far ahead that the wall clock must have been set back."""
    n = notification.c
    return (
        sa.select(notification)
        .where(
            n.channel == channel,
            n.state.in_(UNFINISHED),
            sa.or_(n.next_try_at <= now, n.next_try_at > now + CLAIM_MS + LONGEST_WAIT_S * 1000),
            sa.or_(n.what == What.FIRING, ~_announcement_unfinished()),
        )
        .order_by(n.id)
        .limit(1)
    )


def announced_to(closing: sa.RowMapping) -> sa.Select[Any]:
    """The alerts of a closing message whose announcement its address got."""
    ids = [line["alert"] for line in closing["payload"]["lines"]]
    return (
        sa.select(notification_alert.c.alert_id)
        .join(notification, notification.c.id == notification_alert.c.notification_id)
        .where(
            notification_alert.c.alert_id.in_(ids),
            notification.c.what == What.FIRING,
            notification.c.state == NotificationState.DELIVERED,
            notification.c.channel == closing["channel"],
            notification.c.address == closing["address"],
        )
    )


def _announcement_unfinished() -> sa.Exists:
    """An end is not told before the announcement of the same alert to the same address has had its outcome."""
    earlier = notification.alias("earlier")
    its_alerts, own_alerts = notification_alert.alias("its_alerts"), notification_alert.alias("own_alerts")
    return sa.exists().where(
        own_alerts.c.notification_id == notification.c.id,
        its_alerts.c.alert_id == own_alerts.c.alert_id,
        earlier.c.id == its_alerts.c.notification_id,
        earlier.c.what == What.FIRING,
        earlier.c.channel == notification.c.channel,
        earlier.c.address == notification.c.address,
        earlier.c.state.in_(UNFINISHED),
    )
