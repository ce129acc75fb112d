"""The live state in memory: latest measured values, who is connected, and what that means for health."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ioc.core.model import Health, Number, SourceKey, SourceStatus
from ioc.core.periods import Period, parse
from ioc.domain.inventory import Inventory, Scope, Source
from ioc.live.deltas import Delta, Patch
from ioc.messages.kinds import Kinds

MISSED_INTERVALS = 2
NEVER_HEARD = "never_heard"  # the cause where a source has not said a word yet
SILENT = frozenset({Health.STALE, Health.OFFLINE})
# what a denominator leaves out: nobody promised anything of these
UNCOUNTED = frozenset({Health.PENDING, Health.CLOSED, Health.MAINTENANCE})


@dataclass(slots=True)
class Live:
    """The live state of one source; every value with the instant it was measured (epoch ms)."""

    metrics: dict[str, tuple[int, Number]] = field(default_factory=dict)
    texts: dict[str, tuple[int, str]] = field(default_factory=dict)
    online: tuple[int, bool] | None = None
    heard_at: int | None = None

    @property
    def as_of(self) -> int | None:
        """The newest measurement."""
        newest = [t for t, _ in self.metrics.values()] + [t for t, _ in self.texts.values()]
        return max(newest, default=None)

    def copy(self) -> "Live":
        return Live(dict(self.metrics), dict(self.texts), self.online, self.heard_at)

    def values(self) -> dict[str, Number]:
        return {name: value for name, (_, value) in self.metrics.items()}

    def words(self) -> dict[str, str]:
        return {name: text for name, (_, text) in self.texts.items()}

    def merge(self, patch: Patch) -> bool:
        """Take what is newer; an older measurement never replaces a newer one."""
        changed = False
        for name, (t, value) in patch.metrics.items():
            if name not in self.metrics or t >= self.metrics[name][0]:
                self.metrics[name] = (t, value)
                changed = True
        for name, (t, text) in patch.texts.items():
            if name not in self.texts or t >= self.texts[name][0]:
                self.texts[name] = (t, text)
                changed = True
        if patch.online is not None and (self.online is None or patch.online[0] >= self.online[0]):
            self.online = patch.online
            changed = True
        if patch.heard_at is not None and patch.heard_at > (self.heard_at or 0):
            self.heard_at = patch.heard_at
            changed = True
        return changed


class Gap(Exception):
    """A delta is missing between what the world has and what arrived."""


@dataclass(slots=True)
class World:
    """Inventory and live state of everything; pure, fed by `load` and `apply`, asked with a `now` (epoch ms)."""

    inventory: Inventory
    kinds: Kinds
    live: dict[SourceKey, Live] = field(default_factory=dict)
    epoch: str = ""
    n: int = 0
    maintained: frozenset[SourceKey] = frozenset()  # muted altogether, and by name or plan: nothing is promised now

    def apply(self, delta: Delta) -> set[SourceKey]:
        """Merge one delta and name the sources it changed; a known one is passed over, a missing one raises Gap."""
        if delta.epoch != self.epoch or delta.n > self.n + 1:
            raise Gap(f"have {self.epoch}/{self.n}, got {delta.epoch}/{delta.n}")
        if delta.n <= self.n:
            return set()
        self.n = delta.n
        return self.merge(delta.patches)

    def merge(self, patches: Iterable[Patch]) -> set[SourceKey]:
        changed = set()
        for patch in patches:
            live = self.live.get(patch.source)
            if live is None:
                live = self.live[patch.source] = Live()
            if live.merge(patch):
                changed.add(patch.source)
        return changed

    def of(self, key: SourceKey) -> Live:
        return self.live.get(key) or Live()

    def sources(self, scope: Scope, kind: str | None = None) -> Iterator[Source]:
        """The sources of a subtree that are not retired."""
        for source in self.inventory.in_scope(scope):
            if source.status is not SourceStatus.RETIRED and (kind is None or source.key.kind == kind):
                yield source

    def opened_at(self, source: Source, now: int) -> int | None:
        """When its opening hours that run now began (0: always open), None when closed."""
        return source.hours.opened_at(now, self.inventory.calendar(source.key.org))

    def silent_since(self, source: Source, now: int, missed: int = MISSED_INTERVALS) -> int | None:
        """The instant its silence became a missed contract; None while heard, closed, or without a cadence.

        What was never heard is missed from the beginning of its contract on, or since the broker has kept that it is
        there.
        """
        opened = self.opened_at(source, now)
        if opened is None or not source.interval_s:
            return None
        live = self.of(source.key)
        last = live.heard_at or (live.online[0] if live.online else self.inventory.begins(source))
        if last is None:
            return None
        due = max(last, opened) + missed * source.interval_s * 1000
        return due if now > due else None

    def never_heard(self, source: Source) -> bool:
        live = self.of(source.key)
        return live.heard_at is None and live.online is None

    def offline_since(self, source: Source, now: int, missed: int = MISSED_INTERVALS) -> int | None:
        """Since when it is gone within its hours, by its last will or by silence; None while it is there or closed.

        A device that said goodbye before opening has `missed` intervals after opening to come back.
        """
        opened = self.opened_at(source, now)
        if opened is None:
            return None
        live = self.of(source.key)
        if live.online is not None and not live.online[1]:
            left = live.online[0]
            since = left if left > opened else opened + missed * source.interval_s * 1000
            return since if now >= since else None
        return self.silent_since(source, now, missed)

    def health(self, source: Source, now: int) -> Health:
        return self.verdict(source, now)[0]

    def verdict(self, source: Source, now: int) -> tuple[Health, str | None]:
        """Health and the cause: for warning and critical the metric or text behind it, else whether it ever spoke."""
        if source.status is SourceStatus.PENDING:
            return Health.PENDING, None
        opened = self.opened_at(source, now)
        if opened is None:
            return Health.CLOSED, None
        if source.key in self.maintained:
            return Health.MAINTENANCE, None
        live = self.of(source.key)
        cause = NEVER_HEARD if self.never_heard(source) else None
        if self.offline_since(source, now) is not None:
            connected = live.online is not None and live.online[1]
            return (Health.STALE if connected else Health.OFFLINE), cause
        if cause is not None:
            return Health.UNKNOWN, cause
        if max(live.heard_at or 0, live.online[0] if live.online else 0) < opened:
            return Health.UNKNOWN, None
        as_of = live.as_of
        if as_of is not None and source.interval_s and self.period_of(source) is None:
            limit = MISSED_INTERVALS * source.interval_s * 1000
            if now - max(as_of, opened) > limit:
                return Health.STALE, None
        spec = self.kinds.get(source.key.kind)
        return spec.judge(live.values(), live.words()) if spec else (Health.OK, None)

    def period_of(self, source: Source) -> Period | None:
        """The period of the figures that stand as its state; None for what is measured at instants."""
        spec = self.kinds.get(source.key.kind)
        named = None if spec is None or spec.period is None else self.of(source.key).texts.get(spec.period)
        return None if named is None else parse(named[1])

    def speaks(self, source: Source, now: int, health: Health) -> bool:
        """True where its last reading still holds in that health; a closed one holds while heard at its own pace."""
        if health in SILENT or health is Health.UNKNOWN:
            return False
        live = self.of(source.key)
        gone = live.heard_at is None or (live.online is not None and not live.online[1])
        heard = not gone and now - (live.heard_at or 0) <= MISSED_INTERVALS * source.interval_s * 1000
        return health not in UNCOUNTED or heard

    def counts(self, scope: Scope, now: int, kind: str | None = None) -> Mapping[Health, int]:
        """The number of sources of the subtree by health; `pending` ones are counted but in no denominator."""
        return Counter(self.health(source, now) for source in self.sources(scope, kind))
