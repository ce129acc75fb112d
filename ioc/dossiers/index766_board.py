"""The 766 index of any org of a tree from one reading: our counts, what feeds tell, and the official score beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from ioc.clock import local
from ioc.dossiers import index766_inputs, published
from ioc.dossiers.buckets import Question
from ioc.dossiers.index766 import Index, Ratio, index
from ioc.dossiers.index766_definition import Definition
from ioc.dossiers.index766_inputs import Inputs
from ioc.dossiers.published import Publication
from ioc.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Official:
    """A score as somebody else published it; `at` in epoch ms."""

    score: float
    period: str
    source: str
    at: int


@dataclass(frozen=True, slots=True)
class Board:
    """What one question came to; `told` holds each org's publications of its period, the latest first."""

    definition: Definition
    inputs: Inputs
    told: Mapping[str, tuple[Publication, ...]]

    def index(self, org: str | None, codes: Iterable[str]) -> Index:
        """Of an org: dossiers of all `codes` below it, and what its own feeds tell."""
        return index(self.definition, self.inputs.of(codes) | self._fed(org))

    def official(self, org: str | None) -> Official | None:
        for one in self.told.get(org or "", ()):
            if (value := one.values.get(self.definition.official)) is not None:
                return Official(value, one.period, str(one.source.key), one.at)
        return None

    def _fed(self, org: str | None) -> dict[str, Ratio]:
        """A figure without what it is of cannot be used."""
        found: dict[str, Ratio] = {}
        for one in reversed(self.told.get(org or "", ())):
            for name, value in one.values.items():
                if (of := one.values.get(f"{name}_of")) is not None:
                    found[f"feed.{name}"] = Ratio(value, of, one.period)
        return found


def read(
    conn: Connection, inventory: Inventory, definition: Definition, question: Question, orgs: Iterable[str]
) -> Board:
    """The inputs of a question, and what the feeds of `orgs` say of any part of its period."""
    told: dict[str, tuple[Publication, ...]] = {}
    for one in published.publications(conn, inventory, orgs, definition.feeds):
        org = one.source.key.org
        first, last = (local(at, inventory.orgs.tz(org)).date() for at in (question.start, question.end - 1))
        if _touches(one, first, last):
            told[org] = (*told.get(org, ()), one)
    return Board(definition, index766_inputs.gather(conn, question), told)


def _touches(one: Publication, first: date, last: date) -> bool:
    return one.spoken_of.first <= last and one.spoken_of.after > first
