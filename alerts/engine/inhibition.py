"""Inhibition along the line: what depends on a source that is down raises no notification of its own."""

from collections.abc import Iterable, Mapping

from alerts.model import Condition, Finding, RootCause, Subject
from ioc.core.clock import Clock
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory


class Inhibition:
    """Remembers which findings inhibit what depends on their subject, and for `settle_s` after they ended."""

    def __init__(self, clock: Clock, settle_s: float) -> None:
        self._clock, self._settle_s = clock, settle_s
        self._inhibiting: dict[str, tuple[RootCause, float]] = {}  # by fingerprint, and last seen (monotonic)

    def update(self, findings: Iterable[Finding]) -> None:
        """Take in the findings of a tick; one that inhibits and cannot be judged now goes on inhibiting."""
        now = self._clock.monotonic()
        for finding in findings:
            if finding.condition is Condition.BAD and finding.inhibits:
                self._inhibiting[finding.fingerprint] = (RootCause(finding.subject, finding.since), now)
            elif finding.condition is not Condition.BAD and finding.fingerprint in self._inhibiting:
                self._inhibiting[finding.fingerprint] = (self._inhibiting[finding.fingerprint][0], now)
        self._inhibiting = {
            name: (cause, seen)
            for name, (cause, seen) in self._inhibiting.items()
            if now - seen < self._settle_s or seen == now
        }

    def inhibited(self, inventory: Inventory) -> Mapping[SourceKey, RootCause]:
        """Every source that depends, at any distance, on an inhibiting one, with the farthest such."""
        causes: dict[Subject, RootCause] = {cause.subject: cause for cause, _ in self._inhibiting.values()}
        if not causes:
            return {}
        inhibited: dict[SourceKey, RootCause] = {}
        for key in inventory.sources:
            for above in inventory.line(key):
                if above in causes:
                    inhibited[key] = causes[above]
        return inhibited
