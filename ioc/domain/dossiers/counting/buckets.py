"""The buckets: which records a count of the summary or of an index is made of, as a condition on them."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting.conditions import (
    aside,
    beyond_watermark,
    late_to_accept_at,
    near_at,
    open_at,
    passed,
    paused_at,
)
from ioc.domain.dossiers.counting.counters import Condition, DossierCounter, entered
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.totals import by_cell, sources_with
from ioc.domain.dossiers.history.judgement import Timeliness
from ioc.platform.db.tables import dossier

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


class IndexBucket(StrEnum):
    """The dossiers behind the ratios of the 766 index, of the sources that report on them; named like indicators."""

    PAID_ONLINE = "paid_online_766"
    PAYABLE = "payable_766"
    DIGITISED = "digitised_766"
    DIGITISED_OR_NOT = "digitised_766_of"
    ELECTRONIC_RESULT = "electronic_result_766"
    WITH_RESULT = "with_result_766"


AnyBucket = Bucket | IndexBucket
# what dossiers enter in the period, by the counter they enter
ENTERED: Mapping[AnyBucket, DossierCounter] = {
    Bucket.RECEIVED: DossierCounter.RECEIVED,
    Bucket.RECEIVED_ONLINE: DossierCounter.RECEIVED_ONLINE,
    Bucket.RESOLVED_EARLY: DossierCounter.EARLY,
    Bucket.RESOLVED_ON_TIME: DossierCounter.ON_TIME,
    Bucket.RESOLVED_LATE: DossierCounter.LATE,
    Bucket.RESOLVED_UNDATED: DossierCounter.UNDATED,
    IndexBucket.PAID_ONLINE: DossierCounter.PAID_ONLINE,
    IndexBucket.PAYABLE: DossierCounter.PAYABLE,
    IndexBucket.DIGITISED: DossierCounter.DIGITISED,
    IndexBucket.DIGITISED_OR_NOT: DossierCounter.RECEIVED,
    IndexBucket.ELECTRONIC_RESULT: DossierCounter.ELECTRONIC_RESULT,
    IndexBucket.WITH_RESULT: DossierCounter.WITH_RESULT,
}
# a bucket of an index counts dossiers of the sources that have any in this counter
REPORTED_BY: Mapping[IndexBucket, DossierCounter] = {
    IndexBucket.PAID_ONLINE: DossierCounter.PAYMENT_REPORTED,
    IndexBucket.PAYABLE: DossierCounter.PAYMENT_REPORTED,
    IndexBucket.DIGITISED: DossierCounter.DIGITISED_REPORTED,
    IndexBucket.DIGITISED_OR_NOT: DossierCounter.DIGITISED_REPORTED,
    IndexBucket.ELECTRONIC_RESULT: DossierCounter.RESULT_REPORTED,
    IndexBucket.WITH_RESULT: DossierCounter.RESULT_REPORTED,
}


def condition(conn: Connection, bucket: AnyBucket, question: Question) -> Condition:
    """True for a record in the bucket, its org and, but for an index, its source aside."""
    if bucket not in ENTERED:
        return _STOCKS[Bucket(bucket)](question)
    found = entered(ENTERED[bucket], question.start, question.at)
    if isinstance(bucket, IndexBucket):
        sources = _sources_of(conn, bucket, question)
        return sa.and_(_t.source_id.in_(sorted(sources)), found)
    return found


def _sources_of(conn: Connection, bucket: IndexBucket, question: Question) -> frozenset[int]:
    reported = REPORTED_BY[bucket]
    return sources_with(by_cell(conn, question, (reported,)), reported)


def _must_resolve(question: Question) -> Condition:
    decided = _t.outcome.in_((Timeliness.EARLY, Timeliness.ON_TIME, Timeliness.LATE))
    return sa.or_(sa.and_(decided, passed(_t.ended_at, question.start, question.at)), _overdue(question))


def _overdue(question: Question) -> Condition:
    is_known = sa.not_(beyond_watermark(question))
    return sa.and_(open_at(question.at), aside(_t.overdue_at) < question.at, is_known)


def _unconfirmed(question: Question) -> Condition:
    return sa.and_(open_at(question.at), sa.or_(_t.undated, beyond_watermark(question)))


def _in_term(question: Question) -> Condition:
    running = sa.or_(_t.overdue_at.is_(None), aside(_t.overdue_at) >= question.at)
    return sa.and_(open_at(question.at), sa.not_(_t.undated), running)


_STOCKS: Mapping[Bucket, Callable[[Question], Condition]] = {
    Bucket.CARRIED_OVER: lambda q: open_at(min(q.start, q.at)),
    Bucket.MUST_RESOLVE: _must_resolve,
    Bucket.OPEN_IN_TERM: _in_term,
    Bucket.OPEN_OVERDUE: _overdue,
    Bucket.DUE_UNCONFIRMED: _unconfirmed,
    Bucket.PAUSED: lambda q: paused_at(q.at),
    Bucket.NEAR_DUE: lambda q: near_at(q.at),
    Bucket.LATE_TO_ACCEPT: lambda q: late_to_accept_at(q.at),
}
