"""Kiosks, endpoints, systems, lines and feeds: what each promises and where it hangs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from ioc.core.cadence import Cadence
from ioc.core.hours import Hours
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.calendar import Calendar, Calendars
from ioc.domain.inventory.orgs import OrgTree, Scope

ROLL_UP = ("feed", "ho-so")  # kind and id under which we ourselves publish an org's dossier counts


@dataclass(frozen=True, slots=True)
class Source:
    """One row of the inventory with its defaults resolved."""

    id: int
    key: SourceKey
    name: str
    status: SourceStatus
    interval_s: int
    hours: Hours
    parent: SourceKey | None = None
    cadence: Cadence | None = None
    cut_off: str | None = None
    owner: str | None = None
    contact: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    replaces: str | None = None
    lat: float | None = None
    lon: float | None = None
    simulated: bool = False
    agreed: bool = False  # it is held to its interval: imported, no default, and not the simulator's
    serves: tuple[str, ...] = ()  # orgs beyond its own subtree in whose name it may speak
    agreed_at: int | None = None  # when an interval or a cadence was imported (epoch ms): nothing was owed before

    @property
    def counts(self) -> bool:
        """True for a source that stands in denominators and under rules."""
        return self.status is SourceStatus.ACTIVE

    @property
    def derived(self) -> bool:
        """True for figures we add up ourselves: nobody's delivery, and in no figure on how well the others deliver."""
        return self.key[1:] == ROLL_UP


@dataclass(slots=True)
class Inventory:
    """Orgs and sources as of one revision of the database."""

    orgs: OrgTree
    sources: dict[SourceKey, Source] = field(default_factory=dict)
    rev: int = 0
    calendars: Calendars = field(default_factory=Calendars)
    _calendar: dict[str, Calendar] = field(default_factory=dict)
    _directly: dict[SourceKey, list[Source]] | None = None

    def speaks_for(self, key: SourceKey, org: str) -> bool:
        """True for an org of the source's own subtree, and of those it was declared to serve."""
        source = self.sources.get(key)
        served = (key.org, *(source.serves if source is not None else ()))
        return any(org in self.orgs.reach(code) for code in served)

    def in_scope(self, scope: Scope) -> Iterator[Source]:
        return (source for source in self.sources.values() if source.key.org in scope)

    def line(self, key: SourceKey) -> Iterator[SourceKey]:
        """The sources that one hangs on, nearest first; a ring of parents ends where it began."""
        passed = {key}
        source = self.sources.get(key)
        while source is not None and source.parent is not None and source.parent not in passed:
            passed.add(source.parent)
            yield source.parent
            source = self.sources.get(source.parent)

    def behind(self, key: SourceKey) -> list[Source]:
        """The sources that hang on one, at any distance; nearest first."""
        found: dict[SourceKey, Source] = {}
        todo = [key]
        for at in todo:  # grows while it is walked
            for source in self._hanging().get(at, ()):
                if source.key != key and source.key not in found:
                    found[source.key] = source
                    todo.append(source.key)
        return list(found.values())

    def _hanging(self) -> dict[SourceKey, list[Source]]:
        if self._directly is None:
            self._directly = {}
            for source in self.sources.values():
                if source.parent is not None:
                    self._directly.setdefault(source.parent, []).append(source)
        return self._directly

    def tz(self, key: SourceKey) -> ZoneInfo:
        return self.orgs.tz(key.org)

    def calendar(self, org: str) -> Calendar:
        """The working days of an org, in its own time zone."""
        found = self._calendar.get(org)
        if found is None:
            path = (unit.code for unit in self.orgs.path(org))
            found = self._calendar[org] = self.calendars.of(path, self.orgs.tz(org))
        return found

    def begins(self, source: Source) -> int | None:
        """The first instant of its contract, the later of `valid_from` and the import; None where none was agreed."""
        if source.agreed_at is None or source.valid_from is None:
            return source.agreed_at
        first = date.fromisoformat(source.valid_from)
        return max(source.agreed_at, self.calendar(source.key.org).instant(first, time()))

    def without(self, kind: str, org_kinds: Iterable[str]) -> set[str]:
        """Orgs of those kinds that have no source of `kind`: no device is missing there, none was ever installed."""
        have = {source.key.org for source in self.sources.values() if source.key.kind == kind and source.counts}
        wanted = set(org_kinds)
        return {org.code for org in self.orgs.living() if org.kind in wanted and not self.orgs.own(org.code) & have}
