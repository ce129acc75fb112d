"""Orgs and sources from CSV into the database: all of a file or nothing, the same file twice changes nothing."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.core.model import SourceStatus
from ioc.domain.inventory.orgs import OrgTree
from ioc.domain.inventory.units import Org
from ioc.domain.sheets import cells, sheet
from ioc.domain.sheets.cells import BadCell, CellReader
from ioc.domain.sheets.links import Lines, Record, Records, check_cycles, check_links, merge
from ioc.domain.sheets.report import ImportReport
from ioc.domain.sheets.sheet import Given, Problems
from ioc.domain.sheets.writing import close, difference, read_rows, transaction, write
from ioc.platform.db import Database
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import source as source_table

ORG_COLUMNS: Mapping[str, CellReader] = {
    "code": cells.org_code,
    "name": cells.plain,
    "kind": cells.plain,
    "parent": cells.org_code,
    "valid_from": cells.day,
    "valid_to": cells.day,
    "successor": cells.org_code,
    "tz": cells.zone,
    "head_name": cells.plain,
    "head_phone": cells.phone,
    "head_email": cells.email,
    "lat": cells.degrees(90),
    "lon": cells.degrees(180),
}


def source_columns(kinds: Collection[str]) -> Mapping[str, CellReader]:
    return {
        "org": cells.org_code,
        "kind": cells.kind(kinds),
        "source": cells.source_id,
        "name": cells.plain,
        "parent": cells.source_path(kinds),
        "interval_s": cells.interval,
        "cadence": cells.cadence,
        "hours": cells.hours,
        "cut_off": cells.clock,
        "owner": cells.plain,
        "contact": cells.plain,
        "valid_from": cells.day,
        "valid_to": cells.day,
        "replaces": cells.plain,
        "serves": cells.org_codes,
        "lat": cells.degrees(90),
        "lon": cells.degrees(180),
    }


def import_orgs(db: Database, given: Given, now: int, dry_run: bool, actor: str = "cli") -> ImportReport:
    """Add and change the orgs of a file (Path) or a CSV text, in any order of rows; UsageError names every bad line.

    A column that the file lacks leaves what is known; an empty cell clears it.
    """
    problems = Problems()
    found = sheet.read(given, ("code", "name"), tuple(ORG_COLUMNS), problems)
    rows, lines = read_rows(found, ORG_COLUMNS, ("code", "name"), lambda row: str(row["code"]), problems)
    for row in rows.values():
        if "kind" in row:
            row["kind"] = row["kind"] or ""
    with transaction(db, dry_run) as conn:
        known = _orgs(conn)
        merged = merge(known, rows)
        check_links(rows, lines, merged, ("parent", "successor"), problems)
        check_cycles(rows, lines, merged, "parent", problems)
        check_cycles(rows, lines, merged, "successor", problems)
        problems.raise_if_any(found.origin)
        report = difference("org", known, rows, dry_run)
        if not dry_run and report.changes:
            write(conn, org_table, report, merged, lambda _code, row: org_table.c.code == row["code"])
            close(db, conn, report, now, actor, found.origin)
    return report


def import_sources(
    db: Database,
    given: Given,
    kinds: Collection[str],
    now: int,
    dry_run: bool,
    actor: str = "cli",
    *,
    simulated: bool = False,
) -> ImportReport:
    """Add and change sources; what a file names is confirmed (`active`) unless it is replaced or past its `valid_to`.

    `parent` is `ORG/KIND/SOURCE`; `replaces` that, or the id of a source of the same org and kind.
    """
    problems = Problems()
    columns = source_columns(kinds)
    found = sheet.read(given, ("org", "kind", "source"), tuple(columns), problems)
    rows, lines = read_rows(found, columns, ("org", "kind", "source"), _path, problems)
    _resolve_replaced(rows, lines, cells.source_path(kinds), problems)
    with transaction(db, dry_run) as conn:
        orgs = OrgTree(Org(**row) for row in _orgs(conn).values())
        known = _sources(conn)
        merged = merge(known, rows)
        for path, row in rows.items():
            if row["org"] not in orgs:
                problems.add(lines[path], f"org: {row['org']!r} is not in the tree; import it first")
            for code in (row.get("serves") or "").split(";"):
                if code and code not in orgs:
                    problems.add(lines[path], f"serves: {code!r} is not in the tree; import it first")
        check_links(rows, lines, merged, ("parent", "replaces"), problems)
        check_cycles(rows, lines, merged, "parent", problems)
        check_cycles(rows, lines, merged, "replaces", problems)
        problems.raise_if_any(found.origin)
        rows = _with_status(rows, known, merged, orgs, now, simulated)
        report = difference("source", known, rows, dry_run)
        if not dry_run and report.changes:
            write(conn, source_table, report, merge(known, rows), _is_source)
            close(db, conn, report, now, actor, found.origin)
    return report


def _orgs(conn: Connection) -> Records:
    return {row["code"]: dict(row) for row in conn.execute(sa.select(org_table)).mappings()}


def _sources(conn: Connection) -> Records:
    rows = [dict(row) for row in conn.execute(sa.select(source_table)).mappings()]
    return {_path(row): row for row in rows}


def _path(row: Mapping[str, Any]) -> str:
    return f"{row['org']}/{row['kind']}/{row['source']}"


def _resolve_replaced(rows: Records, lines: Lines, path: Callable[[str], str], problems: Problems) -> None:
    for key, row in rows.items():
        if (replaced := row.get("replaces")) is None:
            continue
        try:
            short = f"{row['org']}/{row['kind']}/{replaced}"
            row["replaces"] = path(replaced if "/" in replaced else short)
        except BadCell:
            problems.add(lines[key], f"replaces: {replaced!r}; allowed: SOURCE or ORG/KIND/SOURCE")


def _with_status(rows: Records, known: Records, merged: Records, orgs: OrgTree, now: int, simulated: bool) -> Records:
    """The rows with their place in life; a known source that one of them replaces joins them as retired.

    A row agrees on what its source owes when it first comes in, or brings back a retired one.
    """
    replaced = {row["replaces"] for row in merged.values() if row.get("replaces")}
    decided: Records = {}
    for key, row in rows.items():
        today = local(now, orgs.tz(row["org"])).date().isoformat()
        gone = key in replaced or (merged[key].get("valid_to") or today) < today
        status = SourceStatus.RETIRED if gone else SourceStatus.ACTIVE
        before = known.get(key, {})
        agreed_at = before.get("agreed_at") if before.get("status") != SourceStatus.RETIRED else None
        decided[key] = {**row, "status": str(status), "simulated": simulated, "agreed_at": agreed_at or now}
    for key in replaced - rows.keys():
        if key in known:
            decided[key] = {"status": str(SourceStatus.RETIRED)}
    return decided


def _is_source(_path: str, row: Record) -> sa.ColumnElement[bool]:
    t = source_table.c
    return sa.and_(t.org == row["org"], t.kind == row["kind"], t.source == row["source"])
