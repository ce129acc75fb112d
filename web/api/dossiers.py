"""Dossiers as their systems report them, one by one and counted."""

from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct, field
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role, State
from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket, IndexBucket
from ioc.domain.dossiers.counting.question import Question, Side
from ioc.domain.dossiers.counting.summary import Counts, overall
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting import listing
from ioc.domain.dossiers.reporting.freshness import Freshness, Reporters, sources_by_org, why_void
from ioc.domain.dossiers.reporting.listing import Filter, Sort
from ioc.domain.dossiers.reporting.view import Reader
from ioc.live.dossier_sources import reporters, watermarks
from web.boundary.period import Period, moment, period
from web.boundary.route import V1, Call, Route, paged

By = Literal["receiving", "handling"]
Submission = Literal["direct", "online", "post"]


class Query(Struct, frozen=True):
    """`bucket`: one count of the summary or of an indicator, or several with commas between."""

    bucket: str | None = None
    org: str | None = None
    by: By = "receiving"
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    tree: str | None = None
    status: Annotated[int, Meta(ge=1, le=10)] | None = None
    submission: Submission | None = None
    due_before: str | None = None
    q: str | None = None
    sort: Sort | None = None
    order: Literal["asc", "desc"] = "asc"


class SummaryQuery(Struct, frozen=True):
    org: str | None = None
    by: By = "receiving"
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    tree: str | None = None


def dossiers(call: Call) -> dict[str, Any]:
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    bounds = {
        name: None if text is None else moment(call, name, text, query.org, end_of_day=name == "to")
        for name, text in (("due_before", query.due_before), ("from", query.from_), ("to", query.to))
    }
    chosen = None if query.bucket is None else _buckets(query.bucket)

    def read(conn: Connection) -> tuple[list[dict[str, Any]], int]:
        asking = question(call, conn, query, asked)
        plain = chosen is None
        rows, total = listing.page(
            conn,
            Filter(
                asking,
                bucket=chosen,
                status=query.status,
                submission=query.submission,
                due_before=bounds["due_before"],
                received_from=bounds["from"] if plain else None,
                received_to=bounds["to"] if plain else None,
                q=query.q,
                sort=query.sort,
                descending=query.order == "desc",
            ),
            call.part.offset,
            call.part.per_page,
        )
        reader = _reader(call, asking)
        return [reader.brief(row) for row in rows], total

    found, total = call.site.read(read)
    return paged(call, [_zoned(call, record, record) for record in found], total)


def one(call: Call) -> dict[str, Any]:
    code = call.path["code"]

    def read(conn: Connection) -> dict[str, Any] | None:
        row = listing.one(conn, call.scope, code)
        asking = question(call, conn, SummaryQuery(), Period(0, call.now, call.now))
        return None if row is None else _reader(call, asking).in_full(row)

    found = call.site.read(read)
    if found is None:
        raise IocError(Code.UNKNOWN_DOSSIER, f"dossier {code!r} is not known", dossier=code)
    steps = {name: [_zoned(call, step, found) for step in found[name]] for name in ("history", "hops", "pauses")}
    return _zoned(call, found, found) | steps


def summary(call: Call) -> dict[str, Any]:
    """The counts of a subtree and period, with every percentage beside what it is of; null where nobody reports."""
    query: SummaryQuery = call.query
    asked = period(call, query.org, query.from_, query.to)

    def read(conn: Connection) -> tuple[Ground, Counts]:
        found = ground(call, conn, query, asked)
        return found, overall(conn, found.question)

    found, counts = call.site.read(read)
    return head(call, query, asked, found) | counted(counts, found.void)


def counted(counts: Counts, void: Void | None = None) -> dict[str, Any]:
    """Each count by its name, and the percentages."""
    untold = void is Void.NOT_REPORTED
    return {**{bucket.value: None if untold else counts[bucket] for bucket in Bucket}, "pct": shares(counts, void)}


def shares(counts: Counts, void: Void | None = None) -> dict[str, dict[str, Any]]:
    """Every percentage with what it is of."""
    return {name: share.shown() for name, share in counts.pct(void).items()}


class Ground(NamedTuple):
    """What figures of dossiers are made of, who stands behind them, and why they may say nothing."""

    question: Question
    reporters: Reporters
    freshness: Freshness
    void: Void | None


def ground(call: Call, conn: Connection, query: SummaryQuery | Query, asked: Period) -> Ground:
    asking = question(call, conn, query, asked)
    assessed = reporters(call.site.world, asking.watermarks, sources_by_org(conn), call.now)
    freshness = assessed.of(call.subtree(query.org, query.tree), asked.at)
    if freshness.state is State.UNKNOWN:
        return Ground(asking, assessed, freshness, Void.NOT_REPORTED)
    org = query.org or call.site.home(call.scope) or ""
    return Ground(asking, assessed, freshness, why_void(call.site.world.inventory.calendar(org), asked.start, asked.at))


def head(call: Call, query: SummaryQuery, asked: Period, found: Ground) -> dict[str, Any]:
    """Of whom, of when, up to when it is known (the oldest of what went in), and why shares or all figures are null."""
    return {
        "org": query.org or call.site.home(call.scope),
        "by": query.by,
        "from": call.at(asked.start, query.org),
        "to": call.at(asked.end, query.org),
        **footing(call, found, query.org),
    }


def footing(call: Call, found: Ground, org: str | None) -> dict[str, Any]:
    return {
        "as_of": call.at(found.freshness.as_of, org),
        "state": found.freshness.state,
        "reason": found.void,
    }


def question(call: Call, conn: Connection, query: SummaryQuery | Query, asked: Period) -> Question:
    """What is asked, within what the caller may see."""
    scope = call.subtree(query.org, query.tree)
    return Question(
        watermarks=watermarks(call.site.world, imported(conn), call.now),
        start=asked.start,
        end=asked.end,
        at=asked.at,
        orgs=None if scope.root is None else scope.codes,
        side=Side.HANDLING if query.by == "handling" else Side.RECEIVING,
        min_ratings=call.site.context.settings.dossiers.min_ratings,
    )


def _buckets(text: str) -> tuple[Bucket | IndexBucket, ...]:
    names: dict[str, Bucket | IndexBucket] = {bucket.value: bucket for bucket in (*Bucket, *IndexBucket)}
    try:
        return tuple(names[word] for word in text.split(","))
    except KeyError:
        detail = f"bucket: {text!r} is none of {', '.join(names)}"
        raise IocError(Code.INVALID_VALUE, detail, name="bucket", detail=detail) from None


def _reader(call: Call, asking: Question) -> Reader:
    site = call.site
    return Reader(site.world.inventory, site.context.settings.dossiers, asking.watermarks, call.now)


def _zoned(call: Call, values: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Every `…_at` in the offset of the receiving org."""
    org = record["receiving_org"] if record["receiving_org"] in call.site.orgs else None
    return {name: _shown(call, name, value, org) for name, value in values.items()}


def _shown(call: Call, name: str, value: Any, org: str | None) -> Any:
    if isinstance(value, dict):
        return {inner: _shown(call, inner, part, org) for inner, part in value.items()}
    return call.at(value, org) if name.endswith("_at") and isinstance(value, int) else value


ROUTES = (
    Route("GET", f"{V1}/dossiers", Role.LEADER, dossiers, "Dossiers", Query, answers="list"),
    Route(
        "GET", f"{V1}/dossiers/summary", Role.LEADER, summary, "Counts of a period, with what they are of", SummaryQuery
    ),
    Route("GET", f"{V1}/dossiers/<path:code>", Role.LEADER, one, "One dossier with its history"),
)
