"""Conditions on records in the words of their indices: taken in, open, paused, near due, late to accept."""

from typing import Any

import sqlalchemy as sa

from ioc.domain.dossiers.counting.counters import Condition
from ioc.domain.dossiers.counting.question import Question
from ioc.platform.db.tables import dossier, dossier_pause

_t = dossier.c


def aside(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A column in a form that no index serves: without statistics SQLite prefers the worst one to the instants."""
    return column.concat("") if isinstance(column.type, sa.String) else column + 0


def counted(question: Question, few_orgs: int = 8) -> list[Condition]:
    """Of the sources that count and the orgs asked for; a few orgs are looked up, more are looked through by time."""
    found: list[Condition] = [aside(_t.source_id).in_(sorted(question.watermarks))]
    if question.orgs is not None:
        few = len(question.orgs) <= few_orgs
        found.append((question.org_column if few else aside(question.org_column)).in_(sorted(question.orgs)))
    return found


def passed(column: sa.Column[int | None], start: int, end: int) -> Condition:
    return sa.and_(column >= start, column < end)


def open_at(at: int) -> Condition:
    return sa.and_(aside(_t.received_at) < at, sa.or_(_t.ended_at.is_(None), _t.ended_at >= at))


def was_open(at: int) -> Condition:
    """The same, where another instant leads to the records."""
    return sa.and_(aside(_t.received_at) < at, sa.or_(_t.ended_at.is_(None), aside(_t.ended_at) >= at))


def beyond_watermark(question: Question) -> Condition:
    """Due before the instant asked for, but after the last instant its source speaks of."""
    parts = [
        sa.and_(_t.source_id == source, passed(_t.overdue_at, until, question.at))
        for source, until in question.lagging.items()
    ]
    return sa.or_(sa.false(), *parts)


def paused_at(at: int) -> Condition:
    pause = dossier_pause.c
    waiting = sa.select(sa.literal(1)).where(
        pause.source_id == _t.source_id, pause.code == _t.code, pause.begins_at < at, pause.ends_at >= at
    )
    return sa.and_(open_at(at), waiting.exists())


def near_at(at: int) -> Condition:
    return sa.and_(was_open(at), _t.near_at < at, _t.overdue_at >= at)


def late_to_accept_at(at: int) -> Condition:
    is_set = _t.late_to_accept_at.is_not(None)  # in the words of its index
    return sa.and_(is_set, _t.late_to_accept_at < at, sa.or_(_t.accepted_at.is_(None), _t.accepted_at >= at))
