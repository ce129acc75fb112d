"""Messages as they are queued, in the transaction of the transition that causes them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.delivery.routing import Router, Target
from alerts.model import Alert, Drop, NotificationState, What
from alerts.repository import count
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.platform.db import Database
from ioc.platform.db.tables import notification, notification_alert

Line = dict[str, object]  # what a message says of one alert
TOLD = (NotificationState.WAITING, NotificationState.SENDING, NotificationState.DELIVERED)
RESOLVED_WAIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Queue:
    """Puts messages into groups: one a receiver, channel and source, open for a short wait."""

    db: Database
    router: Router
    group_wait_s: float
    to_owners: frozenset[str] = frozenset()  # rules whose alerts are the business of the source's owner

    def firing(self, conn: Connection, inventory: Inventory, alert: Alert, now: int) -> None:
        """One message to every address the routes name; none is counted with its reason."""
        targets = self.router.targets(inventory.orgs, alert.org, alert.severity, self._owner(inventory, alert))
        if not targets:
            count(self.db, conn, Drop.NO_ROUTE if targets is None else Drop.NO_ADDRESS)
        for target in targets or ():
            self._join(conn, What.FIRING, target, alert, line(inventory, alert), now, now + self._ms(self.group_wait_s))

    def resolved(self, conn: Connection, inventory: Inventory, alert: Alert, now: int) -> None:
        """Whoever was told, or is about to be, hears the end; whose message still waits in its group hears neither."""
        self.withdraw(conn, alert.id, Drop.RESOLVED_BEFORE_SENT)
        wait_s = min(RESOLVED_WAIT_S, self.group_wait_s / 2)
        for target in told(conn, alert.id):
            self._join(conn, What.RESOLVED, target, alert, line(inventory, alert), now, now + self._ms(wait_s))

    def withdraw(self, conn: Connection, alert_id: int, reason: Drop) -> None:
        """Take an alert out of the groups that are still open."""
        for row in conn.execute(_linked(alert_id, What.FIRING, (NotificationState.HELD,))).mappings().all():
            lines = [said for said in row["payload"]["lines"] if said["alert"] != alert_id]
            values: dict[str, object] = {"payload": {**row["payload"], "lines": lines}}
            if lines:
                conn.execute(_unlink(row["id"], alert_id))
            else:
                values = {"state": NotificationState.DROPPED, "receipt": reason}
                count(self.db, conn, reason)
            conn.execute(sa.update(notification).where(notification.c.id == row["id"]).values(values))

    def _join(
        self, conn: Connection, what: What, target: Target, alert: Alert, said: Line, now: int, release_at: int
    ) -> None:
        group = conn.execute(_open_group(what, target, str(alert.subject))).mappings().first()
        if group is None:
            row_id = _begin(conn, what, target, alert, said, now, release_at)
        else:
            row_id = group["id"]
            payload = {**group["payload"], "lines": [*group["payload"]["lines"], said]}
            conn.execute(sa.update(notification).where(notification.c.id == row_id).values(payload=payload))
        conn.execute(sa.insert(notification_alert).values(notification_id=row_id, alert_id=alert.id))

    def _owner(self, inventory: Inventory, alert: Alert) -> str | None:
        source = inventory.sources.get(alert.subject) if isinstance(alert.subject, SourceKey) else None
        return source.owner if source is not None and alert.rule in self.to_owners else None

    @staticmethod
    def _ms(seconds: float) -> int:
        return round(seconds * 1000)


def line(inventory: Inventory, alert: Alert) -> Line:
    """What a message says of an alert, in keys and names; nothing about persons."""
    org = inventory.orgs.by_code.get(alert.org)
    subject = alert.subject
    source = inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    return {
        "alert": alert.id,
        "severity": alert.severity,
        "title": alert.title,
        "params": dict(alert.params),
        "since": alert.since,
        "ended": alert.ended_at,
        "org": alert.org,
        "org_name": org.name if org else alert.org,
        "subject": str(subject),
        "name": source.name if source else "",
        "tz": str(inventory.orgs.tz(alert.org)),
        "simulated": alert.simulated,
    }


def held(conn: Connection) -> list[RowMapping]:
    """The open groups: id and the instant each is to be sent."""
    columns = (notification.c.id, notification.c.next_try_at)
    query = sa.select(*columns).where(notification.c.state == NotificationState.HELD)
    return list(conn.execute(query).mappings())


def alerts_of(conn: Connection, ids: list[int]) -> set[int]:
    """The alerts that groups about to be sent announce."""
    query = (
        sa.select(notification_alert.c.alert_id)
        .join(notification, notification.c.id == notification_alert.c.notification_id)
        .where(notification.c.id.in_(ids), notification.c.what == What.FIRING)
    )
    return set(conn.scalars(query))


def announced(conn: Connection, alert_id: int) -> bool:
    """Whether anybody was told of it already."""
    return conn.execute(_linked(alert_id, What.FIRING, TOLD)).first() is not None


def release(conn: Connection, ids: list[int], now: int) -> None:
    """Close groups: from here on the outbox delivers them."""
    due = sa.and_(notification.c.id.in_(ids), notification.c.state == NotificationState.HELD)
    conn.execute(sa.update(notification).where(due).values(state=NotificationState.WAITING, next_try_at=now))


def told(conn: Connection, alert_id: int) -> list[Target]:
    """Each address once that got, or will get, the announcement."""
    rows = conn.execute(_linked(alert_id, What.FIRING, TOLD)).mappings()
    return list({Target(row["receiver"], row["channel"], row["address"], row["payload"]["lang"]): None for row in rows})


def _begin(conn: Connection, what: What, target: Target, alert: Alert, said: Line, now: int, release_at: int) -> int:
    values: Mapping[str, Any] = {
        "ref": uuid.uuid4().hex,
        "receiver": target.receiver,
        "channel": target.channel,
        "address": target.address,
        "what": what,
        "subject": str(alert.subject),
        "payload": {"lang": target.lang, "lines": [said]},
        "state": NotificationState.HELD,
        "created_at": now,
        "next_try_at": release_at,
    }
    key = conn.execute(sa.insert(notification).values(**values)).inserted_primary_key
    return int(key[0]) if key else 0


def _linked(alert_id: int, what: What, states: tuple[NotificationState, ...]) -> sa.Select[Any]:
    return (
        sa.select(notification)
        .join(notification_alert, notification_alert.c.notification_id == notification.c.id)
        .where(
            notification_alert.c.alert_id == alert_id,
            notification.c.what == what,
            notification.c.state.in_(states),
        )
        .order_by(notification.c.id)
    )


def _unlink(notification_id: int, alert_id: int) -> sa.Delete:
    link = notification_alert.c
    return sa.delete(notification_alert).where(link.notification_id == notification_id, link.alert_id == alert_id)


def _open_group(what: What, target: Target, subject: str) -> sa.Select[Any]:
    n = notification.c
    return sa.select(n.id, n.payload).where(
        n.state == NotificationState.HELD,
        n.what == what,
        n.channel == target.channel,
        n.address == target.address,
        n.receiver == target.receiver,
        n.subject == subject,
    )
