"""Common ground of the checks: clients of one run, a session that comes and goes, the line that is told at last."""

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ioc.config.settings import Mqtt
from ioc.core.errors import Code, IocError
from ioc.messages.bus import TRIALS
from ioc.platform.broker import Bus, Turns
from ioc.platform.broker.session import Delivery, PersistentClient, forget

PATIENCE_S = 15.0


class Result(NamedTuple):
    """`ok` is None where there is nothing to judge, only to know."""

    what: str
    ok: bool | None
    detail: str


Check = Callable[["Conformance"], Result]


class Conformance:
    """Clients of one run, under topics and client ids that nobody else has; `messages` is the backlog."""

    def __init__(self, settings: Mqtt, messages: int, kill: Callable[[], None] | None = None) -> None:
        self.settings = settings
        self.messages = messages
        self.kill = kill
        self.run = secrets.token_hex(6)
        self.topic = f"{TRIALS}/{self.run}"
        self._turns = Turns(settings)

    def sitter(self, name: str) -> "Sitter":
        return Sitter(self.settings, f"ioc-doctor-{self.run}-{name}", f"{self.topic}/{name}/#", self._turns)

    @contextlib.contextmanager
    def bus(self) -> Iterator[Bus]:
        bus = Bus(self.settings, "ioc-doctor")
        bus.start()
        try:
            if not bus.wait(PATIENCE_S):
                raise IocError(Code.BROKER_UNAVAILABLE, "broker: does not answer or refuses the login")
            yield bus
        finally:
            bus.stop()


class Sitter:
    """A persistent session on one filter."""

    def __init__(self, settings: Mqtt, name: str, topic: str, turns: Turns | None = None) -> None:
        self.name, self._settings, self._turns = name, settings, turns or Turns(settings)
        self._arrived: list[Delivery] = []
        self._client = PersistentClient(settings, name, [topic], self._arrived)
        self.got: list[Delivery] = []

    @property
    def username(self) -> str | None:
        return self._settings.username

    def come(self) -> bool:
        """True where the session was there; a broker may turn a client away while it is still putting things away."""
        until = time.monotonic() + PATIENCE_S
        self._open(until)
        while not (self._client.connected and (self._client.session_present or self._client.granted)):
            if not self._client.alive:
                self._open(until)
            self.take()
            if time.monotonic() > until:
                line = f"broker {self._turns}: {self._client.refused or 'does not grant a subscription'}"
                raise IocError(Code.BROKER_UNAVAILABLE, line)
        return self._client.session_present

    def _open(self, until: float) -> None:
        while True:
            try:
                return self._client.connect(*self._turns.now)
            except OSError:
                self._turns.next()
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def take(self, wanted: int = 0, quiet_s: float = 3.0) -> list[Delivery]:
        """Until `wanted` are there, or nothing came for `quiet_s`; acknowledged."""
        quiet_at = time.monotonic() + (quiet_s if wanted else 0)
        while True:
            self._client.exchange(2_000, 0.1)
            if self._arrived:
                self._client.acknowledge(self._arrived)
                self.got += self._arrived
                self._arrived.clear()
                quiet_at = time.monotonic() + quiet_s
            if len(self.got) >= wanted or time.monotonic() > quiet_at:
                return self.got

    def leave(self) -> None:
        self._client.exchange(1, 0)
        self._client.disconnect()

    def forget(self) -> None:
        with contextlib.suppress(OSError):
            forget(self._settings, self.name, *self._turns.now)
