"""The org tree of a day with how the sources in it fare now."""

from collections import Counter
from typing import Any

from msgspec import Struct

from ioc.core.errors import Code, IocError
from ioc.core.model import Health, Role
from ioc.domain.inventory import Org, OrgTree, Scope
from web.boundary.route import V1, Call, Route, listed
from web.sight import Reporting


class Query(Struct, frozen=True):
    org: str | None = None
    on: str | None = None


class OneQuery(Struct, frozen=True):
    on: str | None = None


def orgs(call: Call) -> dict[str, Any]:
    """The orgs that live on the day."""
    tree, scope = call.tree(call.query.on), call.subtree(call.query.org, call.query.on)
    counts = _counts(call, tree, scope)
    codes = sorted(code for code in scope.codes if tree.lives(code))
    found = listed(call, codes, lambda code: _org(tree, tree.by_code[code], counts))
    return {"as_of": call.at(call.now, call.query.org)} | found


def one(call: Call) -> dict[str, Any]:
    """Also of an org that is closed: what it was, and who stands for it."""
    code, tree = call.path["code"], call.tree(call.query.on)
    if code not in call.scope:
        raise IocError(Code.UNKNOWN_ORG, f"org {code!r} is not in the tree", org=code)
    org, scope = tree.by_code[code], call.subtree(code)
    children = [child for child in tree.children(code) if child.code in call.scope]
    counts = _counts(call, tree, scope)
    contact = ("head_name", "head_phone", "head_email", "valid_from", "valid_to", "successor", "tz")
    extras = {name: getattr(org, name) for name in contact}
    flags = {"closed": tree.closed(code), "stands_for": sorted(tree.own(code) - {code})}
    return (
        {"as_of": call.at(call.now, code)}
        | _org(tree, org, counts)
        | extras
        | flags
        | {"children": [_org(tree, child, counts) for child in children]}
    )


def _org(tree: OrgTree, org: Org, counts: dict[str, Counter[Health]]) -> dict[str, Any]:
    found, above = counts.get(org.code, Counter()), tree.path(org.code)[:-1]
    plain = {name: getattr(org, name) for name in ("code", "name", "kind", "lat", "lon")}
    parent = above[-1].code if above else None
    counted = {"counts": {str(health): found[health] for health in Health}, "reporting": Reporting.of(found).shown()}
    return plain | {"parent": parent} | counted


def _counts(call: Call, tree: OrgTree, scope: Scope) -> dict[str, Counter[Health]]:
    """Counts of each org with all below it."""
    world, counts = call.site.world, dict[str, Counter[Health]]()
    for source in world.sources(scope):
        if source.derived:
            continue
        health = world.health(source, call.now)
        for org in tree.path(source.key.org):
            counts.setdefault(org.code, Counter())[health] += 1
    return counts


ROUTES = (
    Route("GET", f"{V1}/orgs", Role.LEADER, orgs, "The tree, with counts by health", Query, answers="list"),
    Route("GET", f"{V1}/orgs/<code>", Role.LEADER, one, "One org with its children", OneQuery),
)
