"""One look at the live state for widgets: the world, slower facts and an instant, narrowed to an org's subtree."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from alerts.model import Alert, AlertState
from ioc.core.clock import rfc3339
from ioc.core.model import Health, Number, Severity, SourceKey, State
from ioc.domain.dossiers.counting.summary import Counts, total
from ioc.domain.dossiers.reporting.freshness import Freshness, Reporters
from ioc.domain.inventory import Org, Scope, Source, naming
from ioc.domain.inventory.orgs import DEFAULT_TZ
from ioc.live.dossier_sources import reporters
from ioc.live.world import SILENT, UNCOUNTED, Live, World
from web.facts import Facts


class Reporting(NamedTuple):
    """The sources that were heard, of those that a figure is expected to be of."""

    heard: int
    expected: int

    @classmethod
    def of(cls, counts: Mapping[Health, int]) -> "Reporting":
        expected = sum(n for health, n in counts.items() if health not in UNCOUNTED)
        return cls(expected - sum(counts.get(health, 0) for health in (*SILENT, Health.UNKNOWN)), expected)

    def shown(self) -> dict[str, int]:
        return self._asdict()


@dataclass(slots=True)
class Moment:
    """Everything at one instant; verdicts are worked out once however many widgets ask."""

    world: World
    facts: Facts
    now: int
    _verdicts: dict[SourceKey, tuple[Health, str | None]] = field(default_factory=dict)
    _scopes: dict[str | None, Scope] = field(default_factory=dict)
    _freshness: dict[str | None, Freshness] = field(default_factory=dict)
    _reporters: Reporters | None = None

    def __post_init__(self) -> None:
        self.world = replace(self.world, maintained=self.facts.maintained)

    def verdict(self, source: Source) -> tuple[Health, str | None]:
        found = self._verdicts.get(source.key)
        if found is None:
            found = self._verdicts[source.key] = self.world.verdict(source, self.now)
        return found

    @property
    def reporters(self) -> Reporters:
        if self._reporters is None:
            self._reporters = reporters(self.world, self.facts.watermarks, self.facts.dossier_sources, self.now)
        return self._reporters

    def freshness(self, root: str | None) -> Freshness:
        """The sources that report on the dossiers of a subtree, and their watermarks."""
        found = self._freshness.get(root)
        if found is None:
            found = self._freshness[root] = self.reporters.of(self.scope(root))
        return found

    def figures_of(self, source: Source) -> int | None:
        """Up to when a source's figures are known: what it says of them, or its newest measurement.

        What we add up ourselves is as old as what went into it.
        """
        if source.derived:
            return self.freshness(source.key.org).as_of
        live, by_hand = self.world.of(source.key), source.id in self.facts.dossier_sources.imported
        if "as_of" in live.metrics or (live.heard_at is None and by_hand):
            return self.facts.watermarks.get(source.id, live.as_of)
        return live.as_of

    def scope(self, root: str | None) -> Scope:
        """The subtree; an empty one when its root has left the tree since."""
        found = self._scopes.get(root)
        if found is None:
            orgs = self.world.inventory.orgs
            gone = root is not None and root not in orgs
            found = self._scopes[root] = Scope(root, frozenset()) if gone else orgs.scope(root)
        return found


class Looks(Protocol):
    """Gives a look at the live state as of an instant."""

    def look(self, now: int) -> Moment: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """The view of one widget: a moment, the root of its subtree, and its own readings."""

    look: Moment
    root: str | None
    loaded: Any = None

    @property
    def now(self) -> int:
        return self.look.now

    @property
    def facts(self) -> Facts:
        return self.look.facts

    @property
    def world(self) -> World:
        return self.look.world

    @property
    def scope(self) -> Scope:
        return self.look.scope(self.root)

    @property
    def org(self) -> Org | None:
        return self.world.inventory.orgs.by_code.get(self.root) if self.root is not None else None

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(DEFAULT_TZ) if self.org is None else self.world.inventory.orgs.tz(self.org.code)

    def dossiers(self) -> Counts:
        """Of the subtree, by receiving org, this year so far."""
        return total(counts for org, counts in self.facts.dossiers.items() if org in self.scope)

    def sources(self, kind: str | None = None) -> list[Source]:
        return list(self.world.sources(self.scope, kind))

    def live(self, source: Source) -> Live:
        return self.world.of(source.key)

    def verdict(self, source: Source) -> tuple[Health, str | None]:
        return self.look.verdict(source)

    def health(self, source: Source) -> Health:
        return self.look.verdict(source)[0]

    def current(self, source: Source, metric: str) -> Number | None:
        """The value of a metric while its source speaks; what is silent says nothing now, nor what closed and left."""
        found = self.live(source).metrics.get(metric)
        return found[1] if found is not None and self.speaks(source) else None

    def word(self, source: Source, name: str) -> str | None:
        """The same of a text state; one that is empty says nothing."""
        found = self.live(source).texts.get(name)
        return (found[1] or None) if found is not None and self.speaks(source) else None

    def speaks(self, source: Source) -> bool:
        return self.world.speaks(source, self.now, self.health(source))

    def due(self, sources: Iterable[Source]) -> list[Source]:
        """Those that stand in a denominator now."""
        return [source for source in sources if self.health(source) not in UNCOUNTED]

    def reporting(self, sources: Iterable[Source]) -> Reporting:
        """The sources that speak now, of those that should."""
        return Reporting.of(Counter(self.health(source) for source in sources))

    def is_up(self, source: Source) -> bool | None:
        """The value known now: gone or saying so is down; nothing said, or closed and quiet, is None."""
        health = self.health(source)
        if health in UNCOUNTED:
            said = self.current(source, "up")
            return None if said is None else bool(said)
        if health in (Health.UNKNOWN, Health.STALE):
            return None
        return health is not Health.OFFLINE and self.current(source, "up") is not False

    def alerts(self, states: Collection[AlertState]) -> list[Alert]:
        """The alerts of the subtree in those states."""
        return [a for a in self.facts.alerts if a.org in self.scope and a.state in states]

    def alert_count(self, states: Collection[AlertState], severities: Collection[str] = tuple(Severity)) -> int:
        """The number of them, also of those that no list is long enough for."""
        counts = self.facts.alert_counts.items()
        return sum(n for (org, *kind), n in counts if org in self.scope and kind[0] in states and kind[1] in severities)

    def org_name(self, code: str) -> str:
        org = self.world.inventory.orgs.by_code.get(code)
        return code if org is None else org.name

    def place(self, code: str) -> str:
        """Its name with the unit above."""
        return naming.place(self.world.inventory.orgs, code, self.root)

    def above(self, code: str) -> str | None:
        """The name of the unit that a place lies in, where that is not the one the whole widget is of."""
        return naming.above(self.world.inventory.orgs, code, self.root)

    def at(self, ms: int | None, org: str | None = None) -> str | None:
        """The instant in an org's own offset (the widget's by default)."""
        if ms is None:
            return None
        return rfc3339(ms, self.tz if org is None else self.world.inventory.orgs.tz(org))

    def head(self, sources: Iterable[Source]) -> dict[str, Any]:
        """The head of every payload, judged from the sources behind it; `as_of` is the oldest of what went in."""
        sources = list(sources)
        return {
            "org": {"code": self.root, "name": self.org_name(self.root or "")},
            "state": self._state(sources),
            "simulated": any(s.simulated for s in sources),
            "as_of": self.at(self._as_of(sources)),
        }

    def _as_of(self, sources: list[Source]) -> int | None:
        """The oldest word of those that speak; where nobody does, the newest there ever was."""
        told = [(age, self.speaks(s)) for s in sources if (age := self.look.figures_of(s)) is not None]
        speaking = [age for age, current in told if current]
        return min(speaking) if speaking else max((age for age, _ in told), default=None)

    def alerts_head(self, alerts: Iterable[Alert]) -> dict[str, Any]:
        """The same for a payload made of alerts: as good as the engine behind them is alive."""
        alive = self.facts.role_alive("alerts")
        state = State.UNKNOWN if self.facts.at is None else State.LIVE if alive else State.STALE
        as_of = self.facts.at if alive else self.facts.alerts_at
        return self.head(()) | {
            "state": state,
            "as_of": self.at(as_of),
            "simulated": any(a.simulated for a in alerts),
        }

    def _state(self, sources: list[Source]) -> State:
        heard = [s for s in sources if self.live(s).heard_at is not None or self.live(s).online is not None]
        if not heard:
            return State.UNKNOWN
        state = State.LIVE if any(self._is_known(s) for s in heard) else State.STALE
        below = (self.look.freshness(s.key.org).state for s in heard if s.derived)
        return max((state, *below), key=_DOUBT.index)

    def _is_known(self, source: Source) -> bool:
        """Its state is known at this instant: it speaks, need not speak, or its last will told that it left."""
        health = self.health(source)
        if health is Health.OFFLINE:
            online = self.live(source).online
            return online is not None and not online[1]
        return health not in (Health.STALE, Health.UNKNOWN)


_DOUBT = [State.LIVE, State.STALE, State.UNKNOWN]  # the least first
