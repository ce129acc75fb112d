"""The ledger of the outbox: attempts, and notifications that end without being delivered."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts import repository
from alerts.delivery import fallback
from alerts.model import DeliveryFailure, DropReason, NotificationState
from ioc.platform.db import Database
from ioc.platform.db.tables import delivery, notification

DETAIL_CHARS = 500


def attempted(
    conn: Connection, notification_id: int, at: int, *, ok: bool, detail: str, failure: DeliveryFailure | None = None
) -> None:
    values = {"notification_id": notification_id, "at": at, "ok": ok, "detail": detail[:DETAIL_CHARS]}
    conn.execute(_ATTEMPT, {**values, "failure": failure})


@dataclass(frozen=True, slots=True)
class Ledger:
    """Ends notifications; `channels` are those there are, where the next of a chain may be told."""

    db: Database
    channels: Collection[str]

    def end(self, conn: Connection, row: sa.RowMapping, now: int, state: NotificationState, reason: DropReason) -> None:
        """Not sent, for a reason that is counted; the next of its chain is told unless nobody need be."""
        ended = {"state": state, "receipt": reason, "next_try_at": now}
        conn.execute(sa.update(notification).where(notification.c.id == row["id"]).values(ended))
        attempted(conn, row["id"], now, ok=False, detail=reason)
        repository.count_drop(self.db, conn, reason)
        if state is not NotificationState.DROPPED:
            self.pass_on(conn, row, now)

    def pass_on(self, conn: Connection, row: sa.RowMapping, now: int) -> int | None:
        """The id of the notification to the next of its chain."""
        return fallback.pass_on(conn, row, now, self.channels)

    def replace(self, conn: Connection, row: sa.RowMapping, now: int) -> None:
        """The next of its chain is told in its place; one without a chain stays as it is."""
        if self.pass_on(conn, row, now) is not None:
            mine = notification.c.id == row["id"]
            conn.execute(sa.update(notification).where(mine).values(state=NotificationState.REPLACED))


_ATTEMPT = sa.insert(delivery)
