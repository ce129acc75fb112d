"""Carrying a reform of the tree out: all of it in one transaction, with the audit, or nothing but a look."""

from collections.abc import Callable
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.inventory.orgs import OrgTree
from ioc.domain.inventory.records import load_orgs
from ioc.domain.inventory.units import LAST_DAY, Org
from ioc.domain.reform.plan import Reform
from ioc.domain.sheets.writing import transaction
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import org_past
from ioc.platform.meta import Fact, bump

Plan = Callable[[OrgTree], Reform]
Look = Callable[[Connection, OrgTree, Reform], list[str]]


def carry_out(
    db: Database, plan: Plan, look: Look, verb: str, now: int, dry_run: bool, actor: str = "cli"
) -> list[str]:
    """Think a reform through on the tree as it is written, and write it unless `dry_run`; what `look` says of it."""
    with transaction(db, dry_run) as conn:
        tree = load_orgs(conn, LAST_DAY)
        reform = plan(tree)
        lines = look(conn, tree, reform)
        if not dry_run:
            _write(db, conn, tree, reform)
            bump(db, conn, Fact.INVENTORY_REV)
            audit.record(conn, now, actor, f"org.{verb}", _subject(reform), _detail(reform))
    return lines


def _write(db: Database, conn: Connection, tree: OrgTree, reform: Reform) -> None:
    for org in reform.added.values():
        conn.execute(sa.insert(org_table).values(asdict(org)))
    for code, changed in reform.changed.items():
        before = tree.by_code[code]
        if before.begun_by(reform.eve):
            _remember(db, conn, before, reform.eve)
        values = {"name": changed.name, "kind": changed.kind, "parent": changed.parent}
        conn.execute(sa.update(org_table).where(org_table.c.code == code).values(values))
    for code, successor in reform.closed.items():
        values = {"valid_to": reform.eve, "successor": successor}
        conn.execute(sa.update(org_table).where(org_table.c.code == code).values(values))


def _remember(db: Database, conn: Connection, before: Org, eve: str) -> None:
    """Of two changes on one day the first knows what was before."""
    insert = db.upsert(org_past).values(
        code=before.code, until=eve, name=before.name, kind=before.kind, parent=before.parent
    )
    conn.execute(insert.on_conflict_do_nothing(index_elements=["code", "until"]))


def _subject(reform: Reform) -> str:
    heirs = dict.fromkeys(heir for heir in reform.closed.values() if heir is not None)
    return " ".join([*(reform.closed or reform.changed), *(f"-> {heir}" for heir in heirs)])


def _detail(reform: Reform) -> dict[str, object]:
    return {"on": reform.on} | {name: list(getattr(reform, name)) for name in ("closed", "added", "changed")}
