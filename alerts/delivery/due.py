"""The queries of the outbox: the notifications that are due next, and the alerts whose end may be announced."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from alerts.model import NotificationState, NotificationType
from ioc.core.model import Severity
from ioc.platform.db.tables import notification, notification_alert

LONGEST_WAIT_S = 30
UNFINISHED = (NotificationState.WAITING, NotificationState.SENDING)
CRITICAL_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def due(channel: str, severity: Severity, now: int, resting: Collection[str], limit: int) -> sa.Select[Any]:
    """The oldest that are due, or whose next try lies so far ahead that the wall clock must have been set back.

    None to an address that rests, and none before an earlier one about the same alert to the same address.
    """
    n = notification.c
    wanted = [
        n.channel == channel,
        n.state == NotificationState.WAITING,
        n.severity == severity,
        sa.or_(n.next_try_at <= now, n.next_try_at > now + 2 * LONGEST_WAIT_S * 1000),
        ~_earlier_unfinished(),
    ]
    if resting:
        wanted.append(n.address.not_in(resting))
    return sa.select(notification).where(*wanted).order_by(n.id).limit(limit)


def delivered_alerts(closing: sa.RowMapping) -> sa.Select[Any]:
    """The alerts of a closing notification of which anything was delivered to its address."""
    ids = [summary["alert"] for summary in closing["payload"]["lines"]]
    return (
        sa.select(notification_alert.c.alert_id)
        .join(notification, notification.c.id == notification_alert.c.notification_id)
        .where(
            notification_alert.c.alert_id.in_(ids),
            notification.c.what != NotificationType.RESOLVED,
            notification.c.state == NotificationState.DELIVERED,
            notification.c.channel == closing["channel"],
            notification.c.address == closing["address"],
        )
    )


def _earlier_unfinished() -> sa.Exists:
    """An earlier notification about the same alert to the same address has no outcome yet."""
    earlier = notification.alias("earlier")
    its_alerts, own_alerts = notification_alert.alias("its_alerts"), notification_alert.alias("own_alerts")
    return sa.exists().where(
        own_alerts.c.notification_id == notification.c.id,
        its_alerts.c.alert_id == own_alerts.c.alert_id,
        its_alerts.c.notification_id < notification.c.id,
        earlier.c.id == its_alerts.c.notification_id,
        earlier.c.channel == notification.c.channel,
        earlier.c.address == notification.c.address,
        earlier.c.state.in_(UNFINISHED),
    )
