"""The root of a view of the org tree, and the clock of its instants."""

from zoneinfo import ZoneInfo

from ioc.domain.inventory import OrgTree, Scope
from ioc.domain.inventory.orgs import DEFAULT_TZ


def home(orgs: OrgTree, scope: Scope) -> str | None:
    """The org a caller's view begins at: the root of the scope, or the only root of the whole tree."""
    roots = orgs.roots()
    if scope.root is None and len(roots) == 1:
        return roots[0].code
    return scope.root if scope.root in scope.codes else None


def zone(orgs: OrgTree, org: str | None) -> ZoneInfo:
    """The time zone of an org, or of the tree's first root."""
    roots = orgs.roots()
    code = org if org is not None and org in orgs else roots[0].code if roots else None
    return ZoneInfo(DEFAULT_TZ) if code is None else orgs.tz(code)
