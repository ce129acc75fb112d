"""Dossier events kept as records: the newest statement about each field wins, in whatever order events come."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.db import Database
from ioc.db.tables import dossier, source
from ioc.events import DossierEvent

# codes of the national portal after which nothing is owed: refused, withdrawn, stopped, done, returned
CLOSED_STATUS = frozenset({3, 7, 8, 9, 10})
Fields = dict[str, tuple[int, Any]]


class Key(NamedTuple):
    source_id: int
    code: str


def merge(known: Fields, event: DossierEvent) -> Fields:
    """What is known after an event: per field the newest `ts`, at the same `ts` the larger text."""
    merged = dict(known)
    for name, value in event.fields.items():
        have = merged.get(name)
        if have is None or (event.ts, repr(value)) > (have[0], repr(have[1])):
            merged[name] = (event.ts, value)
    return merged


def is_open(fields: Mapping[str, tuple[int, Any]]) -> bool:
    """Whether something is still owed: not finished, not returned, and no closing status."""
    ended = any(name in fields for name in ("finished_at", "returned_at"))
    return not ended and _value(fields, "status") not in CLOSED_STATUS


def apply(db: Database, conn: Connection, events: Iterable[tuple[int, str, DossierEvent]], now: int) -> None:
    """Fold events (source id, its org, event) into the table, in one transaction of the caller's."""
    touched: dict[Key, Fields] = {}
    orgs: dict[Key, str] = {}
    for source_id, org, event in events:
        key = Key(source_id, event.code)
        if key not in touched:
            touched[key] = _load(conn, key)
            orgs[key] = org
        touched[key] = merge(touched[key], event)
    if not touched:
        return
    insert = db.upsert(dossier)
    columns = {name: insert.excluded[name] for name in _COLUMNS}
    statement = insert.on_conflict_do_update(index_elements=["source_id", "code"], set_=columns)
    conn.execute(statement, [_row(key, orgs[key], fields, now) for key, fields in touched.items()])
    _date_first_load(conn, {key.source_id for key in touched}, now)


def _date_first_load(conn: Connection, source_ids: set[int], now: int) -> None:
    """An imported source is seen when its first dossiers come: what was overdue by then is no news."""
    undated = sa.and_(source.c.id.in_(source_ids), source.c.first_seen.is_(None))
    conn.execute(sa.update(source).where(undated).values(first_seen=now))


_COLUMNS = (
    "receiving_org", "handling_org", "status", "received_at", "due_at", "finished_at", "is_open", "fields",
    "changed_at",
)  # fmt: skip


def _load(conn: Connection, key: Key) -> Fields:
    row = conn.scalar(
        sa.select(dossier.c.fields).where(dossier.c.source_id == key.source_id, dossier.c.code == key.code)
    )
    return {name: (at, value) for name, (at, value) in (row or {}).items()}


def _row(key: Key, org: str, fields: Fields, now: int) -> dict[str, Any]:
    return {
        "source_id": key.source_id,
        "code": key.code,
        "receiving_org": _value(fields, "receiving_org") or org,
        **{name: _value(fields, name) for name in ("handling_org", "status", "received_at", "due_at", "finished_at")},
        "is_open": is_open(fields),
        "fields": fields,
        "changed_at": now,
    }


def _value(fields: Mapping[str, tuple[int, Any]], name: str) -> Any:
    return fields[name][1] if name in fields else None
