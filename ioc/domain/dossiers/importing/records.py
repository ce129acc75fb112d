"""Dossier events kept as records: the same events in any order, doubled or split, make the same rows and counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import tallies
from ioc.domain.dossiers.counting.tallies import Changes
from ioc.domain.dossiers.history import course, statements
from ioc.domain.dossiers.history.judgement import Policy, judge
from ioc.domain.dossiers.history.statements import History
from ioc.domain.inventory import Inventory
from ioc.messages.events import DossierEvent
from ioc.platform.db import bulk
from ioc.platform.db.tables import dossier, dossier_pause, source

_ASKED_AT_ONCE = 500  # what every database takes as bound values


class Key(NamedTuple):
    source_id: int
    code: str


class Told(NamedTuple):
    """An event with the source that told it and that source's org."""

    source_id: int
    org: str
    event: DossierEvent


Row = dict[str, Any]


class Judge:
    """Makes rows of histories, by the calendars of an inventory and the policy of the installation."""

    def __init__(self, inventory: Inventory, policy: Policy) -> None:
        self._inventory = inventory
        self._policy = policy

    def row(self, key: Key, org: str, said: History, now: int) -> tuple[Row, Sequence[tuple[int, int]]]:
        """The record of a dossier and its pauses; `org` stands in where no receiving org was named."""
        run = course.read(said, payment_pauses=self._policy.payment_pauses)
        receiving = run.said.get("receiving_org") or org
        verdict = judge(run, self._inventory.calendar(receiving), self._policy)
        return {
            "source_id": key.source_id,
            "code": key.code,
            "history": statements.write(said),
            "receiving_org": receiving,
            "handling_org": run.said.get("handling_org") or receiving,
            "status": run.status,
            "procedure": run.said.get("procedure"),
            "online": run.said.get("submission") == "online",
            "submission": run.said.get("submission"),
            "received_at": run.received_at,
            "due_at": verdict.due_at,
            "ended_at": run.ended_at,
            "outcome": verdict.outcome,
            "undated": verdict.undated,
            "near_at": verdict.near_at,
            "overdue_at": verdict.overdue_at,
            "late_to_accept_at": verdict.late_to_accept_at,
            "accepted_at": run.answered_at,
            "is_open": run.is_open,
            "payable": course.payable(run.said),
            **{
                name: run.said.get(name)
                for name in ("online_payment", "digitised", "electronic_result", "satisfaction")
            },
            "changed_at": now,
        }, run.pauses


def apply(conn: Connection, judge: Judge, told: Iterable[Told], now: int) -> Counter[int]:
    """Fold events into the records and the tallies, in one transaction of the caller's.

    Of each source how many dossiers have come to be due before they were received: one event says so, another that.
    """
    contradicted: Counter[int] = Counter()
    events: defaultdict[Key, list[DossierEvent]] = defaultdict(list)
    orgs: dict[Key, str] = {}
    for source_id, org, event in told:
        events[Key(source_id, event.code)].append(event)
        orgs[Key(source_id, event.code)] = org
    if not events:
        return contradicted
    known = load(conn, events)
    writer = Writer(conn)
    for key, new in events.items():
        said = statements.read(known[key]["history"]) if key in known else []
        before = course.contradicts_itself(statements.newest(said))
        if statements.merge(said, new):
            contradicted[key.source_id] += course.contradicts_itself(statements.newest(said)) and not before
            row, pauses = judge.row(key, orgs[key], said, now)
            writer.put(known.get(key), row, pauses)
    writer.flush()
    _date_first_load(conn, {key.source_id for key in events}, now)
    return contradicted


class Writer:
    """Writes judged rows with their pauses and what they change in the tallies."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._rows: list[Row] = []
        self._pauses: list[Row] = []
        self._changes: Changes = {}

    def put(self, before: Mapping[str, Any] | None, row: Row, pauses: Iterable[tuple[int, int]]) -> None:
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
        for some in _by_source(Key(row["source_id"], row["code"]) for row in self._rows):
            self._conn.execute(sa.delete(dossier_pause).where(_is_one_of(dossier_pause, some)))
        if self._pauses:
            self._conn.execute(sa.insert(dossier_pause), self._pauses)
        tallies.write(self._conn, self._changes)
        self._rows, self._pauses, self._changes = [], [], {}


def load(conn: Connection, keys: Iterable[Key]) -> dict[Key, Mapping[str, Any]]:
    """The rows of those dossiers that are known."""
    found: dict[Key, Mapping[str, Any]] = {}
    for some in _by_source(keys):
        for row in conn.execute(sa.select(dossier).where(_is_one_of(dossier, some))).mappings():
            found[Key(row["source_id"], row["code"])] = dict(row)
    return found


def _by_source(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Keys of one source each, at most so many at once."""
    by_source: defaultdict[int, list[Key]] = defaultdict(list)
    for key in keys:
        by_source[key.source_id].append(key)
    for mine in by_source.values():
        for i in range(0, len(mine), _ASKED_AT_ONCE):
            yield mine[i : i + _ASKED_AT_ONCE]


def _is_one_of(table: sa.Table, keys: list[Key]) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.source_id == keys[0].source_id, table.c.code.in_([key.code for key in keys]))


def _date_first_load(conn: Connection, source_ids: set[int], now: int) -> None:
    """An imported source is seen when its first dossiers come: what was overdue by then is no news."""
    undated = sa.and_(source.c.id.in_(source_ids), source.c.first_seen.is_(None))
    conn.execute(sa.update(source).where(undated).values(first_seen=now))
