"""Groups of notifications: rows of table `notification` with the alerts that each announces."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.model import ANNOUNCEMENTS, HELD, NotificationState, NotificationType
from alerts.mutes.holder import BY_PEOPLE
from ioc.platform.db.bulk import slices
from ioc.platform.db.tables import alert, notification, notification_alert

AlertSummary = Mapping[str, Any]  # the keys and names that a notification keeps of one alert, see `notifier.summary`
UNSENT = (NotificationState.HELD, NotificationState.WAITING)
ANNOUNCED = (
    NotificationState.WAITING,
    NotificationState.SENDING,
    NotificationState.DELIVERED,
    NotificationState.REPLACED,
)


def open_groups(conn: Connection) -> list[RowMapping]:
    """The groups that may still grow: id and the instant each is to be sent."""
    columns = (notification.c.id, notification.c.next_try_at)
    query = sa.select(*columns).where(notification.c.state == NotificationState.HELD)
    return list(conn.execute(query).mappings())


def announced_by(conn: Connection, group_ids: list[int]) -> set[int]:
    """The alerts whose firing these groups announce."""
    query = (
        sa.select(notification_alert.c.alert_id)
        .join(notification, notification.c.id == notification_alert.c.notification_id)
        .where(notification.c.id.in_(group_ids), notification.c.what == NotificationType.FIRING)
    )
    return set(conn.scalars(query))


def unsent_of_muted(conn: Connection) -> set[int]:
    """The alerts that people hold back and that a message speaks of which nobody has begun to send.

    One that was being sent when the mute began, and failed, would else be tried again inside it.
    """
    muted = sa.or_(*(alert.c.held_by.startswith(f"{kind}:") for kind in sorted(BY_PEOPLE)))
    query = (
        sa.select(notification_alert.c.alert_id)
        .join(notification, notification.c.id == notification_alert.c.notification_id)
        .join(alert, alert.c.id == notification_alert.c.alert_id)
        .where(
            alert.c.state.in_(HELD),
            muted,
            notification.c.state.in_(UNSENT),
            notification.c.what.in_(ANNOUNCEMENTS),
        )
    )
    return set(conn.scalars(query))


def others_of(conn: Connection, group_id: int, alert_id: int) -> set[int]:
    """The other alerts that a message stands for."""
    pair = notification_alert.c
    query = sa.select(pair.alert_id).where(pair.notification_id == group_id, pair.alert_id != alert_id)
    return set(conn.scalars(query))


def incidents_of(conn: Connection, group_ids: list[int]) -> set[int]:
    """The incidents that groups are about."""
    wanted = sa.and_(notification.c.id.in_(group_ids), notification.c.incident_id.is_not(None))
    return set(conn.scalars(sa.select(notification.c.incident_id).where(wanted)))


def announced_as(conn: Connection, alert_ids: Sequence[int]) -> dict[int, set[NotificationState]]:
    """How the messages stand that announce these alerts."""
    pair, found = notification_alert.c, dict[int, set[NotificationState]]()
    announcing = sa.select(pair.alert_id, notification.c.state).join(
        notification, notification.c.id == pair.notification_id
    )
    for some in slices(alert_ids):
        wanted = announcing.where(pair.alert_id.in_(some), notification.c.what.in_(ANNOUNCEMENTS)).distinct()
        for alert_id, state in conn.execute(wanted):
            found.setdefault(alert_id, set()).add(NotificationState(state))
    return found


def is_announced(conn: Connection, alert_id: int) -> bool:
    return bool(announcements(conn, alert_id, ANNOUNCED))


def announcements(conn: Connection, alert_id: int, states: tuple[NotificationState, ...]) -> list[RowMapping]:
    """The notifications in these states that announce the firing of an alert."""
    query = (
        sa.select(notification)
        .join(notification_alert, notification_alert.c.notification_id == notification.c.id)
        .where(
            notification_alert.c.alert_id == alert_id,
            notification.c.what.in_(ANNOUNCEMENTS),
            notification.c.state.in_(states),
        )
        .order_by(notification.c.id)
    )
    return list(conn.execute(query).mappings())


def update(conn: Connection, group: RowMapping, **values: object) -> bool:
    """False where somebody else, who sends it, has changed its state meanwhile."""
    unchanged = sa.and_(notification.c.id == group["id"], notification.c.state == group["state"])
    return conn.execute(sa.update(notification).where(unchanged).values(values)).rowcount == 1


def unlink(conn: Connection, group_id: int, alert_id: int) -> None:
    pair = notification_alert.c
    conn.execute(sa.delete(notification_alert).where(pair.notification_id == group_id, pair.alert_id == alert_id))
