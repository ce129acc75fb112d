"""The outbox: claim notifications, send each, then mark it; retried here and nowhere else."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.answering.offers import NO_OFFERS, Offers
from alerts.delivery import fallback
from alerts.delivery.claiming import Claims, DeliveryLimits, give_back
from alerts.delivery.composer import Composer
from alerts.delivery.due import UNFINISHED, any_due, due
from alerts.delivery.failures import failure_of
from alerts.delivery.health import ChannelHealth, remember, remembered
from alerts.delivery.lane import Claim, Lane
from alerts.delivery.ledger import DETAIL_CHARS, Ledger, attempted
from alerts.delivery.turn import PATIENCE_S, Turn
from alerts.message import ChannelPlugin
from alerts.model import ChannelState, DeliveryFailure, DropReason, NotificationState
from ioc.core.clock import Clock
from ioc.core.errors import Code, IocError
from ioc.platform.db import Database
from ioc.platform.db.tables import lease, notification
from ioc.platform.lease import Lease

log = logging.getLogger(__name__)

MARK_AGAIN_S = 1.0
TEND_EVERY_S = 2.0


class ConfiguredChannel(NamedTuple):
    """A configured channel: its plug-in and its options."""

    plugin: ChannelPlugin
    options: Any


class AttemptOutcome(NamedTuple):
    """The outcome of an attempt: a receipt, or an error with its class and the wait it causes."""

    receipt: str = ""
    error: IocError | None = None
    failure: DeliveryFailure | None = None
    wait_s: int = 0
    turned: bool = False  # the channel began to fail, or works again
    let_go: tuple[Claim, ...] = ()  # claims that rest with it

    @property
    def detail(self) -> str:
        return (self.receipt if self.error is None else f"{self.error.code}: {self.error.message}")[:DETAIL_CHARS]


@dataclass(slots=True)
class Outbox:
    """Each notification at least once; twice only after a crash between sending and marking, with the same `ref`.

    Every write is refused once another process holds the duty; nothing is sent before the duty was seen to be ours.
    """

    db: Database
    clock: Clock
    lease: Lease
    channels: Mapping[str, ConfiguredChannel]
    composer: Composer
    limits: DeliveryLimits
    offers: Offers = NO_OFFERS
    stop: threading.Event = field(default_factory=threading.Event)
    _token: int | None = field(init=False)
    _ledger: Ledger = field(init=False)
    _claims: Claims = field(init=False)
    _lanes: dict[str, Lane] = field(init=False)
    _turn: Turn = field(default_factory=Turn)
    _tended: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._token = self.lease.token
        self._ledger = Ledger(self.db, frozenset(self.channels))
        self._claims = Claims(self._ledger, self.limits)
        self._lanes = {name: Lane(ChannelHealth(self.clock)) for name in self.channels}

    def recover(self) -> None:
        """Release what an earlier process claimed and never marked; what no channel can carry fails."""
        with self.db.write(hurried=True) as conn:
            self._check(conn)
            claimed = notification.c.state == NotificationState.SENDING
            conn.execute(sa.update(notification).where(claimed).values(state=NotificationState.WAITING, next_try_at=0))
            gone = sa.and_(notification.c.state.in_(UNFINISHED), notification.c.channel.not_in(list(self.channels)))
            for row in conn.execute(sa.select(notification).where(gone)).mappings().all():
                self._ledger.end(conn, row, self.clock.now_ms(), NotificationState.FAILED, DropReason.CHANNEL_GONE)
            self._lanes = {name: Lane(remembered(conn, name, self.clock)) for name in self.channels}

    def step(self, channel: str) -> bool:
        """Claim → send → mark one notification; False when none is due."""
        lane = self._lanes[channel]
        if lane.empty and not self._refill(channel, lane):
            return False
        claim = lane.take()
        if claim is None:
            return False
        try:
            with self._turn.taken():
                self._deliver(lane, claim)
        finally:
            lane.done(claim)
        return True

    def is_slow(self, channel: str) -> bool:
        """True where another message may begin beside what is under way."""
        return self._lanes[channel].is_slow(PATIENCE_S)

    # --- claiming ----------------------------------------------------------------------------------------------------

    def _refill(self, channel: str, lane: Lane) -> bool:
        """Claim as many as may be sent soon; False when there are none."""
        if not lane.claiming.acquire(blocking=False):
            return False
        try:
            self._tend(channel, lane)
            while lane.empty and not lane.health.rests and self.claim(channel, lane):
                pass
        finally:
            lane.claiming.release()
        return not lane.empty

    def claim(self, channel: str, lane: Lane) -> bool:
        """One transaction; False when nothing is due."""
        now, resting = self.clock.now_ms(), lane.health.resting()
        with self.db.read() as conn:
            if not any_due(conn, channel, now, resting):
                return False
        with self.db.write(hurried=True) as conn:
            self._check(conn)
            rows = due(conn, channel, now, resting, lane.next_size())
            claims = self._claims.claim(conn, rows, now)
        lane.add(claims)
        return bool(rows)

    def _tend(self, channel: str, lane: Lane) -> None:
        """What a channel in trouble kept too long goes on to the next of its chain; a claim that was lost waits again.

        A claim is lost when the database goes away around it. Where the lane is idle every claim of the channel is one.
        """
        now, instant = self.clock.now_ms(), self.clock.monotonic()
        if instant - self._tended.get(channel, -TEND_EVERY_S) < TEND_EVERY_S:
            return
        self._tended[channel] = instant
        tried_only = lane.health.state is ChannelState.OK
        late = fallback.late(channel, now, self.limits.fallback_s, tried_only=tried_only)
        lost = sa.and_(notification.c.channel == channel, notification.c.state == NotificationState.SENDING)
        with self.db.read() as conn:
            is_late = conn.execute(late).first() is not None
            is_lost = lane.idle and conn.execute(sa.select(notification.c.id).where(lost).limit(1)).first() is not None
        if not is_late and not is_lost:
            return
        with self.db.write(hurried=True) as conn:
            self._check(conn)
            if is_lost:
                conn.execute(sa.update(notification).where(lost).values(state=NotificationState.WAITING, next_try_at=0))
            for row in conn.execute(late).mappings().all():
                self._ledger.replace(conn, row, now)

    # --- sending -----------------------------------------------------------------------------------------------------

    def _deliver(self, lane: Lane, claim: Claim) -> None:
        self.lease.ensure()
        try:
            receipt = self.send(claim)
        except IocError as error:
            outcome = self._failed(lane, claim, error)
        else:
            outcome = AttemptOutcome(receipt, turned=lane.health.succeeded(claim.address))
        self.mark(lane, claim, outcome)

    def send(self, claim: Claim) -> str:
        """Through the plug-in; anything but an IocError is a fault of ours, and tried again."""
        plugin, options = self.channels[claim.channel]
        try:
            offer = self.offers.of(claim.row, claim.payload)
            message = self.composer.compose(
                claim.ref, claim.address, claim.event, claim.payload, claim.created_at, offer
            )
            return plugin.send(options, message)
        except IocError:
            raise
        except Exception as error:
            log.exception("channel %s failed on notification %d", claim.channel, claim.id)
            raise IocError(Code.CHANNEL_FAILED, f"{type(error).__name__}: {error}") from error

    def _failed(self, lane: Lane, claim: Claim, error: IocError) -> AttemptOutcome:
        failure = failure_of(error.code)
        if not error.transient:
            return AttemptOutcome("", error, failure)
        before = lane.health.state
        wait_s = lane.health.failed(claim.address, failure)
        let_go = lane.give_back(None if lane.health.rests else claim.address)
        return AttemptOutcome("", error, failure, wait_s, lane.health.state is not before, tuple(let_go))

    # --- marking -----------------------------------------------------------------------------------------------------

    def mark(self, lane: Lane, claim: Claim, outcome: AttemptOutcome) -> None:
        """Write the outcome of an attempt, as often as it takes, as long as the duty is ours."""
        while True:
            try:
                with self.db.write(hurried=True) as conn:
                    self._write(conn, lane, claim, outcome)
            except IocError as failure:
                if failure.code is Code.LEASE_LOST:
                    raise
                log.warning("notification %d: its outcome cannot be written yet: %s", claim.id, failure)
                if self.stop.wait(MARK_AGAIN_S):
                    return
            else:
                return

    def _write(self, conn: Connection, lane: Lane, claim: Claim, outcome: AttemptOutcome) -> None:
        now = self.clock.now_ms()
        mine = {"claimed": claim.id, "attempt": claim.attempt, "duty": self.lease.duty, "held": self._token}
        if conn.execute(_MARK, {**mine, **_columns(outcome, now)}).rowcount != 1:
            self._check(conn)
            return  # claimed anew since
        failed = outcome.error is not None
        attempted(conn, claim.id, now, ok=not failed, detail=outcome.detail, failure=outcome.failure)
        give_back(conn, list(outcome.let_go))
        if failed and not outcome.wait_s:
            self._ledger.pass_on(conn, claim.row, now)
        if outcome.turned or outcome.wait_s:
            remember(self.db, conn, claim.channel, lane.health, outcome.failure, outcome.detail)

    def _check(self, conn: Connection) -> None:
        self.lease.check(conn)
        if self.lease.token != self._token:
            raise IocError(Code.LEASE_LOST, f"{self.lease.duty}: lost and taken anew since")


def _columns(outcome: AttemptOutcome, now: int) -> dict[str, object]:
    if outcome.error is None:
        return {"state": NotificationState.DELIVERED, "delivered_at": now, "receipt": outcome.detail}
    if outcome.wait_s:
        return {"state": NotificationState.WAITING, "next_try_at": now + outcome.wait_s * 1000}
    return {"state": NotificationState.FAILED, "receipt": outcome.detail, "next_try_at": now}


_MARK = sa.update(notification).where(
    notification.c.id == sa.bindparam("claimed"),
    notification.c.state == NotificationState.SENDING,
    notification.c.attempts == sa.bindparam("attempt"),
    sa.exists().where(lease.c.duty == sa.bindparam("duty"), lease.c.token == sa.bindparam("held")),
)
