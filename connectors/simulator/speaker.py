"""Puts the province on the bus: live first, the past behind it, never in bursts."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

import msgspec

from connectors.simulator import marker
from connectors.simulator.days import MINUTE
from connectors.simulator.history import Batch, history
from connectors.simulator.marker import Marker
from connectors.simulator.province import Province, SimMessage
from connectors.simulator.timeline import Timeline
from ioc.core.clock import Clock

log = logging.getLogger(__name__)

TICK_S: Final = 0.1
LIVE_PER_TICK: Final = 60
PAST_PER_TICK: Final = 2
LONG_SILENCE: Final = 5 * MINUTE
REMEMBER_EVERY: Final = MINUTE


class Publisher(Protocol):
    """The part of `ioc.platform.broker.Bus` that speaks."""

    @property
    def connected(self) -> bool: ...

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None: ...


class Speaker:
    """One story told over one connection; when it falls silent for long it catches up from where it was.

    `heard` says whether anybody keeps what is said: a broker forgets events that nobody has subscribed to, so the
    day's events and the past wait for it. `look` is called at every turn, before anything is said.
    """

    def __init__(
        self,
        province: Province,
        timeline: Timeline,
        bus: Publisher,
        heard: Callable[[], bool],
        clock: Clock,
        root: Path,
        per_tick: int = LIVE_PER_TICK,
        look: Callable[[int], None] = lambda _now: None,
    ) -> None:
        self._province = province
        self._timeline = timeline
        self._bus = bus
        self._heard = heard
        self._clock = clock
        self._root = root
        self._per_tick = per_tick
        self._look = look
        self._live: deque[SimMessage] = deque()
        self._past: Iterator[Batch] | None = None
        self._told = marker.read(root, province.seed)
        self._last: int | None = None
        self._begun = False
        self._remembered = 0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. Nothing is said at the end: a demo that stops must not look like a province gone dark."""
        while not stop.wait(TICK_S):
            if self._bus.connected:
                self.turn()
        if self._last is not None:
            self._remember(self._last)

    def turn(self) -> None:
        """Say what is due now; whatever is left of the tick goes to the past."""
        now = self._clock.now_ms()
        self._look(now)
        silent = self._last is not None and not 0 <= now - self._last < LONG_SILENCE
        if self._heard() and (silent or not self._begun):
            self._begin(now)
        elif silent or self._last is None:
            self._live = deque(self._province.roll_call(self._timeline.virtual(now)))
        else:
            self._live.extend(self._province.step(self._timeline.virtual(now)))
        self._last = now
        self._say_live()
        if not self._live:
            self._say_past()
        if now - self._remembered >= REMEMBER_EVERY:
            self._remember(now)

    def _begin(self, now: int) -> None:
        then = self._timeline.virtual(now)
        self._live = deque([*self._province.telling(then, complete=False), *self._province.begin(then)])
        self._past = history(self._province, self._told, now)
        self._begun = True

    def _say_live(self) -> None:
        for _ in range(min(self._per_tick, len(self._live))):
            message = self._live.popleft()
            payload = self._timeline.encode(message.payload)
            self._bus.publish(message.topic, payload, qos=1, retain=message.retain)

    def _say_past(self) -> None:
        for _ in range(PAST_PER_TICK if self._past is not None else 0):
            batch = next(self._past, None) if self._past is not None else None
            if batch is None:
                self._past = None
                told = self._province.telling(self._timeline.virtual(self._clock.now_ms()), complete=True)
                self._live.extend(told)
                return
            payload = msgspec.json.encode([self._timeline.spoken(message.payload) for message in batch])
            self._bus.publish(batch[0].topic, payload, qos=1)

    def _remember(self, now: int) -> None:
        """Only what was told to its end counts as told."""
        if self._past is not None or not self._begun:
            return
        self._told, self._remembered = now, now
        try:
            marker.write(self._root, Marker(self._province.seed, now))
        except OSError as error:
            log.warning("%s: the simulator's marker cannot be written (%s)", self._root, error.strerror)
