"""Dossiers as their systems report them, one by one and counted."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, State
from ioc.core.share import Void
from ioc.domain.deadline import TermUnit
from ioc.domain.dossiers.counting.buckets import Bucket, IndexBucket
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import Counts, overall
from ioc.domain.dossiers.reporting import listing
from ioc.domain.dossiers.reporting.listing import Filter, SortBy
from ioc.domain.dossiers.reporting.view import DossierReader, DueState
from web.api._basis import ERRORS, Basis, By, Counted, Ground, SummaryQuery, counted, head
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.period import Interval, moment, period
from web.boundary.ports import LivePort, Reads
from web.boundary.route import V1, Route

Submission = Literal["direct", "online", "post"]
Status = Annotated[int, Meta(ge=1, le=10)]


class Query(SummaryQuery, frozen=True):
    """`bucket`: one count of the summary or of an indicator, or several with commas between."""

    bucket: str | None = None
    status: Status | None = None
    submission: Submission | None = None
    due_before: str | None = None
    q: str | None = None
    sort: SortBy | None = None
    order: Literal["asc", "desc"] = "asc"


class TermLength(Struct, frozen=True):
    """A term as its system gave it."""

    value: float
    unit: TermUnit


class Apology(Struct, frozen=True):
    """Why it is late, and the new date."""

    issued_at: Instant | None
    reason: str | None
    new_due_at: Instant | None


class DossierAccount(Struct, frozen=True, kw_only=True):
    """The account its system gave of it; members it never spoke of are absent."""

    procedure: str | UnsetType = UNSET
    procedure_name: str | UnsetType = UNSET
    assignee: str | UnsetType = UNSET
    submission: Submission | UnsetType = UNSET
    submitted_at: Instant | UnsetType = UNSET
    finished_at: Instant | UnsetType = UNSET
    returned_at: Instant | UnsetType = UNSET
    supplement_requested_at: Instant | UnsetType = UNSET
    supplement_received_at: Instant | UnsetType = UNSET
    term: TermLength | UnsetType = UNSET
    apology: Apology | UnsetType = UNSET
    fee: float | UnsetType = UNSET
    online_payment: bool | UnsetType = UNSET
    digitised: bool | UnsetType = UNSET
    electronic_result: bool | UnsetType = UNSET
    rated: bool | UnsetType = UNSET  # whether somebody rated it; the rating itself is nobody's business


class DossierAnswer(DossierAccount, frozen=True, kw_only=True):
    """As last said, with the instants that count, its due state and its flags."""

    code: str
    receiving_org: str
    handling_org: str | None
    status: Status | None
    received_at: Instant | None
    due_at: Instant | None
    ended_at: Instant | None
    changed_at: Instant
    is_open: bool
    due_state: DueState | None
    due_before_received: bool
    due_estimated: bool
    near_due: bool
    paused: bool
    late_to_accept: bool
    working_time_left_s: int | None
    working_days_left: int | None


class Change(DossierAccount, frozen=True, kw_only=True):
    """One field that an event changed, with its value under its own name."""

    said_at: Instant
    event_id: str
    field: str
    status: Status | UnsetType = UNSET
    receiving_org: str | UnsetType = UNSET
    handling_org: str | UnsetType = UNSET
    received_at: Instant | UnsetType = UNSET
    due_at: Instant | UnsetType = UNSET


class Stay(Struct, frozen=True):
    """An agency that had it, from when to when, and how much of its working time.

    `working_days`: those after the day it came, up to the one it left on.
    """

    org: str | None
    from_at: Instant
    to_at: Instant | None
    working_time_s: int
    working_days: int


class Pause(Struct, frozen=True):
    """Its clock stood still."""

    from_at: Instant
    to_at: Instant | None


class WholeDossier(DossierAnswer, frozen=True, kw_only=True):
    """With both due dates and the course it took."""

    due_given_at: Instant | None
    due_computed_at: Instant | None
    near_at: Instant | None
    overdue_at: Instant | None
    supplement_requests: int
    history: list[Change]
    hops: list[Stay]
    pauses: list[Pause]


class Summary(Counted, frozen=True, kw_only=True):
    """The counts of a subtree and period, with every percentage beside what it is of; with what `Head` has."""

    org: str | None
    by: By
    from_: Instant = field(name="from")
    to: Instant
    as_of: Instant | None
    state: State
    reason: Void | None


def dossiers(call: Call, query: Query, records: Reads, live: LivePort, settings: Settings) -> Page[DossierAnswer]:
    asked = period(call, query.org, query.from_, query.to)
    basis, chosen = Basis(call, live.world, settings), None if query.bucket is None else _buckets(query.bucket)
    bounds = {
        name: None if text is None else moment(call, name, text, query.org, end_of_day=name == "to")
        for name, text in (("due_before", query.due_before), ("from", query.from_), ("to", query.to))
    }

    def read(conn: Connection) -> tuple[list[dict[str, Any]], int]:
        asking = basis.question(conn, query, asked)
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
        reader = _reader(call, settings, asking)
        return [reader.brief(row) for row in rows], total

    found, total = records.read(read)
    return call.part.read((DossierAnswer(**_zoned(call, record, record)) for record in found), total)


def one(call: Call, records: Reads, live: LivePort, settings: Settings) -> WholeDossier:
    code, basis = call.path["code"], Basis(call, live.world, settings)

    def read(conn: Connection) -> dict[str, Any] | None:
        row = listing.one(conn, call.scope, code)
        asking = basis.question(conn, SummaryQuery(), Interval(0, call.now, call.now))
        return None if row is None else _reader(call, settings, asking).in_full(row)

    found = records.read(read)
    if found is None:
        raise IocError(Code.UNKNOWN_DOSSIER, f"dossier {code!r} is not known", dossier=code)
    parts = {"history": Change, "hops": Stay, "pauses": Pause}
    course = {name: [shape(**_zoned(call, step, found)) for step in found[name]] for name, shape in parts.items()}
    return WholeDossier(**_zoned(call, found, found) | course)


def summary(call: Call, query: SummaryQuery, records: Reads, live: LivePort, settings: Settings) -> Summary:
    asked = period(call, query.org, query.from_, query.to)
    basis = Basis(call, live.world, settings)

    def read(conn: Connection) -> tuple[Ground, Counts]:
        found = basis.ground(conn, query, asked)
        return found, overall(conn, found.question)

    found, counts = records.read(read)
    return Summary(**head(call, query, asked, found), **counted(counts, found.void))


def _buckets(text: str) -> tuple[Bucket | IndexBucket, ...]:
    names: dict[str, Bucket | IndexBucket] = {bucket.value: bucket for bucket in (*Bucket, *IndexBucket)}
    try:
        return tuple(names[word] for word in text.split(","))
    except KeyError:
        detail = f"bucket: {text!r} is none of {', '.join(names)}"
        raise IocError(Code.INVALID_VALUE, detail, name="bucket", detail=detail) from None


def _reader(call: Call, settings: Settings, asking: Question) -> DossierReader:
    return DossierReader(call.inventory, settings.dossiers, asking.watermarks, call.now)


def _zoned(call: Call, values: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Every `…_at` in the offset of the receiving org."""
    org = record["receiving_org"] if record["receiving_org"] in call.orgs else None
    return {name: _shown(call, name, value, org) for name, value in values.items()}


def _shown(call: Call, name: str, value: Any, org: str | None) -> Any:
    if isinstance(value, dict):
        return {inner: _shown(call, inner, part, org) for inner, part in value.items()}
    return call.at(value, org) if name.endswith("_at") and isinstance(value, int) else value


_UNKNOWN = (Code.UNKNOWN_DOSSIER,)
ROUTES = (
    Route("GET", f"{V1}/dossiers", Role.LEADER, dossiers, "Dossiers", ERRORS),
    Route("GET", f"{V1}/dossiers/summary", Role.LEADER, summary, "Counts of a period, with what they are of", ERRORS),
    Route("GET", f"{V1}/dossiers/<path:code>", Role.LEADER, one, "One dossier with its history", _UNKNOWN),
)
