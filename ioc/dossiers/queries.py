"""Reading dossiers back: lists by org, status and due date, and one with what was said about it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.db.tables import dossier
from ioc.inventory import Scope


class DueState(StrEnum):
    """Where a dossier stands against its due date; without one, while open, nobody can say."""

    OPEN_OVERDUE = "open_overdue"
    OPEN_IN_TERM = "open_in_term"
    DUE_UNCONFIRMED = "due_unconfirmed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Filter:
    """`scope` bounds the receiving org, or the handling org for `by="handling"`; instants in epoch ms."""

    scope: Scope
    by: Literal["receiving", "handling"] = "receiving"
    status: int | None = None
    due_before: int | None = None
    received_from: int | None = None
    received_to: int | None = None
    q: str | None = None


def page(conn: Connection, wanted: Filter, now: int, offset: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """One page, soonest due first, and how many there are in all."""
    where = sa.and_(sa.true(), *_conditions(wanted))
    total = conn.scalar(sa.select(sa.func.count()).select_from(dossier).where(where)) or 0
    order = (dossier.c.due_at.is_(None), dossier.c.due_at, dossier.c.code, dossier.c.source_id)
    rows = conn.execute(sa.select(dossier).where(where).order_by(*order).offset(offset).limit(limit)).mappings()
    return [_record(dict(row), now) for row in rows], total


def one(conn: Connection, scope: Scope, code: str, now: int) -> dict[str, Any] | None:
    """The dossier of that code with its history; of two systems that use one code, what changed last."""
    mine = sa.or_(*_within(scope, dossier.c.receiving_org), *_within(scope, dossier.c.handling_org))
    found = sa.select(dossier).where(dossier.c.code == code, mine).order_by(dossier.c.changed_at.desc()).limit(1)
    row = conn.execute(found).mappings().one_or_none()
    if row is None:
        return None
    history = [{"at": at, "field": name, "value": value} for name, (at, value) in row["fields"].items()]
    return _record(dict(row), now) | {"history": sorted(history, key=lambda step: (step["at"], step["field"]))}


def due_state(row: Mapping[str, Any], now: int) -> DueState:
    if not row["is_open"]:
        return DueState.RESOLVED
    if row["due_at"] is None:
        return DueState.DUE_UNCONFIRMED
    return DueState.OPEN_OVERDUE if row["due_at"] < now else DueState.OPEN_IN_TERM


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    t = dossier.c
    conditions = _within(wanted.scope, t.handling_org if wanted.by == "handling" else t.receiving_org)
    if wanted.status is not None:
        conditions.append(t.status == wanted.status)
    if wanted.due_before is not None:
        conditions.append(t.due_at < wanted.due_before)
    if wanted.received_from is not None:
        conditions.append(t.received_at >= wanted.received_from)
    if wanted.received_to is not None:
        conditions.append(t.received_at < wanted.received_to)
    if wanted.q:
        conditions.append(t.code.icontains(wanted.q, autoescape=True))
    return conditions


def _within(scope: Scope, column: sa.Column[Any]) -> list[sa.ColumnElement[bool]]:
    """Somebody who sees the whole tree also sees what names an org outside it."""
    return [sa.true()] if scope.root is None else [column.in_(scope.codes)]


def _record(row: Mapping[str, Any], now: int) -> dict[str, Any]:
    said = {name: value for name, (_, value) in row["fields"].items()}
    columns = ("code", "receiving_org", "handling_org", "status", "received_at", "due_at", "finished_at", "changed_at")
    return said | {name: row[name] for name in columns} | {"is_open": row["is_open"], "due_state": due_state(row, now)}
