"""The 766 index of any org of a tree from one reading: our counts, what feeds publish, and the official score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.reporting.freshness import Reporters
from ioc.domain.dossiers.reporting.index766.definition import Definition
from ioc.domain.dossiers.reporting.index766.inputs import JUDGED, Index766Inputs, gather
from ioc.domain.dossiers.reporting.index766.score import Ratio, ScoredIndex, index
from ioc.domain.figures.publications import Publication, publications
from ioc.domain.inventory import Inventory, Scope

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OfficialScore:
    """A score as somebody else published it; `as_of` in epoch ms, `other_period` where it is not of the one asked."""

    score: float
    period: str
    source: str
    as_of: int
    other_period: bool


class AskedDays(NamedTuple):
    """The days of a question, the last one included; of a period that still runs, so far."""

    first: date
    last: date
    runs: bool

    def is_of(self, one: Publication) -> bool:
        """True for a publication of just this period, or of the one that began with it and still runs."""
        first, after = one.days
        return first == self.first and (after == self.last + _ONE_DAY or (self.runs and after > self.last))

    def meets(self, one: Publication) -> bool:
        return one.days.first <= self.last and one.days.after > self.first


class PublishedFigures(NamedTuple):
    """The figures that a feed published; `other_period` where they are not of the one asked for."""

    publication: Publication
    other_period: bool


@dataclass(frozen=True, slots=True)
class Index766Board:
    """The answer to one question; `published` holds each org's publications that meet its period, the best last:

    those of that very period, of each sort the latest.
    """

    definition: Definition
    inputs: Index766Inputs
    published: Mapping[str, Sequence[PublishedFigures]]
    reporters: Reporters
    at: int
    no_working_time: bool = False

    def index(self, org: str | None, scope: Scope) -> ScoredIndex:
        """Of an org: dossiers of all in `scope`, where a source reports on them, and what its own feeds publish."""
        return index(self.definition, self._counted(scope) | self._fed(org))

    def _counted(self, scope: Scope) -> dict[str, Ratio]:
        as_of = self.reporters.of(scope, self.at).as_of
        if as_of is None:
            return {}
        judged = {f"dossiers.{figure}" for figure in JUDGED} if self.no_working_time else set()
        ratios = self.inputs.of(scope.codes)
        return {name: ratio._replace(as_of=as_of, void=name in judged) for name, ratio in ratios.items()}

    def official(self, org: str | None) -> OfficialScore | None:
        for one, other in reversed(self.published.get(org or "", ())):
            if (value := one.values.get(self.definition.official)) is not None:
                return OfficialScore(value, one.period.text, str(one.source.key), one.as_of, other)
        return None

    def _fed(self, org: str | None) -> dict[str, Ratio]:
        """A figure without what it is of cannot be used."""
        found: dict[str, Ratio] = {}
        for one, other in self.published.get(org or "", ()):
            for name, value in one.reported.items():
                if (of := one.reported.get(f"{name}_of")) is not None:
                    found[f"feed.{name}"] = Ratio(value, of, one.period.text, other, one.as_of)
        return found


def read_board(
    conn: Connection,
    inventory: Inventory,
    definition: Definition,
    question: Question,
    orgs: Iterable[str],
    reporters: Reporters,
    *,
    no_working_time: bool = False,
) -> Index766Board:
    """The inputs of a question, and what the feeds of `orgs` say of any part of its period."""
    published: dict[str, list[PublishedFigures]] = {}
    for one in reversed(publications(conn, inventory, orgs, definition.feeds)):
        asked = _asked(question, one.zone, reporters.now)
        if asked.meets(one):
            published.setdefault(one.source.key.org, []).append(PublishedFigures(one, not asked.is_of(one)))
    for found in published.values():
        found.sort(key=lambda one: not one.other_period)
    return Index766Board(definition, gather(conn, question), published, reporters, question.at, no_working_time)


def _asked(question: Question, zone: ZoneInfo, now: int) -> AskedDays:
    first, last = (local(at, zone).date() for at in (question.start, question.end - 1))
    return AskedDays(first, last, runs=question.end >= now)
