"""One evaluation a tick: findings and inhibited sources, and none while the wall clock cannot be trusted."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.engine.inhibition import Inhibition
from alerts.engine.recent import RecentReadings
from alerts.engine.rule_set import Findings, RuleSet
from alerts.model import Alert, Condition, Finding, RootCause, Subject, View
from alerts.mutes import mutes
from alerts.mutes.holder import Holder, behind
from alerts.mutes.mutes import Mutes
from ioc.config.alerting import MaintenanceOptions
from ioc.core.clock import Clock
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.live.world import World
from ioc.platform.db import Database

log = logging.getLogger(__name__)

JUMP_S = 30.0  # a wall clock this far off the monotonic one was set, not slow
AFTER_JUMP_S = 180.0  # by then every source has been heard on the new time


@dataclass(frozen=True, slots=True)
class LiveInput:
    """The live state: `snapshot` copies the world, `listening` is False while no message can reach us.

    Rules query the database, which may be slow: they get a copy, so that nobody waits for them with the world locked.
    """

    snapshot: Callable[[], World]
    listening: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything a tick decides on."""

    inventory: Inventory
    findings: Findings
    inhibited: Mapping[SourceKey, RootCause]
    now: int
    mutes: Mutes

    @property
    def unreachable(self) -> frozenset[Subject]:
        """The sources that are down or silent, whoever is told of it."""
        findings = self.findings.by_fingerprint.values()
        return frozenset(each.subject for each in findings if each.inhibits and each.condition is Condition.BAD)

    def holders(self, about: Finding | Alert) -> tuple[Holder, ...]:
        """All that keeps such an alert from being told now; what people set before what it hangs on."""
        subject = about.subject
        wanted = self.mutes.holders(subject, about.rule, about.severity)
        cause = self.inhibited.get(subject) if isinstance(subject, SourceKey) else None
        return wanted if cause is None else (*wanted, behind(cause.subject))


@dataclass(slots=True)
class Evaluator:
    """Runs the rules on a snapshot of the world."""

    clock: Clock
    db: Database
    live: LiveInput
    rules: RuleSet
    inhibition: Inhibition
    windows: Sequence[MaintenanceOptions] = ()
    recent: RecentReadings = field(default_factory=RecentReadings)
    _paused_until: float = 0.0
    _listening_since: int | None = None
    _last: tuple[int, float] = field(init=False)

    def __post_init__(self) -> None:
        self._last = (self.clock.now_ms(), self.clock.monotonic())

    def evaluate(self) -> Evaluation | None:
        """None while the wall clock has just been set: ages mean nothing until sources were heard again."""
        now = self.clock.now_ms()
        if self._clock_was_set(now):
            return None
        self._track_listening(now)
        world = self.live.snapshot()
        findings = self.rules.evaluate(View(world, now, self._listening_since, self.db, self.recent))
        self.inhibition.update(findings.by_fingerprint.values())
        with self.db.read() as conn:
            muted = mutes.load(conn, self.windows, world.inventory, now)
        return Evaluation(world.inventory, findings, self.inhibition.inhibited(world.inventory), now, muted)

    def _clock_was_set(self, now: int) -> bool:
        mono = self.clock.monotonic()
        off_s = (now - self._last[0]) / 1000 - (mono - self._last[1])
        self._last = (now, mono)
        if abs(off_s) > JUMP_S:
            log.warning("the wall clock was set by %.0f s; alerts rest for %.0f s", off_s, AFTER_JUMP_S)
            self._paused_until, self._listening_since = mono + AFTER_JUMP_S, None
        return mono < self._paused_until

    def _track_listening(self, now: int) -> None:
        if not self.live.listening():
            self._listening_since = None
        elif self._listening_since is None:
            self._listening_since = now
