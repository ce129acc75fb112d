"""Whom a reform of the tree concerns: everything that names an org which ends, and what becomes of it."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.model import SourceStatus
from ioc.domain.inventory.orgs import OrgTree
from ioc.domain.inventory.units import Org
from ioc.domain.reform.plan import Reform
from ioc.platform.db.tables import calendar_day, dossier, source, token, user


def concerned(settings: Settings, conn: Connection, tree: OrgTree, reform: Reform) -> list[str]:
    """For a terminal: the orgs first, then for each one that ends whatever names it."""
    lines = [*_orgs(tree, reform)]
    for code, successor in reform.closed.items():
        becomes = "keeps what it had on its last day" if successor is None else f"follows to {successor}"
        lines += (f"  {line}" for line in _named(settings, conn, code, reform.eve, becomes))
    return lines


def _orgs(tree: OrgTree, reform: Reform) -> Iterator[str]:
    for code, successor in reform.closed.items():
        then = f"then {successor}" if successor else "no successor"
        yield f"- {code} ({tree.by_code[code].name}): last day {reform.eve}, {then}"
    for org in reform.added.values():
        yield f"+ {org.code} ({org.name}): {org.kind or 'org'} below {org.parent or 'nothing'}"
    for code, after in reform.changed.items():
        yield from (f"~ {code} {name}: {old} -> {new}" for name, old, new in _fields(tree.by_code[code], after))


def _fields(before: Org, after: Org) -> Iterator[tuple[str, str, str]]:
    for name in ("name", "kind", "parent"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, old or "(none)", new or "(none)"


def _named(settings: Settings, conn: Connection, code: str, eve: str, becomes: str) -> Iterator[str]:
    for kind, n in _sources(conn, code):
        yield f"{code}: {n} of kind {kind} keep address and history, counted for what stands for {code}"
    for name, role in conn.execute(sa.select(user.c.name, user.c.role).where(user.c.org == code, ~user.c.disabled)):
        yield f"user {name} ({role}, {code}): {becomes}"
    living = sa.select(token.c.name, token.c.role).where(token.c.org == code, token.c.revoked_at.is_(None))
    for name, role in conn.execute(living):
        yield f"token {name} ({role}, {code}): {becomes}"
    for number, route in enumerate(settings.route, 1):
        if route.org == code:
            yield f"route {number} ({', '.join(route.receivers)}, {code}): {becomes}"
    yield from (f"rule {rule.id} ({code}): {becomes}" for rule in settings.rule if rule.org == code)
    if days := _count(conn, calendar_day, calendar_day.c.org == code, calendar_day.c.date > eve):
        yield f"{code}: {days} special days after {eve} stay with its own sources and dossiers"
    if open_ := _count(conn, dossier, dossier.c.receiving_org == code, dossier.c.is_open):
        yield f"{code}: {open_} open dossiers count for what stands for it"


def _sources(conn: Connection, code: str) -> Iterator[tuple[str, int]]:
    counted = sa.select(source.c.kind, sa.func.count()).where(source.c.org == code)
    query = counted.where(source.c.status != SourceStatus.RETIRED).group_by(source.c.kind).order_by(source.c.kind)
    yield from ((kind, n) for kind, n in conn.execute(query))


def _count(conn: Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0
