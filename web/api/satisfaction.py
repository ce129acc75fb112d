"""Satisfaction by agency, from kiosks and from dossiers, apart and together: of so many that nobody can be made out."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.model import Role
from ioc.domain.dossiers.counting.question import Side
from ioc.domain.dossiers.reporting import satisfaction as ratings
from ioc.domain.dossiers.reporting.release import DOSSIER, KIOSK, NONE, Ratings
from ioc.domain.dossiers.reporting.satisfaction import PeriodRatings
from ioc.live.world import World
from web.api._basis import ERRORS, Basis, Ground, Head, SummaryQuery, head
from web.boundary.answers import extended
from web.boundary.call import Call
from web.boundary.period import period
from web.boundary.ports import LivePort, Reads
from web.boundary.route import V1, Route

_SOURCES = (KIOSK, DOSSIER)


class RatingSummary(NamedTuple):
    """The number of ratings, and the part of them that may be told."""

    n: int = 0
    told: Ratings = NONE

    def plus(self, other: "RatingSummary") -> "RatingSummary":
        return RatingSummary(self.n + other.n, self.told + other.told)


class Rating(Struct, frozen=True):
    """`withheld` are the ratings that are in no batch of the period; all of them where too few rated."""

    value: float | None
    numerator: int | None
    denominator: int
    hidden: Literal["too_few", "no_ratings"] | None
    withheld: int


class BySource(Struct, frozen=True, kw_only=True):
    """Ratings at kiosks, of dossiers, and both together."""

    kiosk: Rating
    dossier: Rating
    together: Rating


class Agency(BySource, frozen=True, kw_only=True):
    """With what was said of it alone."""

    org: str
    name: str


class Satisfaction(Head, frozen=True, kw_only=True):
    """Agencies by their code; `whole` is the whole subtree."""

    min_ratings: int
    items: list[Agency]
    total: int
    page: int
    per_page: int
    whole: BySource


def satisfaction(call: Call, query: SummaryQuery, records: Reads, live: LivePort, settings: Settings) -> Satisfaction:
    asked, world = period(call, query.org, query.from_, query.to), live.world
    tree, scope = call.tree(query.tree), call.subtree(query.org, query.tree)
    grounds = Basis(call, world, settings)

    def read(conn: Connection) -> tuple[Ground, PeriodRatings]:
        basis = grounds.ground(conn, query, asked)
        return basis, ratings.period_ratings(conn, call.inventory, basis.question, lambda org: _line(call, org))

    basis, told = records.read(read)
    handling = basis.question.side is Side.HANDLING
    agency = {code: org.code for org in tree.living() for code in tree.own(org.code)}
    found = _by_agency(told, scope.codes, agency, handling=handling)
    names = {code: tree.by_code[code].name for code in found if code in tree}
    page = call.part.of(sorted(found), lambda code: Agency(org=code, name=names.get(code, code), **_shown(found[code])))
    as_of = call.at(_as_of(world, basis, told, scope.codes), query.org)
    return extended(
        Satisfaction,
        page,
        **head(call, query, asked, basis) | {"as_of": as_of},
        min_ratings=basis.question.min_ratings,
        whole=BySource(**_shown(_whole(told, scope.codes, handling=handling))),
    )


def _as_of(world: World, found: Ground, told: PeriodRatings, orgs: frozenset[str]) -> int | None:
    """The oldest of what went in: dossiers as far as they are known, kiosks as they were last heard."""
    handling, at = found.question.side is Side.HANDLING, found.question.at
    rated = [one for one in told.rated if one.counts_for(handling=handling) in orgs]
    ages = [found.freshness.as_of] if any(one.source == DOSSIER for one in rated) else []
    asked = {one.org for one in rated if one.source == KIOSK}
    kiosks = (s for s in world.inventory.sources.values() if s.key.kind == "queue" and s.counts and s.key.org in asked)
    ages += [world.of(source.key).heard_at for source in kiosks]
    return min((min(age, at) for age in ages if age is not None), default=None)


def _by_agency(
    told: PeriodRatings, orgs: frozenset[str], agency: Mapping[str, str], *, handling: bool
) -> dict[str, dict[str, RatingSummary]]:
    """Each agency with the codes it stands for; a batch of several agencies is told of the whole alone."""
    found: dict[str, dict[str, RatingSummary]] = {}
    for one in told.rated:
        if (code := one.counts_for(handling=handling)) in orgs:
            _add(found.setdefault(agency.get(code, code), _nothing()), one.source, RatingSummary(one.ratings.n))
    for batch in told.batches:
        standing = {agency.get(code, code) for code in batch.counts_for(handling=handling)}
        if batch.within(*told.days, orgs, handling=handling) and len(standing) == 1:
            _add(found[standing.pop()], batch.source, RatingSummary(0, batch.ratings))
    return found


def _whole(told: PeriodRatings, orgs: frozenset[str], *, handling: bool) -> dict[str, RatingSummary]:
    said = _nothing()
    for one in told.rated:
        if one.counts_for(handling=handling) in orgs:
            _add(said, one.source, RatingSummary(one.ratings.n))
    for batch in told.batches:
        if batch.within(*told.days, orgs, handling=handling):
            _add(said, batch.source, RatingSummary(0, batch.ratings))
    return said


def _nothing() -> dict[str, RatingSummary]:
    return dict.fromkeys(_SOURCES, RatingSummary())


def _add(said: dict[str, RatingSummary], source: str, more: RatingSummary) -> None:
    said[source] = said[source].plus(more)


def _line(call: Call, org: str) -> list[str]:
    """The orgs above one as the tree stands today, whichever tree is asked for: batches are always the same."""
    return [above.code for above in reversed(call.orgs.path(org)) if above.code != org]


def _shown(said: dict[str, RatingSummary]) -> dict[str, Rating]:
    """The fields of BySource."""
    together = said[KIOSK].plus(said[DOSSIER])
    return {name: _one(one) for name, one in {**said, "together": together}.items()}


def _one(said: RatingSummary) -> Rating:
    n, told = said
    if not told.n:
        return Rating(None, None, n, "too_few" if n else "no_ratings", n)
    return Rating(told.pct, told.satisfied, told.n, None, n - told.n)


_SUMMARY = "Satisfaction by agency, with its n"
ROUTES = (Route("GET", f"{V1}/satisfaction", Role.LEADER, satisfaction, _SUMMARY, ERRORS),)
