"""Counters read back for any period: whole days from the tallies, its ends from the records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import conditions, tallies
from ioc.domain.dossiers.counting.counters import DEFINITIONS, CounterInstant, DossierCounter, comes_to, rule_of
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.tallies import Dimension
from ioc.platform.db.tables import dossier

_t = dossier.c
Totals = dict[DossierCounter, int]  # of every counter asked for
Key = tuple[Any, ...]  # a value of each dimension, in their order


class OrgSource(NamedTuple):
    """The dossiers of one org that one source reports."""

    org: str
    source_id: int


def before(
    conn: Connection, question: Question, at: int, counters: Sequence[DossierCounter], by: Sequence[Dimension]
) -> dict[Key, Totals]:
    """Entries into each counter before `at`, by the dimensions, of the sources and orgs asked for."""
    whole_days = tallies.before(question.side, at, question.watermarks, question.orgs, counters, by)
    found = dict(_read(conn, whole_days, counters, by))
    midnight = tallies.start_of(tallies.day_of(at))
    if midnight < at:
        for entry in CounterInstant:
            if mine := [counter for counter in counters if DEFINITIONS[counter].entry is entry]:
                for key, totals in _read(conn, _entered(question, entry, mine, midnight, at, by), mine, by):
                    _add(found.setdefault(key, dict.fromkeys(counters, 0)), totals)
    return found


def within(
    conn: Connection, question: Question, counters: Sequence[DossierCounter], by: Sequence[Dimension]
) -> dict[Key, Totals]:
    """Entries into each counter in the period, up to the instant asked for."""
    found = before(conn, question, question.at, counters, by)
    for key, totals in before(conn, question, min(question.start, question.at), counters, by).items():
        at_end = found[key]
        for counter, n in totals.items():
            at_end[counter] -= n
    return found


def by_cell(conn: Connection, question: Question, counters: Sequence[DossierCounter]) -> dict[OrgSource, Totals]:
    """Of every org, whichever are asked for: whether a source reports on something is seen from all it reports."""
    found = within(conn, replace(question, orgs=None), counters, (Dimension.ORG, Dimension.SOURCE))
    return {OrgSource(*key): totals for key, totals in found.items()}


def sources_with(cells: Mapping[OrgSource, Totals], counter: DossierCounter) -> frozenset[int]:
    """The sources that have at least one dossier in a counter."""
    return frozenset(cell.source_id for cell, totals in cells.items() if totals[counter])


def by_org(cells: Mapping[OrgSource, Totals], sources: frozenset[int]) -> dict[str, Totals]:
    """The totals of some sources."""
    found: dict[str, Totals] = {}
    for cell, totals in cells.items():
        if cell.source_id in sources:
            _add(found.setdefault(cell.org, dict.fromkeys(totals, 0)), totals)
    return found


def _add(totals: Totals, more: Mapping[DossierCounter, int]) -> None:
    for counter, n in more.items():
        totals[counter] += n


def _read(
    conn: Connection, rows: sa.Select[Any], counters: Sequence[DossierCounter], by: Sequence[Dimension]
) -> Iterator[tuple[Key, Totals]]:
    """Rows of keys and sums; no row sums up nothing, so no sum is null."""
    n = len(by)
    for row in conn.execute(rows):
        yield tuple(row[:n]), dict(zip(counters, map(int, row[n:]), strict=True))


def _entered(
    question: Question,
    entry: CounterInstant,
    counters: Sequence[DossierCounter],
    start: int,
    end: int,
    by: Sequence[Dimension],
) -> sa.Select[Any]:
    """The same of part of a day, from the records."""
    keys = {Dimension.ORG: conditions.aside(question.org_column), Dimension.SOURCE: _t.source_id}
    taken_in = conditions.aside(_t.received_at).is_not(None)
    columns = [keys[name].label(name) for name in by]
    rows = sa.select(*columns, *(_sum(counter).label(counter) for counter in counters))
    return rows.where(comes_to(entry, start, end), taken_in, *conditions.counted(question, few_orgs=0)).group_by(
        *(name.value for name in by)
    )


def _sum(counter: DossierCounter) -> sa.ColumnElement[int]:
    if not DEFINITIONS[counter].rules:
        return sa.func.count()
    return sa.func.sum(sa.case((rule_of(counter), 1), else_=0))
