"""Suppression along the line: what hangs on a source that is down is not announced on its own."""

from collections.abc import Iterable, Iterator

from alerts.model import Finding, Subject, Verdict
from ioc.core.clock import Clock
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory


class Topology:
    """Remembers which findings cut a source off, and for `settle_s` after they ended."""

    def __init__(self, clock: Clock, settle_s: float) -> None:
        self._clock, self._settle_s = clock, settle_s
        self._cut: dict[str, tuple[Subject, float]] = {}  # by fingerprint: who, and when last seen cut (monotonic)

    def look(self, findings: Iterable[Finding]) -> None:
        """Take in what this tick found; a cut that cannot be judged now lasts."""
        now = self._clock.monotonic()
        for finding in findings:
            bad = finding.verdict is Verdict.BAD and finding.cuts
            lasting = finding.verdict is not Verdict.BAD and finding.fingerprint in self._cut
            if bad or lasting:
                self._cut[finding.fingerprint] = (finding.subject, now)
        self._cut = {name: cut for name, cut in self._cut.items() if now - cut[1] < self._settle_s or cut[1] == now}

    def shadowed(self, inventory: Inventory) -> frozenset[SourceKey]:
        """Every source with a cut one above it."""
        cut = {subject for subject, _ in self._cut.values()}
        if not cut:
            return frozenset()
        return frozenset(key for key in inventory.sources if not cut.isdisjoint(_above(inventory, key)))


def _above(inventory: Inventory, key: SourceKey) -> Iterator[SourceKey]:
    """What it hangs on, nearest first; a ring of parents ends where it began."""
    passed = {key}
    source = inventory.sources.get(key)
    while source is not None and source.parent is not None and source.parent not in passed:
        passed.add(source.parent)
        yield source.parent
        source = inventory.sources.get(source.parent)
