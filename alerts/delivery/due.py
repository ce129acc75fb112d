"""The queries of the outbox: the notifications that are due next, and the alerts whose end may be announced."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.model import NotificationState, NotificationType
from ioc.core.model import Severity
from ioc.platform.db.tables import notification, notification_alert

LONGEST_WAIT_S = 30
UNFINISHED = (NotificationState.WAITING, NotificationState.SENDING)
CRITICAL_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def any_due(conn: Connection, channel: str, now: int, resting: Collection[str]) -> bool:
    return conn.execute(_ANY, _asked(channel, now, resting, 1)).first() is not None


def due(conn: Connection, channel: str, now: int, resting: Collection[str], limit: int) -> list[RowMapping]:
    """The critical ones first, then the oldest; none to an address that rests.

    None goes before an earlier one about the same alert to the same address. One whose next try lies far ahead is due:
    the wall clock must have been set back.
    """
    rows: list[RowMapping] = []
    for severity in CRITICAL_FIRST:
        if len(rows) < limit:
            asked = {**_asked(channel, now, resting, limit - len(rows)), "its_severity": severity}
            rows += conn.execute(_DUE, asked).mappings()
    return rows


def delivered_alerts(closing: RowMapping) -> sa.Select[Any]:
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


def _asked(channel: str, now: int, resting: Collection[str], limit: int) -> dict[str, Any]:
    ahead = now + 2 * LONGEST_WAIT_S * 1000
    return {"its_channel": channel, "now": now, "ahead": ahead, "resting": list(resting), "most": limit}


def _earlier_unfinished() -> sa.Exists:
    """An earlier notification about the same alert to the same address has no outcome yet.

    Found by its alerts, which are few. SQLite would find it by channel and state, through all that waits, were these
    not hidden from it.
    """
    earlier = notification.alias("earlier")
    its_alerts, own_alerts = notification_alert.alias("its_alerts"), notification_alert.alias("own_alerts")
    return sa.exists().where(
        own_alerts.c.notification_id == notification.c.id,
        its_alerts.c.alert_id == own_alerts.c.alert_id,
        its_alerts.c.notification_id < notification.c.id,
        earlier.c.id == its_alerts.c.notification_id,
        sa.func.coalesce(earlier.c.channel, "") == notification.c.channel,
        earlier.c.address == notification.c.address,
        sa.func.coalesce(earlier.c.state, "").in_(UNFINISHED),
    )


_ANY = (
    sa.select(notification.c.id)
    .where(
        notification.c.channel == sa.bindparam("its_channel"),
        notification.c.state == NotificationState.WAITING,
        sa.or_(notification.c.next_try_at <= sa.bindparam("now"), notification.c.next_try_at > sa.bindparam("ahead")),
        notification.c.address.not_in(sa.bindparam("resting", expanding=True)),
        ~_earlier_unfinished(),
    )
    .limit(sa.bindparam("most"))
)
_DUE = (
    _ANY.with_only_columns(*notification.c)
    .where(notification.c.severity == sa.bindparam("its_severity"))
    .order_by(notification.c.id)
)
