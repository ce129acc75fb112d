"""The basis of figures of dossiers: whose, of when, who reports them, and why they may say nothing."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, Struct, UnsetType, field
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.errors import Code
from ioc.core.model import State
from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.question import Question, Side
from ioc.domain.dossiers.counting.summary import Counts
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting.freshness import Freshness, Reporters, sources_by_org, why_void
from ioc.live.dossier_sources import reporters, watermarks
from ioc.live.world import World
from web.boundary.answers import Instant
from web.boundary.call import Call
from web.boundary.period import Interval

By = Literal["receiving", "handling"]
ERRORS = (Code.UNKNOWN_ORG, Code.ORG_NOT_YET)


class SummaryQuery(Struct, frozen=True):
    """A set of dossiers: of an org and all below it, in a period, under the tree of a day."""

    org: str | None = None
    by: By = "receiving"
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    tree: str | None = None


class Head(Struct, frozen=True, kw_only=True):
    """Of whom, of when, up to when it is known (the oldest of what went in), and why shares or all figures are null."""

    org: str | None
    by: By
    from_: Instant = field(name="from")
    to: Instant
    as_of: Instant | None
    state: State
    reason: Void | None


class Percentage(Struct, frozen=True):
    """With what it is of; `reason` where there is none although there are numbers, or why there are none."""

    value: float | None
    numerator: int | None
    denominator: int | None
    reason: Void | UnsetType = UNSET


class Percentages(Struct, frozen=True):
    """Those of the contract; of what had to be resolved but for `online`, which is of what was received."""

    early: Percentage
    on_time: Percentage
    in_time: Percentage
    late: Percentage
    open_overdue: Percentage
    online: Percentage


class Counted(Struct, frozen=True, kw_only=True):
    """The number of dossiers in each bucket; null where nobody reports."""

    received: int | None
    received_online: int | None
    carried_over: int | None
    must_resolve: int | None
    resolved_early: int | None
    resolved_on_time: int | None
    resolved_late: int | None
    resolved_undated: int | None
    open_in_term: int | None
    open_overdue: int | None
    due_unconfirmed: int | None
    paused: int | None
    near_due: int | None
    late_to_accept: int | None
    pct: Percentages


class Ground(NamedTuple):
    """The ground of figures of dossiers: their counts, who stands behind them, and why they may say nothing."""

    question: Question
    reporters: Reporters
    freshness: Freshness
    void: Void | None


@dataclass(frozen=True, slots=True)
class Basis:
    """Reads it for one call after the other."""

    call: Call
    world: World
    settings: Settings

    def ground(self, conn: Connection, query: SummaryQuery, asked: Interval) -> Ground:
        call, asking = self.call, self.question(conn, query, asked)
        assessed = reporters(self.world, asking.watermarks, sources_by_org(conn), call.now)
        freshness = assessed.of(call.subtree(query.org, query.tree), asked.at)
        if freshness.state is State.UNKNOWN:
            return Ground(asking, assessed, freshness, Void.NOT_REPORTED)
        calendar = call.inventory.calendar(query.org or call.home or "")
        return Ground(asking, assessed, freshness, why_void(calendar, asked.start, asked.at))

    def question(self, conn: Connection, query: SummaryQuery, asked: Interval) -> Question:
        """The question, within the caller's scope."""
        scope = self.call.subtree(query.org, query.tree)
        return Question(
            watermarks=watermarks(self.world, imported(conn), self.call.now),
            start=asked.start,
            end=asked.end,
            at=asked.at,
            orgs=None if scope.root is None else scope.codes,
            side=Side.HANDLING if query.by == "handling" else Side.RECEIVING,
            min_ratings=self.settings.dossiers.min_ratings,
        )


def head(call: Call, query: SummaryQuery, asked: Interval, found: Ground) -> dict[str, Any]:
    """The fields of Head."""
    return {
        "org": query.org or call.home,
        "by": query.by,
        "from_": call.at(asked.start, query.org),
        "to": call.at(asked.end, query.org),
        "as_of": call.at(found.freshness.as_of, query.org),
        "state": found.freshness.state,
        "reason": found.void,
    }


def counted(counts: Counts, void: Void | None = None) -> dict[str, Any]:
    """The fields of Counted."""
    untold = void is Void.NOT_REPORTED
    return {**{bucket.value: None if untold else counts[bucket] for bucket in Bucket}, "pct": shares(counts, void)}


def shares(counts: Counts, void: Void | None = None) -> Percentages:
    return Percentages(**{name: Percentage(**share.shown()) for name, share in counts.pct(void).items()})
