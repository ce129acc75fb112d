"""How many dossiers passed each mark, kept by day and by block of days, so that no count reads them all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import traits
from ioc.domain.dossiers.counting.traits import Trait
from ioc.platform.db import bulk
from ioc.platform.db.tables import dossier_tally

DAY_MS = 86_400_000
# days are those of Viet Nam: elsewhere the ends of a period are counted dossier by dossier, to the same result
_EASTERN_MS = 7 * 3_600_000
BLOCK_DAYS = 32


class Level(IntEnum):
    DAY = 0
    BLOCK = 1


class Side(StrEnum):
    """Whose dossiers: those an org took in, or those it works on."""

    RECEIVING = "receiving"
    HANDLING = "handling"


class Mark(StrEnum):
    """What a dossier passes once; `open` at an instant is what was received less what ended before it."""

    RECEIVED = "received"
    RECEIVED_ONLINE = "received_online"
    RECEIVED_UNDATED = "received_undated"
    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    UNDATED = "undated"
    OVERDUE = "overdue"


Row = Mapping[str, Any]
Cell = tuple[int, str, str, int]  # day or block, receiving org, handling org, source
Changes = dict[Cell, list[int]]  # by day, how often each mark and trait, in their order

_CELL = ("level", "bucket", "receiving_org", "handling_org", "source_id")
_COLUMNS = (*_CELL, *(mark.value for mark in (*Mark, *Trait)))
_PLACE: dict[Mark | Trait, int] = {mark: place for place, mark in enumerate((*Mark, *Trait))}


def day_of(at: int) -> int:
    return (at + _EASTERN_MS) // DAY_MS


def start_of(day: int) -> int:
    return day * DAY_MS - _EASTERN_MS


def marks(row: Row) -> Iterator[tuple[int, Mark | Trait]]:
    """The marks a dossier has passed or will pass if nothing more happens, with their instants."""
    received, ended, overdue = row["received_at"], row["ended_at"], row["overdue_at"]
    if received is None:
        return
    yield received, Mark.RECEIVED
    if row["online"]:
        yield received, Mark.RECEIVED_ONLINE
    if row["undated"]:
        yield received, Mark.RECEIVED_UNDATED
    for trait in traits.when_received(row):
        yield received, trait
    if ended is not None:
        yield ended, Mark(row["outcome"])
        for trait in traits.when_ended(row):
            yield ended, trait
    if overdue is not None and (ended is None or overdue < ended):
        yield overdue, Mark.OVERDUE


def note(changes: Changes, row: Row, n: int) -> None:
    """Add a dossier's marks to what will be written, or take them back with n = -1."""
    receiving, handling, source_id = row["receiving_org"], row["handling_org"], row["source_id"]
    for at, mark in marks(row):
        cell = (day_of(at), receiving, handling, source_id)
        counts = changes.get(cell)
        if counts is None:
            counts = changes[cell] = [0] * len(_PLACE)
        counts[_PLACE[mark]] += n


def write(conn: Connection, changes: Changes) -> None:
    """Add the changes to their days and to the blocks of days these lie in."""
    levels = ((Level.DAY, changes), (Level.BLOCK, _by_block(changes)))
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
    counted: Sequence[Mark | Trait] = tuple(Mark),
    by: Sequence[str] = ("org",),
) -> sa.Select[Any]:
    """Org (and what else it is counted `by`) and how often each was passed on whole days before the day of `at`."""
    t, day = dossier_tally.c, day_of(at)
    block = day // BLOCK_DAYS
    whole = sa.and_(t.level == Level.BLOCK, t.bucket < block)
    rest = sa.and_(t.level == Level.DAY, t.bucket >= block * BLOCK_DAYS, t.bucket < day)
    org = t.handling_org if side is Side.HANDLING else t.receiving_org
    mine = [t.source_id.in_(sorted(sources))]
    if orgs is not None:
        mine.append(org.in_(sorted(orgs)))
    columns = [*(org.label(name) if name == "org" else t[name] for name in by), *(t[mark] for mark in counted)]
    parts = sa.union_all(*(sa.select(*columns).where(*mine, span) for span in (whole, rest))).subquery()
    keys = [parts.c[name] for name in by]
    return sa.select(*keys, *(sa.func.sum(parts.c[mark]).label(mark) for mark in counted)).group_by(*keys)
