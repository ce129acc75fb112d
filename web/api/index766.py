"""The 766 index of an org and of the orgs below it: an estimate from what is known, the official score beside."""

from typing import Any

from sqlalchemy.engine import Connection

from ioc.dossiers import index766_board
from ioc.dossiers.index766 import ranks
from ioc.dossiers.index766_board import Board
from ioc.dossiers.index766_definition import Definition, definition
from ioc.inventory import Org
from web.api.dossiers import SummaryQuery, question
from web.api.period import Period, period
from web.api.route import Call, listed

Query = SummaryQuery


def index(call: Call) -> dict[str, Any]:
    """Group by group and criterion by criterion, with what each is of."""
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    home = query.org or call.site.home(call.scope)
    board = _board(call, query, asked, [] if home is None else [home])
    codes = call.subtree(query.org, query.tree).codes
    return _head(call, query, asked) | board.index(home, codes).shown() | {"official": _official(call, board, home)}


def ranking(call: Call) -> dict[str, Any]:
    """The orgs directly below one, best first; `same_basis` false where different criteria count for them."""
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    tree, scope = call.tree(query.tree), call.subtree(query.org, query.tree)
    children = [org for org in tree.children(query.org or call.site.home(call.scope)) if org.code in scope]
    board = _board(call, query, asked, [org.code for org in children])
    rows = [_row(call, board, org, tree.scope(org.code).codes & scope.codes) for org in children]
    placed = ranks({row["org"]: row["pct"] for row in rows})
    rows.sort(key=lambda row: (row["pct"] is None, placed[row["org"]], row["org"]))
    return _head(call, query, asked) | {
        "version": board.definition.version,
        "estimate": True,
        "same_basis": len({tuple(row["counted"]) for row in rows if row["pct"] is not None}) <= 1,
        **listed(call, rows, lambda row: {"rank": placed[row["org"]], **row}),
    }


def _board(call: Call, query: Query, asked: Period, orgs: list[str]) -> Board:
    inventory, wanted = call.site.world.inventory, _definition(call)

    def read(conn: Connection) -> Board:
        return index766_board.read(conn, inventory, wanted, question(call, conn, query, asked), orgs, call.now)

    return call.site.read(read)


def _definition(call: Call) -> Definition:
    return definition(call.site.context.settings.dossiers.index766)


def _head(call: Call, query: Query, asked: Period) -> dict[str, Any]:
    return {
        "org": query.org or call.site.home(call.scope),
        "by": query.by,
        "from": call.at(asked.start, query.org),
        "to": call.at(asked.end, query.org),
        "as_of": call.at(asked.at, query.org),
        "label": call.site.context.texts.render(call.lang, "ui.index766.estimate", {}),
    }


def _row(call: Call, board: Board, org: Org, codes: frozenset[str]) -> dict[str, Any]:
    found = board.index(org.code, codes)
    total = found.total
    return {
        "org": org.code,
        "name": org.name,
        **total.shown(),
        "counted": [one.criterion.code for one in total.scored if one.score is not None],
        "groups": {group.code: found.of(group).shown()["pct"] for group in board.definition.group},
        "official": _official(call, board, org.code),
    }


def _official(call: Call, board: Board, org: str | None) -> dict[str, Any] | None:
    told = board.official(org)
    if told is None:
        return None
    plain = {name: getattr(told, name) for name in ("score", "period", "other_period", "source")}
    return plain | {"as_of": call.at(told.as_of, org)}
