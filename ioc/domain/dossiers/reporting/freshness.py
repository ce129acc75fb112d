"""How far figures of dossiers can be trusted: who tells of some orgs, up to when, and whether they keep their word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.cadence import Came
from ioc.core.model import State
from ioc.core.share import Void
from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import working_time_between
from ioc.domain.dossiers.counting.tallies import Level
from ioc.domain.dossiers.counting.watermarks import Known, deliveries
from ioc.domain.feeds.contracts import DAY_MS, promised
from ioc.domain.inventory import Scope, Source
from ioc.live.world import MISSED_INTERVALS, World
from ioc.platform.db.tables import dossier_tally

ITS_WORD_MS = DAY_MS  # so long is the word of somebody who promised no other one taken for the present
_HOUR_MS = 3_600_000
_LOOK_BACK_MS = 31 * DAY_MS
_t = dossier_tally.c


@dataclass(frozen=True, slots=True)
class Told:
    """The sources that were imported by hand, and those that ever told of an org's dossiers, by org."""

    by_hand: frozenset[int] = frozenset()
    of: Mapping[str, frozenset[int]] = field(default_factory=dict)


def told(conn: Connection) -> Told:
    """From the blocks of days: of an org that receives and of one that works on it alike."""
    cells = sa.select(_t.receiving_org, _t.handling_org, _t.source_id).where(_t.level == Level.BLOCK).distinct()
    found: dict[str, set[int]] = {}
    for receiving, handling, source_id in conn.execute(cells):
        found.setdefault(receiving, set()).add(source_id)
        found.setdefault(handling, set()).add(source_id)
    return Told(frozenset(deliveries(conn)), {org: frozenset(ids) for org, ids in found.items()})


@dataclass(frozen=True, slots=True)
class Teller:
    """A source that tells, with up to when its records are known; `behind`: longer ago than it promised."""

    source: Source
    until: int
    behind: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Of the figures of some orgs at an instant; without tellers nothing is known, which is not 0."""

    at: int
    tellers: tuple[Teller, ...] = ()

    @property
    def as_of(self) -> int | None:
        """The oldest of what went into them."""
        return min((min(one.until, self.at) for one in self.tellers), default=None)

    @property
    def state(self) -> State:
        if not self.tellers:
            return State.UNKNOWN
        return State.STALE if any(one.behind and one.until < self.at for one in self.tellers) else State.LIVE


class Tellers:
    """Every source that tells of dossiers, judged once at `now`; `of` names those behind the figures of some orgs."""

    def __init__(self, world: World, known: Known, told: Told, now: int) -> None:
        self._orgs = world.inventory.orgs
        self._told = told
        self.now = now
        speaking = told.by_hand.union(*told.of.values())
        self._every = [
            Teller(source, known[source.id], behind(world, source, known[source.id], now))
            for source in world.inventory.sources.values()
            if source.id in known and (source.id in speaking or world.of(source.key).heard_at is not None)
        ]

    def of(self, scope: Scope, at: int | None = None) -> Standing:
        """Those in the subtree, those above that tell of all below them, and those that told of a dossier in it."""
        above = {org.code for org in self._orgs.path(scope.root)} if scope.root is not None else frozenset()
        ids = {source for org, sources in self._told.of.items() if org in scope for source in sources}
        mine = (
            one
            for one in self._every
            if one.source.id in ids or one.source.key.org in scope or one.source.key.org in above
        )
        return Standing(self.now if at is None else at, tuple(mine))


def behind(world: World, source: Source, until: int, now: int) -> bool:
    """Whether what a source says up to `until` is older than its contract: of days, of seconds, or of none."""
    if until >= now:
        return False
    if (one := promised(world.inventory, source)) is not None:
        return one.contract.late_since([Came(until)], until, now) is not None
    if not source.interval_s:
        return now - until > ITS_WORD_MS
    patience = MISSED_INTERVALS * source.interval_s * 1000
    first = max(until + patience + 1, now - _LOOK_BACK_MS)
    return any(_missed(world, source, until, at, patience) for at in _hours(first, now))


def void(calendar: Calendar, start: int, at: int) -> Void | None:
    """Of a period in which nobody worked yet, a share of what had to be resolved says nothing."""
    return None if working_time_between(calendar, start, at) > 0 else Void.NO_WORKING_TIME


def _missed(world: World, source: Source, until: int, at: int, patience: int) -> bool:
    opened = world.opened_at(source, at)
    return opened is not None and at - max(until, opened) > patience


def _hours(start: int, end: int) -> Iterable[int]:
    """Now, and every hour since, the oldest first: outside its hours a source owes only what it owed at closing."""
    yield from range(start, end, _HOUR_MS)
    if start <= end:
        yield end
