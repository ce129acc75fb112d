"""The yearly indices of an org (PAR, SIPAS, PAPI, ICT) as feeds publish them."""

from typing import Any

from msgspec import Struct

from ioc.core.model import Role
from ioc.domain.figures import publications, yearly_indices
from ioc.domain.figures.yearly_indices import Standing, Year
from web.boundary.route import V1, Call, Route, listed


class Query(Struct, frozen=True):
    org: str | None = None


def latest(call: Call) -> dict[str, Any]:
    """The latest year of each with its rank and the change against the year before."""
    query: Query = call.query
    call.subtree(query.org)
    org = query.org or call.site.home(call.scope)
    inventory = call.site.world.inventory
    told = call.site.read(
        lambda conn: publications.publications(conn, inventory, [] if org is None else [org], yearly_indices.names())
    )
    return {"org": org} | listed(call, yearly_indices.standings(told), lambda one: _shown(call, org, one))


def _shown(call: Call, org: str | None, one: Standing) -> dict[str, Any]:
    before = None if one.before is None else _year(one.before)
    name = call.site.context.texts.render(call.lang, f"ui.index.{one.name}", {})
    return {
        "index": one.name,
        "name": name,
        **_year(one.latest),
        "change": one.change,
        "rank_change": one.rank_change,
        "rank_comparable": one.comparable,
        "before": before,
        "source": one.latest.source,
        "as_of": call.at(one.latest.as_of, org),
    }


def _year(one: Year) -> dict[str, Any]:
    figures = {"value": one.value, "rank": one.rank, "rank_total": one.rank_total}
    return {"year": one.year, **figures, "impossible": dict(one.impossible)}


ROUTES = (
    Route("GET", f"{V1}/indices", Role.LEADER, latest, "Yearly indices with rank and change", Query, answers="list"),
)
