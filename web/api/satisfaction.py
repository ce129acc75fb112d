"""Satisfaction by agency, from kiosks and from dossiers, apart and together: of so many that nobody can be made out."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from ioc.core.model import Role
from ioc.domain.dossiers.counting.question import Side
from ioc.domain.dossiers.reporting import satisfaction as ratings
from ioc.domain.dossiers.reporting.release import DOSSIER, KIOSK, NONE, Ratings
from ioc.domain.dossiers.reporting.satisfaction import Told
from web.api.dossiers import Ground, SummaryQuery, ground, head
from web.boundary.period import period
from web.boundary.route import V1, Call, Route, listed

Query = SummaryQuery
_SOURCES = (KIOSK, DOSSIER)


class Said(NamedTuple):
    """How many rated, and what of it may be told."""

    n: int = 0
    told: Ratings = NONE

    def plus(self, other: "Said") -> "Said":
        return Said(self.n + other.n, self.told + other.told)


def satisfaction(call: Call) -> dict[str, Any]:
    """Agencies by name of their code, each with what was said of it alone; `total` is the whole subtree."""
    query: Query = call.query
    asked = period(call, query.org, query.from_, query.to)
    tree, scope = call.tree(query.tree), call.subtree(query.org, query.tree)

    def read(conn: Connection) -> tuple[Ground, Told]:
        basis = ground(call, conn, query, asked)
        return basis, ratings.told(conn, call.site.world.inventory, basis.question, lambda org: _line(call, org))

    basis, told = call.site.read(read)
    handling = basis.question.side is Side.HANDLING
    agency = {code: org.code for org in tree.living() for code in tree.own(org.code)}
    found = _by_agency(told, scope.codes, agency, handling=handling)
    names = {code: tree.by_code[code].name for code in found if code in tree}
    items = [{"org": code, "name": names.get(code, code), **_shown(found[code])} for code in sorted(found)]
    return {
        **head(call, query, asked, basis),
        "as_of": call.at(_as_of(call, basis, told, scope.codes), query.org),
        "min_ratings": basis.question.min_ratings,
        **listed(call, items),
        "whole": _shown(_whole(told, scope.codes, handling=handling)),
    }


def _as_of(call: Call, found: Ground, told: Told, orgs: frozenset[str]) -> int | None:
    """The oldest of what went in: dossiers as far as they are known, kiosks as they were last heard."""
    handling, world, at = found.question.side is Side.HANDLING, call.site.world, found.question.at
    rated = [one for one in told.rated if one.told_of(handling=handling) in orgs]
    ages = [found.freshness.as_of] if any(one.source == DOSSIER for one in rated) else []
    asked = {one.org for one in rated if one.source == KIOSK}
    kiosks = (s for s in world.inventory.sources.values() if s.key.kind == "queue" and s.counts and s.key.org in asked)
    ages += [world.of(source.key).heard_at for source in kiosks]
    return min((min(age, at) for age in ages if age is not None), default=None)


def _by_agency(
    told: Told, orgs: frozenset[str], agency: Mapping[str, str], *, handling: bool
) -> dict[str, dict[str, Said]]:
    """Each agency with the codes it stands for; a batch of several agencies is told of the whole alone."""
    found: dict[str, dict[str, Said]] = {}
    for one in told.rated:
        if (code := one.told_of(handling=handling)) in orgs:
            _add(found.setdefault(agency.get(code, code), _nothing()), one.source, Said(one.ratings.n))
    for batch in told.batches:
        standing = {agency.get(code, code) for code in batch.told_of(handling=handling)}
        if batch.within(*told.days, orgs, handling=handling) and len(standing) == 1:
            _add(found[standing.pop()], batch.source, Said(0, batch.ratings))
    return found


def _whole(told: Told, orgs: frozenset[str], *, handling: bool) -> dict[str, Said]:
    said = _nothing()
    for one in told.rated:
        if one.told_of(handling=handling) in orgs:
            _add(said, one.source, Said(one.ratings.n))
    for batch in told.batches:
        if batch.within(*told.days, orgs, handling=handling):
            _add(said, batch.source, Said(0, batch.ratings))
    return said


def _nothing() -> dict[str, Said]:
    return dict.fromkeys(_SOURCES, Said())


def _add(said: dict[str, Said], source: str, more: Said) -> None:
    said[source] = said[source].plus(more)


def _line(call: Call, org: str) -> list[str]:
    """The orgs above one as the tree stands today, whichever tree is asked for: batches are always the same."""
    return [above.code for above in reversed(call.site.orgs.path(org)) if above.code != org]


def _shown(said: dict[str, Said]) -> dict[str, Any]:
    together = said[KIOSK].plus(said[DOSSIER])
    return {name: _one(one) for name, one in {**said, "together": together}.items()}


def _one(said: Said) -> dict[str, Any]:
    """`withheld` are the ratings that are in no batch of the period; all of them where too few rated."""
    n, told = said
    if not told.n:
        hidden = "too_few" if n else "no_ratings"
        return {"value": None, "numerator": None, "denominator": n, "hidden": hidden, "withheld": n}
    shown = {"value": told.pct, "numerator": told.satisfied, "denominator": told.n, "hidden": None}
    return shown | {"withheld": n - told.n}


ROUTES = (
    Route(
        "GET",
        f"{V1}/satisfaction",
        Role.LEADER,
        satisfaction,
        "Satisfaction by agency, with its n",
        Query,
        answers="list",
    ),
)
