"""The counts of the summary as conditions on records: a bucket holds exactly what its count counts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ioc.domain.dossiers.counting.tallies import Side
from ioc.domain.dossiers.counting.watermarks import Known
from ioc.domain.dossiers.history.judgement import Outcome
from ioc.platform.db.tables import dossier, dossier_pause

Condition = sa.ColumnElement[bool]
_t = dossier.c


class Bucket(StrEnum):
    """The counts of `/dossiers/summary`."""

    RECEIVED = "received"
    RECEIVED_ONLINE = "received_online"
    CARRIED_OVER = "carried_over"
    MUST_RESOLVE = "must_resolve"
    RESOLVED_EARLY = "resolved_early"
    RESOLVED_ON_TIME = "resolved_on_time"
    RESOLVED_LATE = "resolved_late"
    RESOLVED_UNDATED = "resolved_undated"
    OPEN_IN_TERM = "open_in_term"
    OPEN_OVERDUE = "open_overdue"
    DUE_UNCONFIRMED = "due_unconfirmed"
    PAUSED = "paused"
    NEAR_DUE = "near_due"
    LATE_TO_ACCEPT = "late_to_accept"


@dataclass(frozen=True, slots=True)
class Question:
    """Which dossiers are asked for: `orgs` None is all of them; a period `[start, end)` seen from `at`, epoch ms.

    `at` is the earlier of `end` and now; `known` names the sources that count and up to when their records are known.
    Of fewer than `min_ratings` nobody learns how satisfied they were.
    """

    known: Known
    start: int
    end: int
    at: int
    orgs: frozenset[str] | None = None
    side: Side = Side.RECEIVING
    min_ratings: int = 5

    @property
    def org_column(self) -> sa.Column[str]:
        return _t.handling_org if self.side is Side.HANDLING else _t.receiving_org


def counted(question: Question, few_orgs: int = 8) -> list[Condition]:
    """Of the sources that count and the orgs asked for; a few orgs are looked up, more are looked through by time."""
    found: list[Condition] = [aside(_t.source_id).in_(sorted(question.known))]
    if question.orgs is not None:
        few = len(question.orgs) <= few_orgs
        found.append((question.org_column if few else aside(question.org_column)).in_(sorted(question.orgs)))
    return found


def aside(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A column in a form that no index serves: without statistics SQLite prefers the worst one to the instants."""
    return column.concat("") if isinstance(column.type, sa.String) else column + 0


def condition(bucket: Bucket, question: Question) -> Condition:
    """Whether a record is in the bucket, its org and source aside."""
    return _CONDITIONS[bucket](question)


def passed(column: sa.Column[int | None], start: int, end: int) -> Condition:
    return sa.and_(column >= start, column < end)


def open_at(at: int) -> Condition:
    return sa.and_(aside(_t.received_at) < at, sa.or_(_t.ended_at.is_(None), _t.ended_at >= at))


def was_open(at: int) -> Condition:
    """The same, where another instant leads to the records."""
    return sa.and_(aside(_t.received_at) < at, sa.or_(_t.ended_at.is_(None), aside(_t.ended_at) >= at))


def lagging(question: Question) -> dict[int, int]:
    """The sources whose records are not known up to the instant asked for."""
    return {source: until for source, until in question.known.items() if until < question.at}


def beyond_known(question: Question) -> Condition:
    """Due before the instant asked for, but after the last instant the source speaks of."""
    at = question.at
    parts = [
        sa.and_(_t.source_id == source, passed(_t.overdue_at, until, at)) for source, until in lagging(question).items()
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
    told = _t.late_to_accept_at.is_not(None)  # in the words of its index
    return sa.and_(told, _t.late_to_accept_at < at, sa.or_(_t.accepted_at.is_(None), _t.accepted_at >= at))


def _ended(*outcomes: Outcome) -> Callable[[Question], Condition]:
    return lambda q: sa.and_(_t.outcome.in_(outcomes), passed(_t.ended_at, q.start, q.at))


def _overdue(question: Question) -> Condition:
    is_known = sa.not_(beyond_known(question))
    return sa.and_(open_at(question.at), aside(_t.overdue_at) < question.at, is_known)


def _unconfirmed(question: Question) -> Condition:
    return sa.and_(open_at(question.at), sa.or_(_t.undated, beyond_known(question)))


def _in_term(question: Question) -> Condition:
    running = sa.or_(_t.overdue_at.is_(None), aside(_t.overdue_at) >= question.at)
    return sa.and_(open_at(question.at), sa.not_(_t.undated), running)


def _received(question: Question) -> Condition:
    return passed(_t.received_at, question.start, question.at)


_CONDITIONS: dict[Bucket, Callable[[Question], Condition]] = {
    Bucket.RECEIVED: _received,
    Bucket.RECEIVED_ONLINE: lambda q: sa.and_(_received(q), _t.online),
    Bucket.CARRIED_OVER: lambda q: open_at(min(q.start, q.at)),
    Bucket.MUST_RESOLVE: lambda q: sa.or_(_ended(Outcome.EARLY, Outcome.ON_TIME, Outcome.LATE)(q), _overdue(q)),
    Bucket.RESOLVED_EARLY: _ended(Outcome.EARLY),
    Bucket.RESOLVED_ON_TIME: _ended(Outcome.ON_TIME),
    Bucket.RESOLVED_LATE: _ended(Outcome.LATE),
    Bucket.RESOLVED_UNDATED: _ended(Outcome.UNDATED),
    Bucket.OPEN_IN_TERM: _in_term,
    Bucket.OPEN_OVERDUE: _overdue,
    Bucket.DUE_UNCONFIRMED: _unconfirmed,
    Bucket.PAUSED: lambda q: paused_at(q.at),
    Bucket.NEAR_DUE: lambda q: near_at(q.at),
    Bucket.LATE_TO_ACCEPT: lambda q: late_to_accept_at(q.at),
}
