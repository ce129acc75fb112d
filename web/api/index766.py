"""The 766 index of an org and of the orgs below it: an estimate from what is known, the official score beside."""

from typing import Any

from sqlalchemy.engine import Connection

from ioc.core.model import Role
from ioc.core.share import Void
from ioc.domain.dossiers.reporting.index766.board import Board, read_board
from ioc.domain.dossiers.reporting.index766.definition import Definition, definition
from ioc.domain.dossiers.reporting.index766.score import Index, ranks, state
from ioc.domain.inventory import Org, Scope
from web.api.dossiers import Ground, SummaryQuery, ground, head
from web.boundary.period import Period, period
from web.boundary.route import V1, Call, Route, listed

Query = SummaryQuery


def index(call: Call) -> dict[str, Any]:
    """Group by group and criterion by criterion, with what each is of."""
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    home = query.org or call.site.home(call.scope)
    board, found = _board(call, query, asked, [] if home is None else [home])
    whole = board.index(home, call.subtree(query.org, query.tree))
    told = _head(call, query, asked, found) | whole.shown(lambda ms: call.at(ms, query.org))
    sure = state(found.freshness.state, whole.total)
    return told | {"state": sure, "official": _official(call, board, home)}


def ranking(call: Call) -> dict[str, Any]:
    """The orgs directly below one, best first; `same_basis` false where different criteria count for them."""
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    tree, scope = call.tree(query.tree), call.subtree(query.org, query.tree)
    children = [org for org in tree.children(query.org or call.site.home(call.scope)) if org.code in scope]
    board, found = _board(call, query, asked, [org.code for org in children])
    filled = {
        org.code: board.index(org.code, Scope(org.code, tree.scope(org.code).codes & scope.codes)) for org in children
    }
    rows = [_row(call, board, org, filled[org.code]) for org in children]
    oldest = min((at for one in filled.values() if (at := one.total.as_of) is not None), default=None)
    placed = ranks({row["org"]: row["pct"] for row in rows})
    rows.sort(key=lambda row: (row["pct"] is None, placed[row["org"]], row["org"]))
    return _head(call, query, asked, found) | {
        "as_of": call.at(oldest, query.org),
        "version": board.definition.version,
        "estimate": True,
        "same_basis": len({tuple(row["counted"]) for row in rows if row["pct"] is not None}) <= 1,
        **listed(call, rows, lambda row: {"rank": placed[row["org"]], **row}),
    }


def _board(call: Call, query: Query, asked: Period, orgs: list[str]) -> tuple[Board, Ground]:
    inventory, wanted = call.site.world.inventory, _definition(call)

    def read(conn: Connection) -> tuple[Board, Ground]:
        found = ground(call, conn, query, asked)
        off = found.void is Void.NO_WORKING_TIME
        args = (conn, inventory, wanted, found.question, orgs, found.reporters)
        return read_board(*args, no_working_time=off), found

    return call.site.read(read)


def _definition(call: Call) -> Definition:
    return definition(call.site.context.settings.dossiers.index766)


def _head(call: Call, query: Query, asked: Period, found: Ground) -> dict[str, Any]:
    return head(call, query, asked, found) | {
        "label": call.site.context.texts.render(call.lang, "ui.index766.estimate", {}),
    }


def _row(call: Call, board: Board, org: Org, found: Index) -> dict[str, Any]:
    total = found.total
    return {
        "org": org.code,
        "name": org.name,
        **total.shown(lambda ms: call.at(ms, org.code)),
        "counted": [one.criterion.code for one in total.scored if one.score is not None],
        "groups": {group.code: found.of(group).pct for group in board.definition.group},
        "official": _official(call, board, org.code),
    }


def _official(call: Call, board: Board, org: str | None) -> dict[str, Any] | None:
    told = board.official(org)
    if told is None:
        return None
    plain = {name: getattr(told, name) for name in ("score", "period", "other_period", "source")}
    return plain | {"as_of": call.at(told.as_of, org)}


ROUTES = (
    Route("GET", f"{V1}/index766", Role.LEADER, index, "The 766 index, estimated from what is known", Query),
    Route(
        "GET",
        f"{V1}/index766/ranking",
        Role.LEADER,
        ranking,
        "The orgs below one by their 766 index",
        Query,
        answers="list",
    ),
)
