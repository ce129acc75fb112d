"""Finding dossiers: by bucket, org, status, way they were handed in, due date and part of their code."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import buckets, conditions
from ioc.domain.dossiers.counting.buckets import AnyBucket, Bucket, IndexBucket
from ioc.domain.dossiers.counting.counters import Condition
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import overall
from ioc.domain.dossiers.history.record import Record
from ioc.domain.inventory import Scope
from ioc.platform.db.tables import dossier

_t = dossier.c


class SortBy(StrEnum):
    """The column a list is ordered by."""

    DUE = "due_at"
    RECEIVED = "received_at"
    ENDED = "ended_at"
    CODE = "code"


Buckets = AnyBucket | tuple[AnyBucket, ...] | None
_RECEIVED = frozenset({Bucket.RECEIVED, Bucket.RECEIVED_ONLINE})
_ENDED = frozenset(bucket for bucket in Bucket if bucket.startswith("resolved_") or bucket is Bucket.MUST_RESOLVE)


@dataclass(frozen=True, slots=True)
class Filter:
    """Instants in epoch ms; without a bucket the period bounds when a dossier was received, open ends allowed.

    Of several buckets a dossier is in any.
    """

    question: Question
    bucket: Buckets = None
    status: int | None = None
    submission: str | None = None
    due_before: int | None = None
    received_from: int | None = None
    received_to: int | None = None
    q: str | None = None
    sort: SortBy | None = None  # None: the order that suits the bucket
    descending: bool = False


def page(conn: Connection, wanted: Filter, offset: int, limit: int) -> tuple[Sequence[Record], int]:
    """One page of rows, those without the instant that sorts last, and how many there are in all."""
    where = sa.and_(sa.true(), *_conditions(conn, wanted))
    sort, descending = (wanted.sort, wanted.descending) if wanted.sort else _natural(wanted)
    order = ((_t[sort].desc() if descending else _t[sort]).nulls_last(), _t.code, _t.source_id)
    if not wanted.q:
        rows = sa.select(dossier).where(where).order_by(*order).offset(offset).limit(limit)
        return [dict(row) for row in conn.execute(rows).mappings()], _total(conn, wanted, where)
    # looking for a part of a code walks through all of them: once, and through their index where nothing else is asked
    keys = sa.select(_t.source_id, _t.code, sa.func.count().over().label("total")).where(where)
    few = keys.order_by(*order).offset(offset).limit(limit).subquery()
    is_one = sa.and_(few.c.source_id == _t.source_id, few.c.code == _t.code)
    rows = sa.select(dossier, few.c.total).join(few, is_one).order_by(*order)
    found = [dict(row) for row in conn.execute(rows).mappings()]
    total = found[0]["total"] if found else _total(conn, wanted, where) if offset else 0
    return found, total


def _natural(wanted: Filter) -> tuple[SortBy, bool]:
    """Newest first; soonest due first for work still to be done; nearest code first for a search."""
    chosen = _chosen(wanted)
    if not chosen and wanted.q:
        return SortBy.CODE, False
    chosen = chosen or (Bucket.RECEIVED,)
    if all(one in _RECEIVED for one in chosen):
        return SortBy.RECEIVED, True
    return (SortBy.ENDED, True) if all(one in _ENDED for one in chosen) else (SortBy.DUE, False)


def _total(conn: Connection, wanted: Filter, where: sa.ColumnElement[bool]) -> int:
    """A bucket as it is has been counted already; anything narrower is counted here."""
    chosen = _chosen(wanted)
    narrower = (
        wanted.status,
        wanted.submission,
        wanted.due_before,
        wanted.received_from,
        wanted.received_to,
        wanted.q or None,
    )
    if len(chosen) == 1 and isinstance(chosen[0], Bucket) and all(value is None for value in narrower):
        return overall(conn, wanted.question)[chosen[0]]
    return conn.scalar(sa.select(sa.func.count()).select_from(dossier).where(where)) or 0


def one(conn: Connection, scope: Scope, code: str) -> Record | None:
    """The row of the dossier of that code; of two systems that use one code, what changed last."""
    mine: sa.ColumnElement[bool] = sa.true()
    if scope.root is not None:
        mine = sa.or_(_t.receiving_org.in_(sorted(scope.codes)), _t.handling_org.in_(sorted(scope.codes)))
    found = sa.select(dossier).where(_t.code == code, mine).order_by(_t.changed_at.desc(), _t.source_id).limit(1)
    row = conn.execute(found).mappings().one_or_none()
    return None if row is None else dict(row)


def _conditions(conn: Connection, wanted: Filter) -> list[Condition]:
    question = wanted.question
    found: list[Condition] = []
    if chosen := _chosen(wanted):
        in_any = sa.or_(*(buckets.condition(conn, bucket, question) for bucket in chosen))
        found += [*conditions.counted(question), in_any]
    elif question.orgs is not None:
        found.append(question.org_column.in_(sorted(question.orgs)))
    if wanted.status is not None:
        found.append(_t.status == wanted.status)
    if wanted.submission is not None:
        found.append(_t.submission == wanted.submission)
    if wanted.due_before is not None:
        found.append(_t.due_at < wanted.due_before)
    if wanted.received_from is not None:
        found.append(_t.received_at >= wanted.received_from)
    if wanted.received_to is not None:
        found.append(_t.received_at < wanted.received_to)
    if wanted.q:
        found.append(_holds(conn, wanted.q))
    return found


def _chosen(wanted: Filter) -> tuple[AnyBucket, ...]:
    return (wanted.bucket,) if isinstance(wanted.bucket, Bucket | IndexBucket) else wanted.bucket or ()


def _holds(conn: Connection, part: str) -> sa.ColumnElement[bool]:
    """The condition that `part` stands in the code, in any case of A-Z."""
    if conn.dialect.name != "sqlite" or not part.isascii():
        return _t.code.icontains(part, autoescape=True)
    if part.lower() == part.upper():  # no letters: the fastest walk
        return sa.func.instr(_t.code, part) > 0
    return _t.code.contains(part, autoescape=True)  # LIKE of SQLite passes over the case of A-Z by itself
