"""The parts of the web role, given to every handler: settings, the live world, and the way to the databases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from alerts.duties import duty_kinds
from ioc.context import Context
from ioc.core.clock import Clock
from ioc.core.registry import PluginSort
from ioc.domain.access import Principal
from ioc.domain.figures import series
from ioc.domain.inventory import OrgTree, Scope
from ioc.live.deltas import NOTICE_TOPIC, Notice, seal
from ioc.live.world import World
from ioc.messages.kinds import Kinds
from ioc.metrics import MetricStore, Point, RangeQuery, ranges
from ioc.platform.broker import Bus
from web.boundary import tree
from web.boundary.ports import Offload
from web.clients import Connections
from web.facts import Facts
from web.sight import Moment, Sight
from web.subject import Subject, Widget
from web.turns import stepping_aside

T = TypeVar("T")


class Following(Protocol):
    """The source of the live world."""

    @property
    def world(self) -> World: ...

    def tick(self) -> None:
        """Bring it up to what was imported a moment ago."""
        ...


class FactsNow:
    """The facts as last read; they are read again each second, and at once when a notice says so."""

    def __init__(self) -> None:
        self.value = Facts()


@dataclass(frozen=True, slots=True)
class Site:
    """Built once at the start of the role."""

    context: Context
    following: Following
    offload: Offload
    store: MetricStore
    bus: Bus
    widgets: Mapping[str, Widget]
    build: str
    clients: Connections = field(default_factory=Connections)
    facts: FactsNow = field(default_factory=FactsNow)
    offload_series: Offload | None = None  # for what reads the metric store; `offload` where there is none

    def announce(self, what: str) -> None:
        """Tell every worker that `what` changed in the database."""
        self.bus.publish(NOTICE_TOPIC, seal(self.context.live_key, Notice(what, self.clock.now_ms())))

    @property
    def clock(self) -> Clock:
        return self.context.clock

    @property
    def replay(self) -> bool:
        return self.context.replay

    @property
    def world(self) -> World:
        return self.following.world

    @property
    def orgs(self) -> OrgTree:
        return self.world.inventory.orgs

    @property
    def duty_kinds(self) -> frozenset[str]:
        return duty_kinds(self.context.plugins.of(PluginSort.RULE))

    def look(self, now: int) -> Moment:
        """At the world and the facts as they are."""
        return Moment(self.world, self.facts.value, now)

    def home(self, scope: Scope) -> str | None:
        return tree.home(self.orgs, scope)

    def scope(self, principal: Principal) -> Scope:
        """All a principal may see, under the successor of a closed org; nothing where its org has left the tree."""
        return self.orgs.reach(principal.org)

    def zone(self, org: str | None) -> ZoneInfo:
        return tree.zone(self.orgs, org)

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` in a short reading transaction, off the loop."""
        return self.offload(self._read, query)

    def write(self, change: Callable[[Connection], T]) -> T:
        """Run `change` in one writing transaction, off the loop."""
        return self.offload(self._write, change)

    def read_series(self, queries: Sequence[RangeQuery]) -> list[list[Point]]:
        """Each from where it is kept: figures of periods by their period, all else in the metric store."""
        found = self._told_by_period(queries)
        asked = [query for at, query in enumerate(queries) if at not in found]
        rest = iter(self._asked_of_the_store(asked) if asked else ())
        return [found[at] if at in found else next(rest) for at in range(len(queries))]

    def _asked_of_the_store(self, queries: Sequence[RangeQuery]) -> list[list[Point]]:
        with stepping_aside():
            return (self.offload_series or self.offload)(self._ranges, queries)

    def _told_by_period(self, queries: Sequence[RangeQuery]) -> dict[int, list[Point]]:
        """By the place of the question."""
        kinds, inventory = self.context.kinds, self.world.inventory
        asked = [at for at, query in enumerate(queries) if _has_periods(kinds, query)]
        if not asked:
            return {}

        def read(conn: Connection) -> dict[int, list[Point] | None]:
            return {at: series.answer(conn, inventory, queries[at]) for at in asked}

        return {at: points for at, points in self.read(read).items() if points is not None}

    def loaded(self, subject: Subject, look: Moment) -> Any:
        """The readings of a widget, off the loop; None for one that needs nothing more."""
        sight = Sight(look, subject.root)
        if subject.series is not None:
            return self.read_series(subject.series(sight, subject.options))
        return None if subject.load is None else subject.load(self, sight, subject.options)

    def _read(self, query: Callable[[Connection], T]) -> T:
        with self.context.db.read() as conn:
            return query(conn)

    def _write(self, change: Callable[[Connection], T]) -> T:
        with self.context.db.write() as conn:
            return change(conn)

    def _ranges(self, queries: Sequence[RangeQuery]) -> list[list[Point]]:
        return ranges(self.store, queries)


def _has_periods(kinds: Kinds, query: RangeQuery) -> bool:
    spec = kinds.get(query.series.source.kind)
    return spec is not None and spec.period is not None
