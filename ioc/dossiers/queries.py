"""Finding dossiers: by bucket, org, status, due date and part of their code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.db.tables import dossier
from ioc.dossiers import buckets
from ioc.dossiers.buckets import Bucket, Question
from ioc.inventory import Scope

_t = dossier.c


class Sort(StrEnum):
    """The column a list is ordered by."""

    DUE = "due_at"
    RECEIVED = "received_at"
    ENDED = "ended_at"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Filter:
    """Instants in epoch ms; without a bucket the period bounds when a dossier was received, open ends allowed.

    Of several buckets a dossier is in any.
    """

    question: Question
    bucket: Bucket | tuple[Bucket, ...] | None = None
    status: int | None = None
    due_before: int | None = None
    received_from: int | None = None
    received_to: int | None = None
    q: str | None = None
    sort: Sort = Sort.DUE
    descending: bool = False


Row = Mapping[str, Any]


def page(conn: Connection, wanted: Filter, offset: int, limit: int) -> tuple[Sequence[Row], int]:
    """One page of rows, those without the instant that sorts last, and how many there are in all."""
    where = sa.and_(sa.true(), *_conditions(wanted))
    total = conn.scalar(sa.select(sa.func.count()).select_from(dossier).where(where)) or 0
    column = _t[wanted.sort]
    order = (column.desc() if wanted.descending else column).nulls_last()
    rows = sa.select(dossier).where(where).order_by(order, _t.code, _t.source_id).offset(offset).limit(limit)
    return [dict(row) for row in conn.execute(rows).mappings()], total


def one(conn: Connection, scope: Scope, code: str) -> Row | None:
    """The row of the dossier of that code; of two systems that use one code, what changed last."""
    mine: sa.ColumnElement[bool] = sa.true()
    if scope.root is not None:
        mine = sa.or_(_t.receiving_org.in_(sorted(scope.codes)), _t.handling_org.in_(sorted(scope.codes)))
    found = sa.select(dossier).where(_t.code == code, mine).order_by(_t.changed_at.desc(), _t.source_id).limit(1)
    row = conn.execute(found).mappings().one_or_none()
    return None if row is None else dict(row)


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    question = wanted.question
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.bucket is not None:
        chosen = (wanted.bucket,) if isinstance(wanted.bucket, Bucket) else wanted.bucket
        in_any = sa.or_(*(buckets.condition(bucket, question) for bucket in chosen))
        conditions += [*buckets.counted(question), in_any]
    elif question.orgs is not None:
        conditions.append(question.org_column.in_(sorted(question.orgs)))
    if wanted.status is not None:
        conditions.append(_t.status == wanted.status)
    if wanted.due_before is not None:
        conditions.append(_t.due_at < wanted.due_before)
    if wanted.received_from is not None:
        conditions.append(_t.received_at >= wanted.received_from)
    if wanted.received_to is not None:
        conditions.append(_t.received_at < wanted.received_to)
    if wanted.q:
        conditions.append(_t.code.icontains(wanted.q, autoescape=True))
    return conditions
