"""The 766 index of an org and of the orgs below it: an estimate from what is known, the official score beside."""

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct, field
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.model import Role, State
from ioc.core.share import Void
from ioc.domain.dossiers.reporting.index766.board import Index766Board, read_board
from ioc.domain.dossiers.reporting.index766.definition import definition
from ioc.domain.dossiers.reporting.index766.score import MissingReason, ScoredIndex, ranks, state
from ioc.domain.inventory import Org, Scope
from web.api._basis import ERRORS, Basis, By, Ground, Head, SummaryQuery, head
from web.boundary.answers import Instant, extended
from web.boundary.call import Call
from web.boundary.period import Interval, period
from web.boundary.ports import LivePort, Reads
from web.boundary.route import V1, Route


class Name(Struct, frozen=True):
    """As the definition has it, in both languages."""

    vi: str
    en: str


class CriterionAnswer(Struct, frozen=True, kw_only=True):
    """One criterion with the ratio that is known of it; `missing` says why it does not count."""

    code: str
    name: Name
    points: float
    threshold: float | None
    input: str
    numerator: float | None
    denominator: float | None
    period: str | None
    as_of: Instant | None
    ratio: float | None
    score: float | None
    missing: MissingReason | None


class IndexPoints(Struct, frozen=True, kw_only=True):
    """`score` out of `max`, of which `countable` are those of the criteria that count; `pct` is of these."""

    points: float
    max: float
    score: float | None
    countable: float
    uncounted: float
    pct: float | None
    numerator: float | None
    denominator: float
    partial: bool
    as_of: Instant | None


class GroupPoints(IndexPoints, frozen=True, kw_only=True):
    """A group of criteria."""

    code: str
    name: Name
    criteria: list[CriterionAnswer]


class Official(Struct, frozen=True):
    """The published score."""

    score: float
    period: str
    other_period: bool
    source: str
    as_of: Instant | None


class Index766(IndexPoints, frozen=True, kw_only=True):
    """Group by group and criterion by criterion, with what each is of; and what `Head` has."""

    org: str | None
    by: By
    from_: Instant = field(name="from")
    to: Instant
    state: State
    reason: Void | None
    label: str
    version: str
    source: str
    estimate: bool
    groups: list[GroupPoints]
    official: Official | None


class Ranked(IndexPoints, frozen=True, kw_only=True):
    """An org with its place; `counted` are the criteria that count for it, `groups` the percentage of each."""

    rank: int | None
    org: str
    name: str
    counted: list[str]
    groups: dict[str, float | None]
    official: Official | None


class Ranking(Head, frozen=True, kw_only=True):
    """Best first; `same_basis` false where different criteria count for them."""

    label: str
    version: str
    estimate: bool
    same_basis: bool
    items: list[Ranked]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question for indices of orgs."""

    call: Call
    query: SummaryQuery
    basis: Basis

    def boards(self, records: Reads, asked: Interval, orgs: list[str]) -> tuple[Index766Board, Ground]:
        call, wanted = self.call, definition(self.basis.settings.dossiers.index766)

        def read(conn: Connection) -> tuple[Index766Board, Ground]:
            found = self.basis.ground(conn, self.query, asked)
            off = found.void is Void.NO_WORKING_TIME
            args = (conn, call.inventory, wanted, found.question, orgs, found.reporters)
            return read_board(*args, no_working_time=off), found

        return records.read(read)

    def head(self, asked: Interval, found: Ground) -> dict[str, Any]:
        label = self.call.say("ui.index766.estimate")
        return head(self.call, self.query, asked, found) | {"label": label}


def index(call: Call, query: SummaryQuery, records: Reads, live: LivePort, settings: Settings) -> Index766:
    asked, asking = (
        period(call, query.org, query.from_, query.to),
        _Asked(call, query, Basis(call, live.world, settings)),
    )
    home = query.org or call.home
    board, found = asking.boards(records, asked, [] if home is None else [home])
    whole = board.index(home, call.subtree(query.org, query.tree))
    told = whole.shown(lambda ms: call.at(ms, query.org))
    groups = msgspec.convert(told.pop("groups"), list[GroupPoints])
    official, sure = _official(call, board, home), state(found.freshness.state, whole.total)
    return Index766(**{**asking.head(asked, found), **told, "state": sure}, groups=groups, official=official)


def ranking(call: Call, query: SummaryQuery, records: Reads, live: LivePort, settings: Settings) -> Ranking:
    asked, asking = (
        period(call, query.org, query.from_, query.to),
        _Asked(call, query, Basis(call, live.world, settings)),
    )
    tree, scope = call.tree(query.tree), call.subtree(query.org, query.tree)
    children = [org for org in tree.children(query.org or call.home) if org.code in scope]
    board, found = asking.boards(records, asked, [org.code for org in children])
    filled = {
        org.code: board.index(org.code, Scope(org.code, tree.scope(org.code).codes & scope.codes)) for org in children
    }
    placed = ranks({code: one.total.pct for code, one in filled.items()})
    rows = [_row(call, board, org, filled[org.code], placed[org.code]) for org in children]
    rows.sort(key=lambda row: (row.pct is None, row.rank, row.org))
    oldest = min((at for one in filled.values() if (at := one.total.as_of) is not None), default=None)
    return extended(
        Ranking,
        call.part.of(rows, lambda row: row),
        **asking.head(asked, found) | {"as_of": call.at(oldest, query.org)},
        version=board.definition.version,
        estimate=True,
        same_basis=len({tuple(row.counted) for row in rows if row.pct is not None}) <= 1,
    )


def _row(call: Call, board: Index766Board, org: Org, found: ScoredIndex, rank: int | None) -> Ranked:
    total = found.total
    return Ranked(
        rank=rank,
        org=org.code,
        name=org.name,
        **total.shown(lambda ms: call.at(ms, org.code)),
        counted=[one.criterion.code for one in total.scored if one.score is not None],
        groups={group.code: found.of(group).pct for group in board.definition.group},
        official=_official(call, board, org.code),
    )


def _official(call: Call, board: Index766Board, org: str | None) -> Official | None:
    told = board.official(org)
    if told is None:
        return None
    return Official(told.score, told.period, told.other_period, told.source, call.at(told.as_of, org))


_INDEX = f"{V1}/index766"
ROUTES = (
    Route("GET", _INDEX, Role.LEADER, index, "The 766 index, estimated from what is known", ERRORS),
    Route("GET", f"{_INDEX}/ranking", Role.LEADER, ranking, "The orgs below one by their 766 index", ERRORS),
)
