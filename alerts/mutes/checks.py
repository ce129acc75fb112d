"""What a person may mute: a match that means nothing there is, or more than theirs, is refused with what is allowed."""

from collections.abc import Collection

from ioc.config.alerting import MuteMatch
from ioc.core.errors import Code, IocError
from ioc.domain.inventory import Inventory, Scope


def check(match: MuteMatch, inventory: Inventory, kinds: Collection[str], rules: Collection[str]) -> None:
    """`unknown_org`, or `invalid_value` with the key and what is allowed."""
    if match.org is not None and match.org not in inventory.orgs:
        raise IocError(Code.UNKNOWN_ORG, f"org {match.org!r} is not in the tree", org=match.org)
    _one_of("kind", match.kind, kinds)
    _one_of("rule", match.rule, rules)
    reach = inventory.orgs.reach(match.org)
    sources = (key for key in inventory.sources if key.org in reach and match.kind in (None, key.kind))
    if match.source is not None and all(key.source != match.source for key in sources):
        where = "/".join(filter(None, (match.org, match.kind)))
        raise _refused("source", f"no source {match.source!r} in {where or 'the tree'}")


def lies_in(match: MuteMatch, inventory: Inventory, scope: Scope) -> bool:
    """True where it means nothing outside a scope: then who sees that may change it."""
    if match.org is None:
        return scope.root is None or scope.codes >= inventory.orgs.by_code.keys()
    return inventory.orgs.reach(match.org).codes <= scope.codes


def touches(match: MuteMatch, inventory: Inventory, scope: Scope) -> bool:
    """True where it may hold back an alert in a scope: then who sees that should know."""
    return match.org is None or not inventory.orgs.reach(match.org).codes.isdisjoint(scope.codes)


def _one_of(name: str, value: str | None, known: Collection[str]) -> None:
    if value is not None and value not in known:
        raise _refused(name, f"{value!r}; allowed: {', '.join(sorted(known)) or 'none is defined'}")


def _refused(name: str, why: str) -> IocError:
    return IocError(Code.INVALID_VALUE, f"match.{name}: {why}", name=f"match.{name}", detail=f"match.{name}: {why}")
