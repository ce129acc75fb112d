"""Looking at the world: findings, what is shadowed, and when the engine had better not trust its senses."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from alerts.engine.inhibition import Topology
from alerts.engine.rule_set import Evaluator, Findings
from alerts.model import View
from ioc.core.clock import Clock
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.live.world import World
from ioc.platform.db import Database

log = logging.getLogger(__name__)

JUMP_S = 30.0  # a wall clock this far off the monotonic one was set, not slow
AFTER_JUMP_S = 180.0  # by then every source has been heard on the new time


@dataclass(frozen=True, slots=True)
class Senses:
    """The world as a copy that stands still, and whether what devices say reaches us at all."""

    snapshot: Callable[[], World]
    listening: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything a tick decides on."""

    inventory: Inventory
    findings: Findings
    shadowed: frozenset[SourceKey]
    now: int


@dataclass(slots=True)
class Lookout:
    """One look a tick."""

    clock: Clock
    db: Database
    senses: Senses
    evaluator: Evaluator
    topology: Topology
    _rest_until: float = 0.0
    _listening_since: int | None = None
    _last: tuple[int, float] = field(init=False)

    def __post_init__(self) -> None:
        self._last = (self.clock.now_ms(), self.clock.monotonic())

    def look(self) -> Picture | None:
        """None while the wall clock has just been set: ages mean nothing until sources were heard again."""
        now = self.clock.now_ms()
        if self._clock_was_set(now):
            return None
        self._listen(now)
        world = self.senses.snapshot()
        findings = self.evaluator.look(View(world, now, self._listening_since, self.db))
        self.topology.look(findings.by_fingerprint.values())
        return Picture(world.inventory, findings, self.topology.shadowed(world.inventory), now)

    def _clock_was_set(self, now: int) -> bool:
        mono = self.clock.monotonic()
        off_s = (now - self._last[0]) / 1000 - (mono - self._last[1])
        self._last = (now, mono)
        if abs(off_s) > JUMP_S:
            log.warning("the wall clock was set by %.0f s; alerts rest for %.0f s", off_s, AFTER_JUMP_S)
            self._rest_until, self._listening_since = mono + AFTER_JUMP_S, None
        return mono < self._rest_until

    def _listen(self, now: int) -> None:
        if not self.senses.listening():
            self._listening_since = None
        elif self._listening_since is None:
            self._listening_since = now
