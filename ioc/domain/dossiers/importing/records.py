"""Dossier events kept as records: the same events in any order, doubled or split, make the same rows and counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import tallies
from ioc.domain.dossiers.counting.tallies import Changes
from ioc.domain.dossiers.history import course, statements
from ioc.domain.dossiers.history.record import DossierKey, Pause, Record, RecordBuilder
from ioc.messages.events import DossierEvent
from ioc.platform.db import bulk
from ioc.platform.db.tables import dossier, dossier_pause, source

_ASKED_AT_ONCE = 500  # what every database takes as bound values


class ReportedEvent(NamedTuple):
    """An event with the source that reported it and that source's org."""

    source_id: int
    org: str
    event: DossierEvent


def apply(conn: Connection, builder: RecordBuilder, reported: Iterable[ReportedEvent], now: int) -> Counter[int]:
    """Fold events into the records and the tallies, in one transaction of the caller's.

    By source, how many dossiers came to be due before they were received, as two events can say of one.
    """
    contradicted: Counter[int] = Counter()
    events: defaultdict[DossierKey, list[DossierEvent]] = defaultdict(list)
    orgs: dict[DossierKey, str] = {}
    for source_id, org, event in reported:
        events[DossierKey(source_id, event.code)].append(event)
        orgs[DossierKey(source_id, event.code)] = org
    if not events:
        return contradicted
    stored = load(conn, events)
    writer = RecordWriter(conn)
    for key, new in events.items():
        history = statements.read(stored[key]["history"]) if key in stored else []
        before = course.contradicts_itself(statements.latest(history))
        if statements.merge(history, new):
            contradicted[key.source_id] += course.contradicts_itself(statements.latest(history)) and not before
            row, pauses = builder.build(key, orgs[key], history, now)
            writer.put(stored.get(key), row, pauses)
    writer.flush()
    _date_first_load(conn, {key.source_id for key in events}, now)
    return contradicted


class RecordWriter:
    """Writes records with their pauses and what they change in the tallies."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._rows: list[dict[str, Any]] = []
        self._pauses: list[dict[str, Any]] = []
        self._changes: Changes = {}

    def put(self, before: Record | None, row: dict[str, Any], pauses: Iterable[Pause]) -> None:
        if before is not None:
            tallies.note(self._changes, before, -1)
        tallies.note(self._changes, row, 1)
        self._rows.append(row)
        key = {"source_id": row["source_id"], "code": row["code"]}
        self._pauses += [key | {"begins_at": begin, "ends_at": end} for begin, end in pauses]

    def flush(self) -> None:
        if not self._rows:
            return
        columns = tuple(self._rows[0])
        bulk.upsert(self._conn, dossier, columns, [tuple(row.values()) for row in self._rows])
        for some in _by_source(DossierKey(row["source_id"], row["code"]) for row in self._rows):
            self._conn.execute(sa.delete(dossier_pause).where(_is_one_of(dossier_pause, some)))
        if self._pauses:
            self._conn.execute(sa.insert(dossier_pause), self._pauses)
        tallies.write(self._conn, self._changes)
        self._rows, self._pauses, self._changes = [], [], {}


def load(conn: Connection, keys: Iterable[DossierKey]) -> dict[DossierKey, Record]:
    """The records of those dossiers that are stored."""
    found: dict[DossierKey, Record] = {}
    for some in _by_source(keys):
        for row in conn.execute(sa.select(dossier).where(_is_one_of(dossier, some))).mappings():
            found[DossierKey(row["source_id"], row["code"])] = dict(row)
    return found


def _by_source(keys: Iterable[DossierKey]) -> Iterator[list[DossierKey]]:
    """Keys of one source each, at most so many at once."""
    by_source: defaultdict[int, list[DossierKey]] = defaultdict(list)
    for key in keys:
        by_source[key.source_id].append(key)
    for mine in by_source.values():
        for i in range(0, len(mine), _ASKED_AT_ONCE):
            yield mine[i : i + _ASKED_AT_ONCE]


def _is_one_of(table: sa.Table, keys: list[DossierKey]) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.source_id == keys[0].source_id, table.c.code.in_([key.code for key in keys]))


def _date_first_load(conn: Connection, source_ids: set[int], now: int) -> None:
    """An imported source is seen when its first dossiers come: what was overdue by then is no news."""
    undated = sa.and_(source.c.id.in_(source_ids), source.c.first_seen.is_(None))
    conn.execute(sa.update(source).where(undated).values(first_seen=now))
