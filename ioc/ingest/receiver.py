"""The door: takes messages from the broker, commits them to the inbox, then acknowledges them in arrival order."""

import logging
import random
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from ioc.config.settings import Mqtt
from ioc.core.clock import Clock
from ioc.core.errors import IocError
from ioc.ingest.identity import Identity
from ioc.ingest.inbox import Inbox, Received
from ioc.messages.mapping.maps import Maps
from ioc.messages.privacy import REDACTED, Privacy
from ioc.messages.wire import MAX_PAYLOAD
from ioc.platform.broker import RECONNECT_S, Turns
from ioc.platform.broker.session import Delivery, PersistentClient, forget

log = logging.getLogger(__name__)

IDLE_S = 0.2
QUIET_S = 3.0
HOLD_S = 1.0
EMBEDDED_RECONNECT_S = 0.05  # it is back within a second
BATCH = 2_000


class Sorter(Protocol):
    """Takes a message of our own making (a replay): the row to keep, or None to pass over it."""

    def __call__(self, payload: bytes, now: int) -> Received | None: ...


class Receiver:
    """Owns the one persistent connection and runs its network loop itself.

    Reading, committing and acknowledging happen in one thread, so an acknowledgement can never reach a later
    connection than the one that delivered, and a batch is simply what had arrived when the last commit ended.
    """

    def __init__(
        self,
        mqtt: Mqtt,
        inbox: Inbox,
        privacy: Privacy,
        clock: Clock,
        special: Mapping[str, Sorter],
        identity: Identity,
        maps: Maps | None = None,
        former: Sequence[str] = (),
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._mqtt = mqtt
        self._turns = Turns(mqtt)
        self._identity = identity
        self._inbox = inbox
        self._privacy = privacy
        self._clock = clock
        self._special = special
        self._maps = maps
        self._arrived: list[Delivery] = []
        self._client = PersistentClient(
            mqtt,
            identity.client_id,
            self._topics(),
            self._arrived,
            former,
            expected=identity.expected,
            on_lost=on_lost,
        )
        self._left: Sequence[str] | None = None
        self._jitter = random.SystemRandom()
        self._away = False
        self._mark, self._mark_topic = secrets.token_bytes(32), self._topics()[0].replace("#", "mark")
        self.stopped_acking: str | None = None
        self.committed = threading.Event()

    def _topics(self) -> list[str]:
        ours = [f"ioc/v1/{org}/#" for org in self._mqtt.orgs] or ["ioc/v1/#"]
        return [*ours, *self._special, *(self._maps.filters if self._maps else [])]

    def follow_maps(self, former: Sequence[str]) -> None:
        """The maps were replaced: subscribe to their filters, and no longer to the `former` ones; from any thread."""
        self._left = former

    @property
    def connected(self) -> bool:
        return self._client.connected

    @property
    def refused(self) -> str | None:
        """Why the broker turned us away, if it did."""
        return self._client.refused

    @property
    def sessions_lost(self) -> int:
        return self._client.sessions_lost

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop`; every fault of the broker or the disk is waited out."""
        first = EMBEDDED_RECONNECT_S if self._mqtt.embedded else float(RECONNECT_S[0])
        delay = first
        while not stop.is_set():
            if self._connect() and self._serve(stop):
                if self._client.granted and self._identity.former and not stop.is_set():
                    self._client.disconnect()
                    if not self._empty_former(stop):
                        stop.wait(HOLD_S)
                delay = first
                continue
            stop.wait(delay * self._jitter.uniform(0.8, 1.2))
            delay = min(delay * 2, RECONNECT_S[1])
        self._client.disconnect()

    def _connect(self) -> bool:
        self._arrived.clear()  # never acknowledged, so the broker sends them again
        try:
            self._client.connect(*self._turns.now)
        except OSError as error:
            if not self._away:
                log.warning("broker %s is away: %s; waiting for it", self._turns, error)
            self._away = True
            self._turns.next()
            return False
        self._away = False
        return True

    def _serve(self, stop: threading.Event) -> bool:
        """Until the connection ends; whether it ever stood."""
        stood, kept_alive_at = False, self._clock.monotonic()
        while self._client.alive and not stop.is_set():
            if self._left is not None:
                left, self._left = self._left, None
                self._client.resubscribe(self._topics(), left)
            self._client.exchange(BATCH, IDLE_S)
            stood = stood or self._client.connected
            if self._client.granted:
                self._identity.subscribed()
                if self._identity.former:
                    break  # from now on the new session keeps what comes: the old one can be emptied and ended
            if self._arrived and not self._keep(self._client):
                self._client.disconnect()
                stop.wait(HOLD_S)
                break
            if self._clock.monotonic() - kept_alive_at > 1:
                kept_alive_at = self._clock.monotonic()
                self._client.keep_alive()
        return stood

    def _empty_former(self, stop: threading.Event) -> bool:
        """Take out and end the sessions that older builds and names of ours left; False when that was interrupted."""
        for client_id in self._identity.former:
            old = PersistentClient(self._mqtt, client_id, (), self._arrived)
            try:
                if not self._drained(old, stop):
                    return False
                old.disconnect()
                forget(self._mqtt, client_id, *self._turns.now)
            except OSError as error:
                log.warning("an older session of ours could not be emptied: %s; trying again", error)
                return False
            self._identity.emptied(client_id)
            log.info("an older session of ours is emptied and ended")
        return True

    def _drained(self, old: PersistentClient, stop: threading.Event) -> bool:
        """Until our own mark comes back: what was sent before it was sent before that."""
        self._arrived.clear()
        old.connect(*self._turns.now)
        marked, quiet_at = False, self._clock.monotonic() + QUIET_S
        while old.alive and not stop.is_set():
            old.exchange(BATCH, IDLE_S)
            if old.connected and not marked:
                if not old.session_present:
                    return True
                old.publish(self._mark_topic, self._mark)
                marked = True
            seen = any(delivery.payload == self._mark for delivery in self._arrived)
            if self._arrived:
                quiet_at = self._clock.monotonic() + QUIET_S
                if not self._keep(old):
                    return False
            if seen or (marked and self._clock.monotonic() > quiet_at):
                return True
        return False

    def _keep(self, client: PersistentClient) -> bool:
        """Commit, then acknowledge in order; False when there is no room and nothing may be acknowledged."""
        now = self._clock.now_ms()
        rows = [row for delivery in self._arrived if (row := self._row(delivery, now)) is not None]
        try:
            self._inbox.append(rows)
        except IocError as error:
            self._note(str(error))
            return False
        if self.stopped_acking is not None:
            log.info("ingest acknowledges again")
            self.stopped_acking = None
        client.acknowledge(self._arrived)
        self._arrived.clear()
        self.committed.set()
        return True

    def _note(self, trouble: str) -> None:
        if self.stopped_acking is None:
            log.error("ingest stopped acknowledging: %s", trouble)
        self.stopped_acking = trouble

    def _row(self, delivery: Delivery, now: int) -> Received | None:
        """The row to keep of a message; one that breaks us ends in quarantine, or it would come again for ever."""
        try:
            return self._sorted(delivery, now)
        except Exception:
            log.exception("%s: a message could not be looked through; it is kept without its content", delivery.topic)
            return Received(now, delivery.topic, REDACTED, delivery.retained)

    def _sorted(self, delivery: Delivery, now: int) -> Received | None:
        if delivery.payload == self._mark:
            return None
        sorter = self._special.get(delivery.topic)
        if sorter is not None:
            return sorter(delivery.payload, now)
        payload = self._stripped(delivery.topic, delivery.payload[: MAX_PAYLOAD + 1])
        if len(delivery.payload) > MAX_PAYLOAD:
            payload = payload.ljust(MAX_PAYLOAD + 1)  # still too large, whatever privacy left of it
        return Received(now, delivery.topic, payload, delivery.retained)

    def _stripped(self, topic: str, payload: bytes) -> bytes:
        if self._maps:
            return self._maps.strip(topic, payload, self._privacy)
        return self._privacy.strip(payload)[0]
