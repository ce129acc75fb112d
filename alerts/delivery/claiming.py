"""Claiming: which notifications are sent now, which end here, and which a summary says instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.delivery import summaries
from alerts.delivery.due import delivered_alerts
from alerts.delivery.lane import Claim
from alerts.delivery.ledger import Ledger
from alerts.model import DropReason, NotificationState, NotificationType
from ioc.platform.db.tables import notification

OUTDATED = (NotificationType.TEST, NotificationType.PROOF)  # of no use to anybody later
CLAIM_MS = 180_000  # how long a send may last at most, for who looks at the table


class DeliveryLimits(NamedTuple):
    """After how many seconds a notification expires, is summed up, or goes on to the next of its chain."""

    expires_s: float
    stale_s: float
    fallback_s: float


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims in one transaction as many as are asked for."""

    ledger: Ledger
    limits: DeliveryLimits

    def claim(self, conn: Connection, rows: list[RowMapping], now: int) -> list[Claim]:
        """Of these rows those to send; the others end here, or are in a summary from now on."""
        summed_up: set[tuple[str, str]] = set()
        claims = []
        for row in rows:
            place = (row["receiver"], row["address"])
            if row["what"] in summaries.REPLACEABLE and place in summed_up:
                continue
            if self._is_stale(row, now):
                summaries.begin(conn, row, now)
                summed_up.add(place)
            elif (payload := self._payload(conn, row, now)) is not None:
                claims.append(Claim.of(row, payload))
        if claims:
            marks = [{"claimed": claim.id, "attempt": claim.attempt, "until": now + CLAIM_MS} for claim in claims]
            conn.execute(_CLAIM, marks)
        return claims

    def _is_stale(self, row: RowMapping, now: int) -> bool:
        return row["what"] in summaries.REPLACEABLE and _is_older(row, now, self.limits.stale_s)

    def _payload(self, conn: Connection, row: RowMapping, now: int) -> Mapping[str, Any] | None:
        """What to say, or None after ending a notification that need not be sent any more."""
        limit_s = self.limits.stale_s if row["what"] in OUTDATED else self.limits.expires_s
        if _is_older(row, now, limit_s):
            self.ledger.end(conn, row, now, NotificationState.EXPIRED, DropReason.EXPIRED)
            return None
        if row["what"] == NotificationType.SUMMARY:
            return summaries.refresh(conn, row)
        payload: Mapping[str, Any] = row["payload"]
        if row["what"] != NotificationType.RESOLVED:
            return payload
        delivered = set(conn.scalars(delivered_alerts(row)))
        lines = [line for line in payload["lines"] if line["alert"] in delivered]
        if lines:
            return {**payload, "lines": lines}
        self.ledger.end(conn, row, now, NotificationState.DROPPED, DropReason.FIRING_NOT_DELIVERED)
        return None


def give_back(conn: Connection, claims: list[Claim]) -> None:
    """They wait again, as if they had not been claimed."""
    if claims:
        conn.execute(_GIVE_BACK, [{"claimed": claim.id, "attempt": claim.attempt} for claim in claims])


def _is_older(row: RowMapping, now: int, seconds: float) -> bool:
    return bool(now - row["created_at"] > seconds * 1000)


_MINE = notification.c.id == sa.bindparam("claimed")
_CLAIM = (
    sa.update(notification)
    .where(_MINE)
    .values(state=NotificationState.SENDING, attempts=sa.bindparam("attempt"), next_try_at=sa.bindparam("until"))
)
_GIVE_BACK = (
    sa.update(notification)
    .where(
        _MINE,
        notification.c.state == NotificationState.SENDING,
        notification.c.attempts == sa.bindparam("attempt"),
    )
    .values(state=NotificationState.WAITING, attempts=sa.bindparam("attempt") - 1, next_try_at=0)
)
