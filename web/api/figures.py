"""Periodic figures typed in: entered by one, signed off or refused by another, every correction visible."""

from datetime import date

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, SourceStatus
from ioc.domain.figures import entries, publishing
from ioc.domain.figures.entries import Draft, EntryState, Row
from ioc.platform.db import Database
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import BrokerPort, Reads, Writes
from web.boundary.route import V1, Route


class Query(Struct, frozen=True):
    org: str | None = None
    source: str | None = None
    period: str | None = None
    state: EntryState | None = None


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    org: str
    source: str
    period: str
    values: dict[str, float]
    note: str | None = None


class FigureEntry(Struct, frozen=True, kw_only=True):
    """An entered figure; `corrects` names the signed one before, `current` is the one that counts now."""

    id: int
    org: str
    source: str
    period: str
    values: dict[str, float]
    note: str | None
    state: EntryState
    entered_by: str
    entered_at: Instant
    decided_by: str | None
    decided_at: Instant | None
    corrects: int | None
    current: bool


def figures(call: Call, query: Query, records: Reads) -> Page[FigureEntry]:
    """Entries, the newest first."""
    orgs = call.subtree(query.org).codes
    found = records.read(lambda conn: entries.entries(conn, orgs))
    wanted = {"source": query.source, "period": query.period, "state": query.state}
    rows = [row for row in found if all(value in (None, row[name]) for name, value in wanted.items())]
    return call.part.of(rows, lambda row: _shown(call, row))


def enter(call: Call, body: Body, records: Writes) -> FigureEntry:
    """It waits for somebody else."""
    call.subtree(body.org)
    draft = Draft(body.org, body.source, body.period, body.values, body.note)
    known = records.read(lambda conn: entries.known(conn, draft))
    for name, allowed in draft.problems(_today(call, body.org), known):
        raise IocError(Code.INVALID_VALUE, f"{name}: allowed: {allowed}", name=name, detail=allowed)
    if _retired(call, draft):
        raise IocError(Code.INVALID_VALUE, "source: it is retired", name="source", detail="not retired")

    def write(conn: Connection) -> Row:
        return _row(conn, call, entries.enter(conn, draft, call.actor, call.now))

    return _shown(call, records.write(write))


def sign(call: Call, records: Writes, db: Database, broker: BrokerPort) -> FigureEntry:
    """Published first, then marked as signed: a broker that is away leaves the entry as it was (503)."""
    row = records.read(lambda conn: _decidable(conn, call))
    broker.publish_acknowledged(*publishing.message(row, call.now))

    def write(conn: Connection) -> Row:
        signed = _decided(conn, call, EntryState.SIGNED)
        publishing.accept(db, conn, call.inventory, signed, call.now)
        return _row(conn, call, signed["id"])

    return _shown(call, records.write(write))


def refuse(call: Call, records: Writes) -> FigureEntry:
    return _shown(call, records.write(lambda conn: _row(conn, call, _decided(conn, call, EntryState.REFUSED)["id"])))


def _decided(conn: Connection, call: Call, state: EntryState) -> Row:
    return entries.decide(conn, _decidable(conn, call), state, call.actor, call.now)


def _decidable(conn: Connection, call: Call) -> Row:
    row = entries.one(conn, call.id, call.scope.codes)
    entries.may_decide(conn, row, call.actor)
    return row


def _row(conn: Connection, call: Call, entry_id: int) -> Row:
    return next(row for row in entries.entries(conn, call.scope.codes) if row["id"] == entry_id)


def _retired(call: Call, draft: Draft) -> bool:
    known = call.inventory.sources.get(publishing.key_of({"org": draft.org, "source": draft.source}))
    return known is not None and known.status is SourceStatus.RETIRED


def _today(call: Call, org: str) -> date:
    return local(call.now, call.zone(org)).date()


def _shown(call: Call, row: Row) -> FigureEntry:
    times = {name: call.at(row[name], row["org"]) for name in ("entered_at", "decided_at")}
    return FigureEntry(**{**row, **times})


_FIGURES = f"{V1}/figures"
_DECIDED = (Code.UNKNOWN_FIGURES, Code.FIGURES_DECIDED, Code.FIGURES_SUPERSEDED, Code.SAME_PERSON)
ROUTES = (
    Route(
        "GET", _FIGURES, Role.LEADER, figures, "Periodic figures typed in, with every correction", (Code.UNKNOWN_ORG,)
    ),
    Route("POST", _FIGURES, Role.OPERATOR, enter, "Enter figures of a period", (Code.UNKNOWN_ORG,), status=201),
    Route("POST", f"{_FIGURES}/<int:id>/sign", Role.LEADER, sign, "Sign off what somebody else entered", _DECIDED),
    Route("POST", f"{_FIGURES}/<int:id>/refuse", Role.LEADER, refuse, "Refuse what somebody else entered", _DECIDED),
)
