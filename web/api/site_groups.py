"""Groups of sites that are called together: those of people, by org and name."""

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain.meetings import sites
from ioc.platform.db import Database
from ioc.platform.db.tables import site_group
from web.boundary.answers import Page
from web.boundary.call import Call
from web.boundary.ports import Offloads, Reads
from web.boundary.route import V1, Route


class SiteGroupBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`members`: ORG/SOURCE, ORG, ORG/*, @commune and the like; no other group of people's."""

    org: str
    name: str
    members: list[str]


class SiteGroup(Struct, frozen=True, kw_only=True):
    """`sites`: how many endpoints it means now."""

    org: str
    name: str
    members: list[str]
    sites: int


def every(call: Call, records: Reads) -> Page[SiteGroup]:
    def read(conn: Connection) -> list[SiteGroup]:
        rows = conn.execute(sa.select(site_group).order_by(site_group.c.org, site_group.c.name))
        return [_shown(call, row.org, row.name, row.members) for row in rows if row.org in call.scope]

    return call.part.of(records.read(read), lambda one: one)


def save(call: Call, body: SiteGroupBody, db: Database, off: Offloads) -> SiteGroup:
    if body.org not in call.scope or body.org not in call.orgs:
        raise IocError(Code.UNKNOWN_ORG, f"org {body.org!r} is not in the tree", org=body.org)
    off.offload(sites.save_group, db, call.inventory, body.org, body.name, body.members, call.actor, call.now)
    return _shown(call, body.org, body.name, body.members)


def remove(call: Call, db: Database, off: Offloads) -> None:
    org, name = call.path["org"], call.path["name"]
    if org not in call.scope or not off.offload(sites.remove_group, db, org, name, call.actor, call.now):
        raise IocError(Code.NOT_FOUND, f"there is no group {name!r} of {org!r}")


def _shown(call: Call, org: str, name: str, members: list[str]) -> SiteGroup:
    try:
        found = len(sites.expand(call.inventory, org, members, {}))
    except IocError:  # a member has left the inventory since
        found = 0
    return SiteGroup(org=org, name=name, members=members, sites=found)


_PATH = f"{V1}/site-groups"
_REFUSED = (Code.UNKNOWN_ORG, Code.BAD_SITE, Code.BAD_VALUE)
ROUTES = (
    Route("GET", _PATH, Role.LEADER, every, "Groups of sites"),
    Route("POST", _PATH, Role.OPERATOR, save, "Save a group of sites", _REFUSED),
    Route("DELETE", f"{_PATH}/<org>/<name>", Role.OPERATOR, remove, "Remove a group", (Code.NOT_FOUND,), 204),
)
