"""Forgetting the log of messages: after years, and a few hundred at a time."""

from dataclasses import dataclass

import sqlalchemy as sa

from alerts.delivery.due import UNFINISHED
from alerts.model import NotificationState
from ioc.core.clock import Clock
from ioc.platform.db import Database
from ioc.platform.db.tables import delivery, notification, notification_alert
from ioc.platform.lease import Lease

EVERY_S = 3_600.0
BATCH = 500
_LIVE = (*UNFINISHED, NotificationState.HELD)


@dataclass(frozen=True, slots=True)
class OldLog:
    """Notifications that have ended, with their attempts; what is still owed stays however old it is."""

    db: Database
    clock: Clock
    lease: Lease
    keep_days: int

    def forget(self) -> int:
        """How many notifications were forgotten."""
        n = 0
        while self.lease.held and (forgotten := self._batch()):
            n += forgotten
        return n

    def _batch(self) -> int:
        """Of the oldest that there are; ids grow with time."""
        before = self.clock.now_ms() - self.keep_days * 86_400_000
        oldest = sa.select(notification.c.id, notification.c.created_at, notification.c.state)
        with self.db.write() as conn:
            self.lease.check(conn)
            rows = conn.execute(oldest.order_by(notification.c.id).limit(BATCH))
            ids = [row.id for row in rows if row.created_at < before and row.state not in _LIVE]
            if ids:
                conn.execute(sa.delete(delivery).where(delivery.c.notification_id.in_(ids)))
                conn.execute(sa.delete(notification_alert).where(notification_alert.c.notification_id.in_(ids)))
                conn.execute(sa.delete(notification).where(notification.c.id.in_(ids)))
        return len(ids)
