"""Periodic figures typed in: entered by one, signed off or refused by another, every correction visible."""

from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, SourceStatus
from ioc.domain.figures import entries, publishing
from ioc.domain.figures.entries import Draft, Row, State
from web.boundary.route import V1, Answer, Call, Route, listed


class Query(Struct, frozen=True):
    org: str | None = None
    source: str | None = None
    period: str | None = None
    state: State | None = None


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    org: str
    source: str
    period: str
    values: dict[str, float]
    note: str | None = None


def figures(call: Call) -> dict[str, Any]:
    """Entries, the newest first."""
    query: Query = call.query
    found = call.site.read(lambda conn: entries.entries(conn, call.subtree(query.org).codes))
    wanted = {"source": query.source, "period": query.period, "state": query.state}
    rows = [row for row in found if all(value in (None, row[name]) for name, value in wanted.items())]
    return listed(call, rows, lambda row: _shown(call, row))


def enter(call: Call) -> Answer:
    """201 with the entry, which waits for somebody else."""
    body: Body = call.body
    call.subtree(body.org)
    draft = Draft(body.org, body.source, body.period, body.values, body.note)
    known = call.site.read(lambda conn: entries.known(conn, draft))
    for name, allowed in draft.problems(_today(call, body.org), known):
        raise IocError(Code.INVALID_VALUE, f"{name}: allowed: {allowed}", name=name, detail=allowed)
    if _retired(call, draft):
        raise IocError(Code.INVALID_VALUE, "source: it is retired", name="source", detail="not retired")

    def write(conn: Connection) -> Row:
        return _row(conn, call, entries.enter(conn, draft, call.principal.name, call.now))

    return Answer(_shown(call, call.site.write(write)), 201)


def sign(call: Call) -> dict[str, Any]:
    """Published first, then marked as signed: a broker that is away leaves the entry as it was (503)."""
    row = call.site.read(lambda conn: _decidable(conn, call))
    call.site.bus.publish_acknowledged(*publishing.message(row, call.now))
    return _decided(call, State.SIGNED)


def refuse(call: Call) -> dict[str, Any]:
    return _decided(call, State.REFUSED)


def _decided(call: Call, state: State) -> dict[str, Any]:
    db, inventory = call.site.context.db, call.site.world.inventory

    def write(conn: Connection) -> Row:
        row = entries.decide(conn, _decidable(conn, call), state, call.principal.name, call.now)
        if state is State.SIGNED:
            publishing.accept(db, conn, inventory, row, call.now)
        return _row(conn, call, row["id"])

    return _shown(call, call.site.write(write))


def _decidable(conn: Connection, call: Call) -> Row:
    row = entries.one(conn, int(call.path["id"]), call.scope.codes)
    entries.may_decide(conn, row, call.principal.name)
    return row


def _row(conn: Connection, call: Call, entry_id: int) -> Row:
    return next(row for row in entries.entries(conn, call.scope.codes) if row["id"] == entry_id)


def _retired(call: Call, draft: Draft) -> bool:
    known = call.site.world.inventory.sources.get(publishing.key_of({"org": draft.org, "source": draft.source}))
    return known is not None and known.status is SourceStatus.RETIRED


def _today(call: Call, org: str) -> date:
    return local(call.now, call.site.zone(org)).date()


def _shown(call: Call, row: Row) -> dict[str, Any]:
    times = {name: call.at(row[name], row["org"]) for name in ("entered_at", "decided_at")}
    return {**row, **times}


ROUTES = (
    Route(
        "GET",
        f"{V1}/figures",
        Role.LEADER,
        figures,
        "Periodic figures typed in, with every correction",
        Query,
        answers="list",
    ),
    Route("POST", f"{V1}/figures", Role.OPERATOR, enter, "Enter figures of a period", body=Body),
    Route("POST", f"{V1}/figures/<int:id>/sign", Role.LEADER, sign, "Sign off what somebody else entered"),
    Route("POST", f"{V1}/figures/<int:id>/refuse", Role.LEADER, refuse, "Refuse what somebody else entered"),
)
