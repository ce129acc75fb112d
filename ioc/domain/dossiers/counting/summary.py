"""The counts of the summary by org: most from the counters, those that are few at any instant from the records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.share import Share, Void
from ioc.domain.dossiers.counting import buckets, conditions, totals
from ioc.domain.dossiers.counting.buckets import ENTERED, Bucket
from ioc.domain.dossiers.counting.counters import DossierCounter
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.tallies import Dimension
from ioc.domain.dossiers.history.course import NEVER
from ioc.platform.db.tables import dossier, dossier_pause

_ENDED = (DossierCounter.EARLY, DossierCounter.ON_TIME, DossierCounter.LATE, DossierCounter.UNDATED)
_COUNTERS = (
    DossierCounter.RECEIVED,
    DossierCounter.RECEIVED_ONLINE,
    DossierCounter.RECEIVED_UNDATED,
    *_ENDED,
    DossierCounter.OVERDUE,
)
_t = dossier.c


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of dossiers in each bucket; `must_resolve` and the like are worked out from the others."""

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
    at_start = _entered_before(conn, question, min(question.start, question.at))
    at_end = _entered_before(conn, question, question.at)
    found = {
        org: _counts(at_start.get(org, {}), at_end.get(org, {})) for org in sorted(at_start.keys() | at_end.keys())
    }
    for bucket in (Bucket.PAUSED, Bucket.NEAR_DUE, Bucket.LATE_TO_ACCEPT):
        for org, n in _few(conn, question, bucket).items():
            found.setdefault(org, _counts({}, {}))
            found[org] = Counts({**found[org].n, bucket: n})
    for org, n in _beyond_watermark(conn, question).items():
        found[org] = _unconfirm(found[org], n)
    return found


def _entered_before(conn: Connection, question: Question, at: int) -> dict[str, Mapping[DossierCounter, int]]:
    return {org: n for (org,), n in totals.before(conn, question, at, _COUNTERS, (Dimension.ORG,)).items()}


def _counts(start: Mapping[DossierCounter, int], end: Mapping[DossierCounter, int]) -> Counts:
    """From what entered each counter before the period and before the instant asked for."""

    def within(counter: DossierCounter) -> int:
        return end.get(counter, 0) - start.get(counter, 0)

    overdue = end.get(DossierCounter.OVERDUE, 0) - end.get(DossierCounter.LATE, 0)
    undated = end.get(DossierCounter.RECEIVED_UNDATED, 0) - end.get(DossierCounter.UNDATED, 0)
    entered = {bucket: within(ENTERED[bucket]) for bucket in Bucket if bucket in ENTERED}
    resolved = (Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.RESOLVED_LATE)
    return Counts(
        {
            **entered,
            Bucket.CARRIED_OVER: _open(start),
            Bucket.MUST_RESOLVE: sum(entered[bucket] for bucket in resolved) + overdue,
            Bucket.OPEN_IN_TERM: _open(end) - overdue - undated,
            Bucket.OPEN_OVERDUE: overdue,
            Bucket.DUE_UNCONFIRMED: undated,
        }
    )


def _open(n: Mapping[DossierCounter, int]) -> int:
    return n.get(DossierCounter.RECEIVED, 0) - sum(n.get(counter, 0) for counter in _ENDED)


def _unconfirm(counts: Counts, n: int) -> Counts:
    """Dossiers whose date has passed only after the last word of their source are not overdue, nor owed, yet."""
    moved = {Bucket.OPEN_OVERDUE: -n, Bucket.MUST_RESOLVE: -n, Bucket.DUE_UNCONFIRMED: n}
    return Counts({bucket: counts[bucket] + moved.get(bucket, 0) for bucket in Bucket})


def _few(conn: Connection, question: Question, bucket: Bucket) -> dict[str, int]:
    """Buckets that are small at any instant are counted from the records."""
    org = conditions.aside(question.org_column)
    rows = (
        sa.select(org.label("org"), sa.func.count().label("n"))
        .where(*conditions.counted(question, few_orgs=0))
        .group_by("org")
    )
    if bucket is Bucket.PAUSED:  # from the pauses that still last: they are few, open dossiers many
        pause, at = dossier_pause.c, question.at
        joined = sa.and_(conditions.aside(pause.source_id) == _t.source_id, conditions.aside(pause.code) == _t.code)
        rows = rows.join(dossier_pause, joined).where(
            pause.ends_at >= at, pause.ends_at <= NEVER, pause.begins_at < at, conditions.was_open(at)
        )
    else:
        rows = rows.where(buckets.condition(conn, bucket, question))
    return {row.org: row.n for row in conn.execute(rows)}


def _beyond_watermark(conn: Connection, question: Question) -> dict[str, int]:
    if not question.lagging:
        return {}
    org = conditions.aside(question.org_column)
    is_there = [
        conditions.was_open(question.at),
        conditions.beyond_watermark(question),
        *conditions.counted(question, few_orgs=0),
    ]
    rows = sa.select(org.label("org"), sa.func.count().label("n")).where(*is_there).group_by("org")
    return {row.org: row.n for row in conn.execute(rows)}
