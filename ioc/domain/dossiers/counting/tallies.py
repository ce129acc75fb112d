"""The tallies: each counter by day and by block of days, by org and source, so that no figure reads all records."""

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting.counters import DossierCounter, entries
from ioc.domain.dossiers.counting.question import Side
from ioc.domain.dossiers.history.record import Record
from ioc.platform.db import bulk
from ioc.platform.db.tables import dossier_tally

DAY_MS = 86_400_000
# days are those of Viet Nam: elsewhere the ends of a period are counted dossier by dossier, to the same result
_EASTERN_MS = 7 * 3_600_000
BLOCK_DAYS = 32
_t = dossier_tally.c


class TallyLevel(IntEnum):
    """The days that a row of the tallies stands for: one, or a block of them."""

    DAY = 0
    BLOCK = 1


class Dimension(StrEnum):
    """The dimension of a count: an org of the side asked for, or the source that reports."""

    ORG = "org"
    SOURCE = "source_id"


CellKey = tuple[int, str, str, int]  # day or block, receiving org, handling org, source
Changes = dict[CellKey, list[int]]  # by day, how much each counter changes, in their order

_KEY = ("level", "bucket", "receiving_org", "handling_org", "source_id")
_COLUMNS = (*_KEY, *(counter.value for counter in DossierCounter))
_PLACE = {counter: place for place, counter in enumerate(DossierCounter)}


def day_of(at: int) -> int:
    return (at + _EASTERN_MS) // DAY_MS


def start_of(day: int) -> int:
    return day * DAY_MS - _EASTERN_MS


def note(changes: Changes, row: Record, n: int) -> None:
    """Add a dossier to what will be written, or take it out with n = -1."""
    receiving, handling, source_id = row["receiving_org"], row["handling_org"], row["source_id"]
    for at, counters in entries(row):
        cell = (day_of(at), receiving, handling, source_id)
        counts = changes.get(cell)
        if counts is None:
            counts = changes[cell] = [0] * len(_PLACE)
        for counter in counters:
            counts[_PLACE[counter]] += n


def write(conn: Connection, changes: Changes) -> None:
    """Add the changes to their days and to the blocks of days these lie in."""
    levels = ((TallyLevel.DAY, changes), (TallyLevel.BLOCK, _by_block(changes)))
    rows = [(level, *cell, *n) for level, counted in levels for cell, n in counted.items() if any(n)]
    bulk.upsert(conn, dossier_tally, _COLUMNS, rows, add=True)


def _by_block(changes: Changes) -> Changes:
    blocks: Changes = {}
    for (day, receiving, handling, source_id), n in changes.items():
        cell = (day // BLOCK_DAYS, receiving, handling, source_id)
        blocks[cell] = [a + b for a, b in zip(blocks[cell], n, strict=True)] if cell in blocks else n
    return blocks


def before(
    side: Side,
    at: int,
    sources: Iterable[int],
    orgs: Iterable[str] | None,
    counters: Sequence[DossierCounter],
    by: Sequence[Dimension],
) -> sa.Select[Any]:
    """Entries into each counter on whole days before the day of `at`, by the dimensions."""
    day = day_of(at)
    block = day // BLOCK_DAYS
    whole = sa.and_(_t.level == TallyLevel.BLOCK, _t.bucket < block)
    rest = sa.and_(_t.level == TallyLevel.DAY, _t.bucket >= block * BLOCK_DAYS, _t.bucket < day)
    org = _t.handling_org if side is Side.HANDLING else _t.receiving_org
    conditions = [_t.source_id.in_(sorted(sources))]
    if orgs is not None:
        conditions.append(org.in_(sorted(orgs)))
    keys = {Dimension.ORG: org, Dimension.SOURCE: _t.source_id}
    columns = [*(keys[name].label(name) for name in by), *(_t[counter] for counter in counters)]
    parts = sa.union_all(*(sa.select(*columns).where(*conditions, span) for span in (whole, rest))).subquery()
    grouped = [parts.c[name] for name in by]
    return sa.select(*grouped, *(sa.func.sum(parts.c[one]).label(one) for one in counters)).group_by(*grouped)


def by_day(first: int, last: int, sources: Iterable[int], counters: Sequence[DossierCounter]) -> sa.Select[Any]:
    """Day, receiving org, handling org and the sums of some counters, of days on which the first of them counts any."""
    days = sa.and_(_t.level == TallyLevel.DAY, _t.bucket >= first, _t.bucket <= last)
    keys = (_t.bucket, _t.receiving_org, _t.handling_org)
    rows = sa.select(*keys, *(sa.func.sum(_t[counter]) for counter in counters)).group_by(*keys)
    return rows.where(days, _t[counters[0]] > 0, _t.source_id.in_(sorted(sources)))


def sources_by_org(conn: Connection) -> dict[str, frozenset[int]]:
    """The ids of the sources that ever reported a dossier which an org received or handles, by org."""
    cells = sa.select(_t.receiving_org, _t.handling_org, _t.source_id).where(_t.level == TallyLevel.BLOCK).distinct()
    sources: dict[str, set[int]] = {}
    for receiving, handling, source_id in conn.execute(cells):
        sources.setdefault(receiving, set()).add(source_id)
        sources.setdefault(handling, set()).add(source_id)
    return {org: frozenset(ids) for org, ids in sources.items()}
