"""Which endpoints a meeting is to have: named one by one, by unit, or by a group of sites."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import site_group

KIND = "vc"
ALLOWED = "ORG/SOURCE, ORG, ORG/* (with all below it), @KIND such as @commune, @all, or @NAME of a group"
MOST = 2_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ALL = "all"

Groups = Mapping[str, Sequence[str]]


def expand(inventory: Inventory, org: str, entries: Iterable[str], groups: Groups) -> tuple[SourceKey, ...]:
    """Every endpoint once, in order; IocError `unknown_site` names the first entry that means none."""
    found: dict[SourceKey, None] = {}
    for entry in entries:
        keys = list(_endpoints(inventory, org, entry.strip(), groups))
        if not keys:
            raise IocError(Code.BAD_SITE, f"{entry!r} names no endpoint; allowed: {ALLOWED}", site=entry)
        found |= dict.fromkeys(keys)
    if len(found) > MOST:
        raise IocError(Code.BAD_VALUE, f"{len(found)} sites: at most {MOST}", name="sites", detail=f"<= {MOST}")
    return tuple(found)


def endpoint(site: str) -> SourceKey:
    """The one that a roster calls ORG/SOURCE."""
    org, _, source = site.partition("/")
    return SourceKey(org, KIND, source)


def groups_of(conn: Connection, codes: Iterable[str]) -> dict[str, list[str]]:
    """The groups of these orgs by name; of two of one name that of the first org counts."""
    t = site_group.c
    ranks = {code: rank for rank, code in enumerate(codes)}
    rows = conn.execute(sa.select(site_group).where(t.org.in_(ranks)))
    return {row.name: row.members for row in sorted(rows, key=lambda row: -ranks[row.org])}


def save_group(
    db: Database, inventory: Inventory, org: str, name: str, members: Sequence[str], actor: str, now: int
) -> bool:
    """True where it is new. A group holds no other group of people's."""
    if _NAME.fullmatch(name) is None or name in _built_in(inventory):
        detail = f"1-64 characters of A-Z a-z 0-9 _ -, and none of {', '.join(sorted(_built_in(inventory)))}"
        raise IocError(Code.BAD_VALUE, f"name {name!r}: {detail}", name="name", detail=detail)
    expand(inventory, org, members, {})
    t = site_group.c
    with db.write() as conn:
        known = conn.scalar(sa.select(sa.func.count()).where(t.org == org, t.name == name))
        row = {"org": org, "name": name, "members": list(members)}
        insert = db.upsert(site_group).values(**row)
        conn.execute(insert.on_conflict_do_update(index_elements=["org", "name"], set_={"members": list(members)}))
        audit.record(conn, now, actor, "site_group_saved", name, {"members": list(members)}, org)
    return not known


def remove_group(db: Database, org: str, name: str, actor: str, now: int) -> bool:
    """False where there is none."""
    t = site_group.c
    with db.write() as conn:
        gone = conn.execute(sa.delete(site_group).where(t.org == org, t.name == name)).rowcount == 1
        if gone:
            audit.record(conn, now, actor, "site_group_removed", name, {}, org)
    return gone


def _endpoints(inventory: Inventory, org: str, entry: str, groups: Groups) -> Iterator[SourceKey]:
    if entry.startswith("@"):
        yield from _group(inventory, org, entry[1:], groups)
        return
    code, _, source = entry.partition("/")
    if source == "*":
        yield from _in(inventory, inventory.orgs.scope(code).codes if code in inventory.orgs else ())
    elif source:
        key = SourceKey(code, KIND, source)
        yield from (key,) if key in inventory.sources else ()
    else:
        yield from _in(inventory, inventory.orgs.own(code) if code in inventory.orgs else ())


def _group(inventory: Inventory, org: str, name: str, groups: Groups) -> Iterator[SourceKey]:
    if name in groups:
        for member in groups[name]:
            yield from _endpoints(inventory, org, member, {})
        return
    below = inventory.orgs.scope(org).codes
    yield from _in(inventory, {one.code for one in inventory.orgs if one.code in below and name in (_ALL, one.kind)})


def _in(inventory: Inventory, codes: Iterable[str]) -> Iterator[SourceKey]:
    """Those that count: neither pending nor retired."""
    wanted = set(codes)
    found = (one for key, one in sorted(inventory.sources.items()) if key.kind == KIND and key.org in wanted)
    return (one.key for one in found if one.counts)


def _built_in(inventory: Inventory) -> set[str]:
    return {_ALL, *(one.kind for one in inventory.orgs if one.kind)}
