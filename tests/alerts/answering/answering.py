"""A record of alerts and of who was told of them, for stories of answers."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from alerts.answering.answers import AnswerDesk
from alerts.model import AlertState, NotificationState
from ioc.config.alerting import AlertOptions
from ioc.platform.db.tables import alert, audit, incident, notification, notification_alert
from tests.clock import FakeClock
from tests.databases import empty_records

KEY = b"k" * 32
NOW = 1_795_230_000_000
LAN, HUNG = "0912345678", "0987654321"


class Told:
    """Incidents with their alerts, each told to one phone."""

    def __init__(self, folder: Path) -> None:
        self.db = empty_records(folder / "ioc.sqlite")
        self.clock = FakeClock(NOW)
        self.answers = AnswerDesk(self.db, self.clock, KEY, AlertOptions())

    def incident(self) -> int:
        row = {"org": "hg", "severity": "critical", "state": "open", "since": NOW, "open": True}
        with self.db.write() as conn:
            return int(conn.execute(sa.insert(incident).values(row)).inserted_primary_key[0])

    def alert(self, number: int | None, state: AlertState = AlertState.FIRING) -> int:
        what = {"rule": "down", "severity": "critical", "title": "alert.down", "params": {}, "since": NOW}
        place = {"org": "hg", "kind": "service", "source": "portal"}
        ended = state in (AlertState.RESOLVED, AlertState.RESOLVED_UNSEEN, AlertState.CLOSED)
        with self.db.write() as conn:
            count = conn.scalar(sa.select(sa.func.count()).select_from(alert))
            row = {"fingerprint": f"down|{count}", "state": state, "open": not ended, "incident_id": number}
            return int(conn.execute(sa.insert(alert).values(**what, **place, **row)).inserted_primary_key[0])

    def tell(self, alert_id: int, address: str = LAN, receiver: str = "lan", **more: Any) -> sa.RowMapping:
        """A message of one alert; as the outbox reads it."""
        lines = [{"alert": alert_id}]
        with self.db.write() as conn:
            count = conn.scalar(sa.select(sa.func.count()).select_from(notification))
            row = {
                "ref": f"ref-{count}", "receiver": receiver, "channel": "sms", "address": address, "what": "firing",
                "subject": "hg", "payload": {"lang": "vi", "lines": lines}, "state": NotificationState.DELIVERED,
                "created_at": NOW, "next_try_at": NOW, **more,
            }  # fmt: skip
            number = conn.execute(sa.insert(notification).values(row)).inserted_primary_key[0]
            conn.execute(sa.insert(notification_alert).values(notification_id=number, alert_id=alert_id))
            return conn.execute(sa.select(notification).where(notification.c.id == number)).mappings().one()

    def states(self) -> list[str]:
        with self.db.read() as conn:
            return list(conn.scalars(sa.select(alert.c.state).order_by(alert.c.id)))

    def by(self) -> list[str | None]:
        with self.db.read() as conn:
            return list(conn.scalars(sa.select(alert.c.acknowledged_by).order_by(alert.c.id)))

    def audited(self) -> list[tuple[str, str, Any]]:
        with self.db.read() as conn:
            rows = conn.execute(sa.select(audit).where(audit.c.action == "answered").order_by(audit.c.id))
            return [(row.actor, row.subject, row.detail) for row in rows]
