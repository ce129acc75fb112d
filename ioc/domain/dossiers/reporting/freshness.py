"""Freshness of figures of dossiers: the sources that report on some orgs, up to when, and whether on time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from ioc.core.model import State
from ioc.core.share import Void
from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import working_time_between
from ioc.domain.dossiers.counting import tallies
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.inventory import OrgTree, Scope, Source


@dataclass(frozen=True, slots=True)
class SourcesByOrg:
    """The ids of the sources that were imported by hand, and of those that ever reported on an org, by org."""

    imported: frozenset[int] = frozenset()
    by_org: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def every(self) -> frozenset[int]:
        return self.imported.union(*self.by_org.values())


def sources_by_org(conn: Connection) -> SourcesByOrg:
    """Of an org that receives and of one that works on a dossier alike."""
    return SourcesByOrg(frozenset(imported(conn)), tallies.sources_by_org(conn))


@dataclass(frozen=True, slots=True)
class Reporter:
    """A source that reports on dossiers, with its watermark; `behind`: that is older than the source promised."""

    source: Source
    watermark: int
    behind: bool


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of the figures of some orgs at an instant; without reporters nothing is known, which is not 0."""

    at: int
    reporters: tuple[Reporter, ...] = ()

    @property
    def as_of(self) -> int | None:
        """The oldest of what went into them."""
        return min((min(reporter.watermark, self.at) for reporter in self.reporters), default=None)

    @property
    def state(self) -> State:
        if not self.reporters:
            return State.UNKNOWN
        late = any(reporter.behind and reporter.watermark < self.at for reporter in self.reporters)
        return State.STALE if late else State.LIVE


class Reporters:
    """Every source that reports on dossiers, assessed once at `now`; `of` names those behind the figures of an org."""

    def __init__(self, orgs: OrgTree, reporters: Iterable[Reporter], sources: SourcesByOrg, now: int) -> None:
        self._orgs = orgs
        self._every = tuple(reporters)
        self._sources = sources
        self.now = now

    def of(self, scope: Scope, at: int | None = None) -> Freshness:
        """Those in the subtree, those above that report on all below them, and those that reported a dossier in it."""
        above = {org.code for org in self._orgs.path(scope.root)} if scope.root is not None else frozenset()
        ids = {source for org, sources in self._sources.by_org.items() if org in scope for source in sources}
        mine = (
            reporter
            for reporter in self._every
            if reporter.source.id in ids or reporter.source.key.org in scope or reporter.source.key.org in above
        )
        return Freshness(self.now if at is None else at, tuple(mine))


def why_void(calendar: Calendar, start: int, at: int) -> Void | None:
    """Of a period in which nobody worked yet, a share of what had to be resolved says nothing."""
    return None if working_time_between(calendar, start, at) > 0 else Void.NO_WORKING_TIME
