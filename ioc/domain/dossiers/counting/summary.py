"""The counts of the summary by org: whole days from the tallies, the ends of the period record by record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.share import Share, Void
from ioc.domain.dossiers.counting import buckets, tallies
from ioc.domain.dossiers.counting.buckets import Bucket, Question
from ioc.domain.dossiers.counting.tallies import Mark
from ioc.domain.dossiers.history.course import NEVER
from ioc.domain.dossiers.history.judgement import Outcome
from ioc.platform.db.tables import dossier, dossier_pause

Marks = dict[str, dict[str, int]]  # org to mark to how many
_t = dossier.c


@dataclass(frozen=True, slots=True)
class Counts:
    """How many dossiers each bucket holds; `must_resolve` and the like are worked out from the others."""

    n: Mapping[Bucket, int] = field(default_factory=dict)

    def __getitem__(self, bucket: Bucket) -> int:
        return self.n.get(bucket, 0)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts({bucket: self[bucket] + other[bucket] for bucket in Bucket})

    def pct(self, void: Void | None = None) -> dict[str, Share]:
        """The percentages of the contract; `in_time` (đúng và trước hạn) = early + on time.

        `void`: why those of what had to be resolved, or all of them, cannot be said.
        """
        owed, received = self[Bucket.MUST_RESOLVE], self[Bucket.RECEIVED]
        early, on_time = self[Bucket.RESOLVED_EARLY], self[Bucket.RESOLVED_ON_TIME]
        return {
            "early": Share(early, owed, void),
            "on_time": Share(on_time, owed, void),
            "in_time": Share(early + on_time, owed, void),
            "late": Share(self[Bucket.RESOLVED_LATE], owed, void),
            "open_overdue": Share(self[Bucket.OPEN_OVERDUE], owed, void),
            "online": Share(self[Bucket.RECEIVED_ONLINE], received, None if void is Void.NO_WORKING_TIME else void),
        }


def total(counts: Iterable[Counts]) -> Counts:
    return sum(counts, Counts())


def overall(conn: Connection, question: Question) -> Counts:
    """Of all orgs asked for together."""
    return total(by_org(conn, question).values())


def by_org(conn: Connection, question: Question) -> dict[str, Counts]:
    """Each org that has any, by receiving or handling org as asked."""
    start = min(question.start, question.at)
    at_start, at_end = _passed_before(conn, question, start), _passed_before(conn, question, question.at)
    found = {
        org: _counts(at_start.get(org, {}), at_end.get(org, {})) for org in sorted(at_start.keys() | at_end.keys())
    }
    for bucket in (Bucket.PAUSED, Bucket.NEAR_DUE, Bucket.LATE_TO_ACCEPT):
        for org, n in _few(conn, question, bucket).items():
            found.setdefault(org, _counts({}, {}))
            found[org] = Counts({**found[org].n, bucket: n})
    for org, n in _beyond_known(conn, question).items():
        found[org] = _unconfirm(found[org], n)
    return found


def _passed_before(conn: Connection, question: Question, at: int) -> Marks:
    """How often each mark was passed before `at`, from the tallies and, for the day of `at`, from the records."""
    found: Marks = {}
    for row in conn.execute(tallies.before(question.side, at, question.known, question.orgs)).mappings():
        found[row["org"]] = {mark: int(row[mark]) for mark in Mark}
    midnight = tallies.start_of(tallies.day_of(at))
    if midnight < at:
        for column in (_t.received_at, _t.ended_at, _t.overdue_at):
            rows = _edge(question, column, midnight, at)
            for row in conn.execute(rows).mappings():
                marks = found.setdefault(row["org"], dict.fromkeys(Mark, 0))
                for mark in _MARKS_OF[column.name]:
                    marks[mark] += int(row[mark] or 0)
    return found


_ENDED = {outcome: Mark(outcome) for outcome in Outcome}
_MARKS_OF = {
    "received_at": (Mark.RECEIVED, Mark.RECEIVED_ONLINE, Mark.RECEIVED_UNDATED),
    "ended_at": tuple(_ENDED.values()),
    "overdue_at": (Mark.OVERDUE,),
}


def _edge(question: Question, column: sa.Column[int | None], start: int, end: int) -> sa.Select[Any]:
    """The marks passed in part of a day; the same rules as `tallies.marks`."""
    one = sa.literal(1)
    when = {
        Mark.RECEIVED: one == one,
        Mark.RECEIVED_ONLINE: _t.online,
        Mark.RECEIVED_UNDATED: _t.undated,
        Mark.OVERDUE: sa.or_(_t.ended_at.is_(None), _t.overdue_at < _t.ended_at),
        **{mark: _t.outcome == outcome for outcome, mark in _ENDED.items()},
    }
    sums: list[sa.ColumnElement[Any]] = [
        sa.func.sum(sa.case((when[mark], 1), else_=0)).label(mark) for mark in _MARKS_OF[column.name]
    ]
    org = buckets.aside(question.org_column)
    taken_in = buckets.aside(_t.received_at).is_not(None)
    conditions = [buckets.passed(column, start, end), taken_in, *buckets.counted(question, few_orgs=0)]
    columns: list[sa.ColumnElement[Any]] = [org.label("org"), *sums]
    return sa.select(*columns).where(*conditions).group_by("org")


def _counts(start: Mapping[str, int], end: Mapping[str, int]) -> Counts:
    """From the marks passed before the period and before the instant asked for."""

    def within(mark: Mark) -> int:
        return end.get(mark, 0) - start.get(mark, 0)

    early, on_time, late = within(Mark.EARLY), within(Mark.ON_TIME), within(Mark.LATE)
    overdue = end.get(Mark.OVERDUE, 0) - end.get(Mark.LATE, 0)
    undated = end.get(Mark.RECEIVED_UNDATED, 0) - end.get(Mark.UNDATED, 0)
    return Counts(
        {
            Bucket.RECEIVED: within(Mark.RECEIVED),
            Bucket.RECEIVED_ONLINE: within(Mark.RECEIVED_ONLINE),
            Bucket.CARRIED_OVER: _open(start),
            Bucket.MUST_RESOLVE: early + on_time + late + overdue,
            Bucket.RESOLVED_EARLY: early,
            Bucket.RESOLVED_ON_TIME: on_time,
            Bucket.RESOLVED_LATE: late,
            Bucket.RESOLVED_UNDATED: within(Mark.UNDATED),
            Bucket.OPEN_IN_TERM: _open(end) - overdue - undated,
            Bucket.OPEN_OVERDUE: overdue,
            Bucket.DUE_UNCONFIRMED: undated,
        }
    )


def _open(marks: Mapping[str, int]) -> int:
    return marks.get(Mark.RECEIVED, 0) - sum(marks.get(mark, 0) for mark in _ENDED.values())


def _unconfirm(counts: Counts, n: int) -> Counts:
    """Dossiers whose date has passed only after the last word of their source are not overdue, nor owed, yet."""
    moved = {Bucket.OPEN_OVERDUE: -n, Bucket.MUST_RESOLVE: -n, Bucket.DUE_UNCONFIRMED: n}
    return Counts({bucket: counts[bucket] + moved.get(bucket, 0) for bucket in Bucket})


def _few(conn: Connection, question: Question, bucket: Bucket) -> dict[str, int]:
    """Buckets that are small at any instant are counted from the records."""
    org = buckets.aside(question.org_column)
    rows = (
        sa.select(org.label("org"), sa.func.count().label("n"))
        .where(*buckets.counted(question, few_orgs=0))
        .group_by("org")
    )
    if bucket is Bucket.PAUSED:  # from the pauses that still last: they are few, open dossiers many
        pause, at = dossier_pause.c, question.at
        joined = sa.and_(buckets.aside(pause.source_id) == _t.source_id, buckets.aside(pause.code) == _t.code)
        rows = rows.join(dossier_pause, joined).where(
            pause.ends_at >= at, pause.ends_at <= NEVER, pause.begins_at < at, buckets.was_open(at)
        )
    else:
        rows = rows.where(buckets.condition(bucket, question))
    return {row.org: row.n for row in conn.execute(rows)}


def _beyond_known(conn: Connection, question: Question) -> dict[str, int]:
    if not buckets.lagging(question):
        return {}
    org = buckets.aside(question.org_column)
    is_there = [buckets.was_open(question.at), buckets.beyond_known(question), *buckets.counted(question, few_orgs=0)]
    rows = sa.select(org.label("org"), sa.func.count().label("n")).where(*is_there).group_by("org")
    return {row.org: row.n for row in conn.execute(rows)}
