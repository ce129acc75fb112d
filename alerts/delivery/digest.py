"""The daily digest: once each working day what is overdue, to everybody whom the routes lead to, in one message."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.delivery.groups import AlertSummary
from alerts.delivery.routing import Destination, Router
from alerts.model import ACTIVE, Alert, NotificationState, NotificationType
from ioc.core.model import Severity
from ioc.domain.calendar import Calendar
from ioc.domain.inventory import Inventory
from ioc.platform import meta
from ioc.platform.db import Database
from ioc.platform.db.tables import notification, notification_alert

LATEST = time(12, 0)  # a digest that could not be sent in the morning waits for the next


@dataclass(frozen=True, slots=True)
class Digest:
    """Once a day, by the day that table `meta` keeps; `at` is local to the first root."""

    db: Database
    at: time

    def is_due(self, conn: Connection, inventory: Inventory, now: int) -> bool:
        calendar = _calendar(inventory)
        day = calendar.date_of(now)
        in_time = self.at <= calendar.time_of(now) < max(LATEST, self.at)
        if not in_time or not calendar.is_working_day(day):
            return False
        return meta.get(conn, meta.Fact.DIGEST_DAY) != day.isoformat()

    def queue(
        self,
        conn: Connection,
        router: Router,
        inventory: Inventory,
        alerts: Iterable[Alert],
        facts_of: Callable[[Alert], AlertSummary],
        now: int,
    ) -> None:
        """One message a destination with every alert that is its business; nothing where nothing is overdue.

        What fired since the hour of the digest was told by itself.
        """
        calendar = _calendar(inventory)
        hour = calendar.instant(calendar.date_of(now), self.at)
        told: dict[Destination, list[Alert]] = {}
        for alert in alerts:
            owed = alert.state in ACTIVE and (alert.fired_at or 0) < hour
            for destination in (router.destinations(inventory, alert, now) or ()) if owed else ():
                told.setdefault(destination, []).append(alert)
        for destination, of_it in told.items():
            _insert(conn, destination, of_it, _payload(destination, of_it, facts_of, calendar, now), now)
        meta.put(self.db, conn, meta.Fact.DIGEST_DAY, calendar.date_of(now).isoformat())


def _payload(
    to: Destination, alerts: list[Alert], facts_of: Callable[[Alert], AlertSummary], calendar: Calendar, now: int
) -> Mapping[str, Any]:
    lines = [{**facts_of(alert), "open": True} for alert in sorted(alerts, key=_most_first)]
    total = sum(_total(alert) for alert in alerts)
    return {"lang": to.lang, "lines": lines, "total": total, "orgs": len({alert.org for alert in alerts}),
            "time": now, "tz": str(calendar.tz)}  # fmt: skip


def _insert(conn: Connection, to: Destination, alerts: list[Alert], payload: Mapping[str, Any], now: int) -> None:
    row = {
        "ref": uuid.uuid4().hex,
        "receiver": to.receiver,
        "channel": to.channel,
        "address": to.address,
        "what": NotificationType.DIGEST,
        "subject": NotificationType.DIGEST,
        "severity": Severity.WARNING,
        "payload": payload,
        "state": NotificationState.WAITING,
        "created_at": now,
        "next_try_at": now,
    }
    key = conn.execute(sa.insert(notification).values(row)).inserted_primary_key
    number = int(key[0]) if key else 0
    links = [{"notification_id": number, "alert_id": alert.id} for alert in alerts]
    conn.execute(sa.insert(notification_alert), links)


def _total(alert: Alert) -> int:
    total = alert.params.get("total", 0)
    return total if isinstance(total, int) else 0


def _most_first(alert: Alert) -> tuple[int, str]:
    return -_total(alert), alert.org


def _calendar(inventory: Inventory) -> Calendar:
    roots = inventory.orgs.roots()
    return inventory.calendar(roots[0].code if roots else "")
