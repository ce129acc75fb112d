"""The yearly indices of an org (PAR, SIPAS, PAPI, ICT) as feeds publish them."""

from typing import Any

from msgspec import Struct

from ioc.core.errors import Code
from ioc.core.model import Role
from ioc.domain.figures import publications, yearly_indices
from ioc.domain.figures.yearly_indices import IndexTrend, PublishedYear
from web.boundary.answers import Instant, Page, extended
from web.boundary.call import Call
from web.boundary.ports import Reads
from web.boundary.route import V1, Route


class Query(Struct, frozen=True):
    org: str | None = None


class IndexYear(Struct, frozen=True, kw_only=True):
    """One index in one year; `impossible` names what was said and cannot be, with what is allowed."""

    year: int
    value: float | None
    rank: int | None
    rank_total: int | None
    impossible: dict[str, str]


class YearlyIndex(IndexYear, frozen=True, kw_only=True):
    """The latest year of one, and its change against the year before."""

    index: str
    name: str
    change: float | None
    rank_change: int | None
    rank_comparable: bool
    before: IndexYear | None
    source: str
    as_of: Instant


class Indices(Page[YearlyIndex], frozen=True, kw_only=True):
    org: str | None


def latest(call: Call, query: Query, records: Reads) -> Indices:
    """The latest year of each with its rank and the change against the year before."""
    call.subtree(query.org)
    org = query.org or call.home
    orgs = [] if org is None else [org]
    told = records.read(lambda conn: publications.publications(conn, call.inventory, orgs, yearly_indices.names()))
    page = call.part.of(yearly_indices.standings(told), lambda one: _shown(call, org, one))
    return extended(Indices, page, org=org)


def _shown(call: Call, org: str | None, one: IndexTrend) -> YearlyIndex:
    return YearlyIndex(
        index=one.name,
        name=call.say(f"ui.index.{one.name}"),
        **_year(one.latest),
        change=one.change,
        rank_change=one.rank_change,
        rank_comparable=one.comparable,
        before=None if one.before is None else IndexYear(**_year(one.before)),
        source=one.latest.source,
        as_of=call.at(one.latest.as_of, org),
    )


def _year(one: PublishedYear) -> dict[str, Any]:
    figures = {"value": one.value, "rank": one.rank, "rank_total": one.rank_total}
    return {"year": one.year, **figures, "impossible": dict(one.impossible)}


_SUMMARY = "Yearly indices with rank and change"
ROUTES = (Route("GET", f"{V1}/indices", Role.LEADER, latest, _SUMMARY, (Code.UNKNOWN_ORG,)),)
