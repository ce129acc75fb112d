"""The outbox: claim a notification, send it, then mark it; retried here and nowhere else."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts import repository
from alerts.delivery.composer import Composer
from alerts.delivery.due import CLAIM_MS, LONGEST_WAIT_S, UNFINISHED, delivered_alerts, due
from alerts.message import ChannelPlugin
from alerts.model import DropReason, NotificationState, NotificationType
from ioc.core.clock import Clock
from ioc.core.errors import Code, IocError
from ioc.platform.db import Database
from ioc.platform.db.tables import delivery, notification
from ioc.platform.lease import Lease

log = logging.getLogger(__name__)

FIRST_WAIT_S = 2  # after a failure; doubled each time
MARK_AGAIN_S = 1.0


class ConfiguredChannel(NamedTuple):
    """A configured channel: its plug-in and its options."""

    plugin: ChannelPlugin
    options: Any


class Claim(NamedTuple):
    """A notification that this process may send now; `attempt` tells a later claim from this one."""

    id: int
    ref: str
    channel: str
    address: str
    event: NotificationType
    payload: Mapping[str, Any]
    created_at: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """Each notification at least once; twice only after a crash between sending and marking, with the same `ref`."""

    db: Database
    clock: Clock
    lease: Lease
    channels: Mapping[str, ConfiguredChannel]
    composer: Composer
    delivery_days: float
    stop: threading.Event = field(default_factory=threading.Event)

    def recover(self) -> None:
        """Release what an earlier process claimed and never marked; what no channel can carry fails."""
        with self.db.write() as conn:
            self.lease.check(conn)
            claimed = notification.c.state == NotificationState.SENDING
            conn.execute(sa.update(notification).where(claimed).values(state=NotificationState.WAITING, next_try_at=0))
            gone = sa.and_(notification.c.state.in_(UNFINISHED), notification.c.channel.not_in(list(self.channels)))
            failed = {"state": NotificationState.FAILED, "receipt": DropReason.CHANNEL_GONE}
            for _ in range(conn.execute(sa.update(notification).where(gone).values(failed)).rowcount):
                repository.count_drop(self.db, conn, DropReason.CHANNEL_GONE)

    def step(self, channel: str) -> bool:
        """Claim → send → mark one notification; False when none is due."""
        claim = self.claim(channel)
        if claim is None:
            return False
        try:
            receipt = self.send(claim)
        except IocError as error:
            self.mark(claim, error)
        else:
            self.mark(claim, None, receipt)
        return True

    def claim(self, channel: str) -> Claim | None:
        """The oldest that is due; those too old, or whose announcement never arrived, end here."""
        now = self.clock.now_ms()
        with self.db.read() as conn:
            if conn.execute(due(channel, now)).first() is None:
                return None
        with self.db.write() as conn:
            self.lease.check(conn)
            row = conn.execute(due(channel, now)).mappings().first()
            if row is None:
                return None
            payload = self._sendable(conn, row, now)
            if payload is None:
                return None
            attempt = row["attempts"] + 1
            sending = {"state": NotificationState.SENDING, "next_try_at": now + CLAIM_MS, "attempts": attempt}
            conn.execute(sa.update(notification).where(notification.c.id == row["id"]).values(sending))
        what = NotificationType(row["what"])
        return Claim(row["id"], row["ref"], channel, row["address"], what, payload, row["created_at"], attempt)

    def send(self, claim: Claim) -> str:
        """Through the plug-in; anything but an IocError is a fault of ours, and tried again."""
        plugin, options = self.channels[claim.channel]
        try:
            message = self.composer.compose(claim.ref, claim.address, claim.event, claim.payload, claim.created_at)
            return plugin.send(options, message)
        except IocError:
            raise
        except Exception as error:
            log.exception("channel %s failed on notification %d", claim.channel, claim.id)
            raise IocError(Code.CHANNEL_FAILED, f"{type(error).__name__}: {error}") from error

    def mark(self, claim: Claim, error: IocError | None, receipt: str = "") -> None:
        """Write the outcome of an attempt, as often as it takes; a notification claimed anew since is left alone."""
        while True:
            try:
                with self.db.write() as conn:
                    self._write(conn, claim, error, receipt)
            except IocError as failure:
                log.warning("notification %d: its outcome cannot be written yet: %s", claim.id, failure)
                if self.stop.wait(MARK_AGAIN_S):
                    return
            else:
                return

    def _write(self, conn: Connection, claim: Claim, error: IocError | None, receipt: str) -> None:
        now = self.clock.now_ms()
        unchanged = sa.and_(
            notification.c.id == claim.id,
            notification.c.state == NotificationState.SENDING,
            notification.c.attempts == claim.attempt,
        )
        conn.execute(sa.update(notification).where(unchanged).values(_outcome(claim, error, receipt, now)))
        detail = receipt if error is None else f"{error.code}: {error.message}"
        _attempted(conn, claim.id, now, ok=error is None, detail=detail)

    def _sendable(self, conn: Connection, row: sa.RowMapping, now: int) -> Mapping[str, Any] | None:
        """The payload to send, or None after ending a notification that need not be sent any more."""
        if now - row["created_at"] > self.delivery_days * 86_400_000:
            self._end(conn, row, now, NotificationState.EXPIRED, DropReason.EXPIRED)
            return None
        payload: Mapping[str, Any] = row["payload"]
        if row["what"] == NotificationType.FIRING:
            return payload
        delivered = set(conn.scalars(delivered_alerts(row)))
        summaries = [summary for summary in payload["lines"] if summary["alert"] in delivered]
        if summaries:
            return {**payload, "lines": summaries}
        self._end(conn, row, now, NotificationState.DROPPED, DropReason.FIRING_NOT_DELIVERED)
        return None

    def _end(
        self, conn: Connection, row: sa.RowMapping, now: int, state: NotificationState, reason: DropReason
    ) -> None:
        ended = {"state": state, "receipt": reason}
        conn.execute(sa.update(notification).where(notification.c.id == row["id"]).values(ended))
        _attempted(conn, row["id"], now, ok=False, detail=reason)
        repository.count_drop(self.db, conn, reason)


def backoff_s(attempt: int) -> int:
    """The wait after the `attempt`-th failure."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S << min(attempt - 1, 16))


def _outcome(claim: Claim, error: IocError | None, receipt: str, now: int) -> dict[str, object]:
    if error is None:
        return {"state": NotificationState.DELIVERED, "delivered_at": now, "receipt": receipt}
    if error.transient:
        return {"state": NotificationState.WAITING, "next_try_at": now + backoff_s(claim.attempt) * 1000}
    return {"state": NotificationState.FAILED, "receipt": f"{error.code}: {error.message}"}


def _attempted(conn: Connection, notification_id: int, at: int, *, ok: bool, detail: str) -> None:
    conn.execute(sa.insert(delivery).values(notification_id=notification_id, at=at, ok=ok, detail=detail))
