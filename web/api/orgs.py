"""The org tree with how its sources fare."""

from collections import Counter
from typing import Any

from msgspec import Struct

from ioc.errors import IocError
from ioc.inventory import Org, Scope
from ioc.model import Health
from web.api.route import Call, listed


class Query(Struct, frozen=True):
    org: str | None = None


def orgs(call: Call) -> dict[str, Any]:
    scope = call.subtree(call.query.org)
    counts = _counts(call, scope)
    tree = call.site.orgs
    return listed([_org(tree.by_code[code], counts) for code in sorted(scope.codes)])


def one(call: Call) -> dict[str, Any]:
    code = call.path["code"]
    if code not in call.scope:
        raise IocError("unknown_org", f"org {code!r} is not in the tree", org=code)
    scope = call.site.orgs.scope(code)
    children = [child for child in call.site.orgs.children(code) if child.code in scope]
    counts = _counts(call, scope)
    contact = ("head_name", "head_phone", "head_email", "valid_from", "valid_to", "successor", "tz")
    org = call.site.orgs.by_code[code]
    extras = {name: getattr(org, name) for name in contact}
    return _org(org, counts) | extras | {"children": [_org(child, counts) for child in children]}


def _org(org: Org, counts: dict[str, Counter[Health]]) -> dict[str, Any]:
    found = counts.get(org.code, Counter())
    plain = {name: getattr(org, name) for name in ("code", "name", "kind", "parent", "lat", "lon")}
    return plain | {"counts": {str(health): found[health] for health in Health}}


def _counts(call: Call, scope: Scope) -> dict[str, Counter[Health]]:
    """Counts of each org with all below it."""
    world, counts = call.site.world, dict[str, Counter[Health]]()
    for source in world.sources(scope):
        health = world.health(source, call.now)
        for org in world.inventory.orgs.path(source.key.org):
            counts.setdefault(org.code, Counter())[health] += 1
    return counts
