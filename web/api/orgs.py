"""The org tree of a day with how the sources in it fare now."""

from collections import Counter
from typing import Any

from msgspec import Struct

from ioc.core.errors import Code, IocError
from ioc.core.model import Health, Role
from ioc.domain.inventory import Org, OrgTree, Scope
from ioc.live.world import World
from web.boundary.answers import Day, Instant, Page, extended
from web.boundary.call import Call
from web.boundary.route import V1, Route
from web.sight import Looks, Reporting


class Query(Struct, frozen=True):
    org: str | None = None
    on: str | None = None


class OneQuery(Struct, frozen=True):
    on: str | None = None


class HeardSources(Struct, frozen=True):
    """The sources that were heard, of those that should be."""

    heard: int
    expected: int


class OrgItem(Struct, frozen=True, kw_only=True):
    """A unit with how the sources of all its subtree fare."""

    code: str
    name: str
    kind: str
    lat: float | None
    lon: float | None
    parent: str | None
    counts: dict[Health, int]
    reporting: HeardSources


class Orgs(Page[OrgItem], frozen=True, kw_only=True):
    as_of: Instant


class WholeOrg(OrgItem, frozen=True, kw_only=True):
    """Also of one that is closed: what it was, and who stands for it."""

    as_of: Instant
    head_name: str | None
    head_phone: str | None
    head_email: str | None
    valid_from: Day | None
    valid_to: Day | None
    successor: str | None
    tz: str | None
    closed: bool
    stands_for: list[str]
    children: list[OrgItem]


def orgs(call: Call, query: Query, live: Looks) -> Orgs:
    """The orgs that live on the day."""
    tree, scope = call.tree(query.on), call.subtree(query.org, query.on)
    counts = _counts(call, live.look(call.now).world, tree, scope)
    codes = sorted(code for code in scope.codes if tree.lives(code))
    page = call.part.of(codes, lambda code: OrgItem(**_shown(tree, tree.by_code[code], counts)))
    return extended(Orgs, page, as_of=call.at(call.now, query.org))


def one(call: Call, query: OneQuery, live: Looks) -> WholeOrg:
    code, tree = call.path["code"], call.tree(query.on)
    if code not in call.scope:
        raise IocError(Code.UNKNOWN_ORG, f"org {code!r} is not in the tree", org=code)
    org, scope = tree.by_code[code], call.subtree(code)
    children = [child for child in tree.children(code) if child.code in call.scope]
    counts = _counts(call, live.look(call.now).world, tree, scope)
    contact = ("head_name", "head_phone", "head_email", "valid_from", "valid_to", "successor", "tz")
    return WholeOrg(
        **_shown(tree, org, counts),
        **{name: getattr(org, name) for name in contact},
        as_of=call.at(call.now, code),
        closed=tree.closed(code),
        stands_for=sorted(tree.own(code) - {code}),
        children=[OrgItem(**_shown(tree, child, counts)) for child in children],
    )


def _shown(tree: OrgTree, org: Org, counts: dict[str, Counter[Health]]) -> dict[str, Any]:
    """The fields of OrgItem."""
    found, above = counts.get(org.code, Counter()), tree.path(org.code)[:-1]
    plain = {name: getattr(org, name) for name in ("code", "name", "kind", "lat", "lon")}
    parent = above[-1].code if above else None
    counted = {health: found[health] for health in Health}
    return plain | {"parent": parent, "counts": counted, "reporting": HeardSources(*Reporting.of(found))}


def _counts(call: Call, world: World, tree: OrgTree, scope: Scope) -> dict[str, Counter[Health]]:
    """Counts of each org with all below it."""
    counts = dict[str, Counter[Health]]()
    for source in world.sources(scope):
        if source.derived:
            continue
        health = world.health(source, call.now)
        for org in tree.path(source.key.org):
            counts.setdefault(org.code, Counter())[health] += 1
    return counts


_ERRORS = (Code.UNKNOWN_ORG, Code.ORG_NOT_YET)
ROUTES = (
    Route("GET", f"{V1}/orgs", Role.LEADER, orgs, "The tree, with counts by health", _ERRORS),
    Route("GET", f"{V1}/orgs/<code>", Role.LEADER, one, "One org with its children", _ERRORS),
)
