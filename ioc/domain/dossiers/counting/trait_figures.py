"""How many dossiers of a period have each trait, by org: whole days from the tallies, its ends from the records."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import buckets, tallies, traits
from ioc.domain.dossiers.counting.buckets import Question
from ioc.domain.dossiers.counting.tallies import Mark
from ioc.domain.dossiers.counting.traits import Row, Trait
from ioc.platform.db.tables import dossier

COUNTED: tuple[Mark | Trait, ...] = (Mark.RECEIVED, *Trait)
_t = dossier.c


class Cell(NamedTuple):
    org: str
    source_id: int


Traits = dict[Cell, Counter[Mark | Trait]]


def by_cell(conn: Connection, question: Question) -> Traits:
    """Of every org, whichever are asked for: whether a source speaks of something is seen from all it tells."""
    everywhere = replace(question, orgs=None)
    found = _before(conn, everywhere, question.at)
    for cell, counts in _before(conn, everywhere, min(question.start, question.at)).items():
        found[cell].subtract(counts)
    return found


def speaking(found: Traits, told: Trait) -> frozenset[int]:
    """The sources that say yes or no of at least one dossier of the period; what they leave out is a no."""
    return frozenset(cell.source_id for cell, counts in found.items() if counts[told])


def by_org(found: Traits, sources: frozenset[int]) -> dict[str, Counter[Mark | Trait]]:
    """The counts of some sources."""
    summed: dict[str, Counter[Mark | Trait]] = {}
    for cell, counts in found.items():
        if cell.source_id in sources:
            summed.setdefault(cell.org, Counter()).update(counts)
    return summed


def _before(conn: Connection, question: Question, at: int) -> Traits:
    found: Traits = {}
    whole = tallies.before(question.side, at, question.known, None, COUNTED, Cell._fields)
    for row in conn.execute(whole).mappings():
        found[Cell(row["org"], row["source_id"])] = Counter({mark: int(row[mark]) for mark in COUNTED})
    midnight = tallies.start_of(tallies.day_of(at))
    if midnight < at:
        for cell, mark, n in _edge(conn, question, midnight, at):
            found.setdefault(cell, Counter())[mark] += n
    return found


def _edge(conn: Connection, question: Question, start: int, end: int) -> Iterator[tuple[Cell, Mark | Trait, int]]:
    for row, n in _alike(conn, question, _t.received_at, traits.SAID_AT_RECEIPT, start, end):
        cell = Cell(row["org"], row["source_id"])
        yield cell, Mark.RECEIVED, n
        for trait in traits.when_received(row):
            yield cell, trait, n
    for row, n in _alike(conn, question, _t.ended_at, traits.SAID_AT_END, start, end):
        for trait in traits.when_ended(row):
            yield Cell(row["org"], row["source_id"]), trait, n


def _alike(
    conn: Connection, question: Question, when: sa.Column[int | None], names: Sequence[str], start: int, end: int
) -> Iterator[tuple[Row, int]]:
    """Dossiers that say the same, and how many they are."""
    org = question.org_column
    said = [_t[name] for name in names]
    conditions = [buckets.passed(when, start, end), _t.received_at.is_not(None), *buckets.counted(question)]
    rows = sa.select(org.label("org"), _t.source_id, *said, sa.func.count().label("n")).where(*conditions)
    for row in conn.execute(rows.group_by(org, _t.source_id, *said)).mappings():
        yield dict(row), row["n"]
