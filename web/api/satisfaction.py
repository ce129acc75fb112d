"""Satisfaction by agency, from kiosks and from dossiers, apart and together; hidden where few people rated."""

from typing import Any

from sqlalchemy.engine import Connection

from ioc.dossiers import satisfaction as ratings
from ioc.dossiers.satisfaction import Ratings
from web.api.dossiers import SummaryQuery, question
from web.api.period import period
from web.api.route import Call, listed

Query = SummaryQuery
_SOURCES = ("kiosk", "dossier")
_NONE = Ratings()


def satisfaction(call: Call) -> dict[str, Any]:
    """Agencies by name of their code, each with what was said of it alone; `total` is the whole subtree."""
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    tree, scope = call.tree(query.tree), call.subtree(query.org, query.tree)
    inventory = call.site.world.inventory

    def read(conn: Connection) -> tuple[dict[str, Ratings], dict[str, Ratings]]:
        kiosks = ratings.of_kiosks(conn, inventory, scope.codes, asked.start, asked.at)
        return kiosks, ratings.of_dossiers(conn, question(call, conn, query, asked))

    agency = {code: org.code for org in tree.living() for code in tree.own(org.code)}
    found: dict[str, dict[str, Ratings]] = {}
    for source, by_org in zip(_SOURCES, call.site.read(read), strict=True):
        for code, one in by_org.items():
            said = found.setdefault(agency.get(code, code), dict.fromkeys(_SOURCES, _NONE))
            said[source] += one
    least = call.site.context.settings.dossiers.min_ratings
    names = {code: tree.by_code[code].name for code in found if code in tree}
    items = [{"org": code, "name": names.get(code, code), **_shown(found[code], least)} for code in sorted(found)]
    whole = {source: sum((said[source] for said in found.values()), _NONE) for source in _SOURCES}
    return {
        "org": query.org or call.site.home(call.scope),
        "from": call.at(asked.start, query.org),
        "to": call.at(asked.end, query.org),
        "min_ratings": least,
        **listed(call, items),
        "whole": _shown(whole, least),
    }


def _shown(said: dict[str, Ratings], least: int) -> dict[str, Any]:
    together = sum(said.values(), _NONE)
    return {name: _one(one, least) for name, one in {**said, "together": together}.items()}


def _one(said: Ratings, least: int) -> dict[str, Any]:
    value = said.pct(least)
    hidden = None if value is not None else "too_few" if said.n else "no_ratings"
    satisfied = None if value is None else said.satisfied
    return {"value": value, "numerator": satisfied, "denominator": said.n, "hidden": hidden}
