"""Orgs and sources from CSV into the database: all of a file or nothing, the same file twice changes nothing."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc import audit
from ioc.clock import local
from ioc.db import Database
from ioc.db.tables import org as org_table
from ioc.db.tables import source as source_table
from ioc.inventory import cells, sheet
from ioc.inventory.cells import BadCell, CellReader, Value
from ioc.inventory.links import Lines, Record, Records, check_cycles, check_links, merge
from ioc.inventory.orgs import Org, OrgTree
from ioc.inventory.report import Change, ImportReport
from ioc.inventory.sheet import Problems, Sheet
from ioc.meta import Fact, bump
from ioc.model import SourceStatus

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
    "head_phone": cells.plain,
    "head_email": cells.email,
    "lat": cells.degrees(90),
    "lon": cells.degrees(180),
}
SOURCE_COLUMNS: Mapping[str, CellReader] = {
    "org": cells.org_code,
    "kind": cells.kind,
    "source": cells.source_id,
    "name": cells.plain,
    "parent": cells.source_path,
    "interval_s": cells.interval,
    "hours": cells.hours,
    "cut_off": cells.clock,
    "owner": cells.plain,
    "contact": cells.plain,
    "valid_from": cells.day,
    "valid_to": cells.day,
    "replaces": cells.plain,
    "lat": cells.degrees(90),
    "lon": cells.degrees(180),
}


def import_orgs(db: Database, given: Path | str, now: int, dry_run: bool, actor: str = "cli") -> ImportReport:
    """Add and change the orgs of a file (Path) or a CSV text, in any order of rows; UsageError names every bad line.

    A column that the file lacks leaves what is known; an empty cell clears it.
    """
    problems = Problems()
    found = sheet.read(given, ("code", "name"), tuple(ORG_COLUMNS), problems)
    rows, lines = _read_rows(found, ORG_COLUMNS, ("code", "name"), lambda row: str(row["code"]), problems)
    for row in rows.values():
        if "kind" in row:
            row["kind"] = row["kind"] or ""
    with _transaction(db, dry_run) as conn:
        known = _orgs(conn)
        merged = merge(known, rows)
        check_links(rows, lines, merged, ("parent", "successor"), problems)
        check_cycles(rows, lines, merged, "parent", problems)
        check_cycles(rows, lines, merged, "successor", problems)
        problems.raise_if_any(found.origin)
        report = _difference("org", known, rows, dry_run)
        if not dry_run and report.changes:
            _write(conn, org_table, report, merged, lambda _code, row: org_table.c.code == row["code"])
            _close(db, conn, report, now, actor, found.origin)
    return report


def import_sources(
    db: Database, given: Path | str, now: int, dry_run: bool, actor: str = "cli", *, simulated: bool = False
) -> ImportReport:
    """Add and change sources; what a file names is confirmed (`active`) unless it is replaced or past its `valid_to`.

    `parent` is `ORG/KIND/SOURCE`; `replaces` that, or the id of a source of the same org and kind.
    """
    problems = Problems()
    found = sheet.read(given, ("org", "kind", "source"), tuple(SOURCE_COLUMNS), problems)
    rows, lines = _read_rows(found, SOURCE_COLUMNS, ("org", "kind", "source"), _path, problems)
    _resolve_replaced(rows, lines, problems)
    with _transaction(db, dry_run) as conn:
        orgs = OrgTree(Org(**row) for row in _orgs(conn).values())
        known = _sources(conn)
        merged = merge(known, rows)
        for path, row in rows.items():
            if row["org"] not in orgs:
                problems.add(lines[path], f"org: {row['org']!r} is not in the tree; import it first")
        check_links(rows, lines, merged, ("parent", "replaces"), problems)
        check_cycles(rows, lines, merged, "parent", problems)
        check_cycles(rows, lines, merged, "replaces", problems)
        problems.raise_if_any(found.origin)
        rows = _with_status(rows, known, merged, orgs, now, simulated)
        report = _difference("source", known, rows, dry_run)
        if not dry_run and report.changes:
            _write(conn, source_table, report, merge(known, rows), _is_source)
            _close(db, conn, report, now, actor, found.origin)
    return report


def _transaction(db: Database, dry_run: bool) -> AbstractContextManager[Connection]:
    return db.read() if dry_run else db.write()


def _read_rows(
    found: Sheet,
    columns: Mapping[str, CellReader],
    required: Iterable[str],
    name: Callable[[Record], str],
    problems: Problems,
) -> tuple[Records, Lines]:
    rows: Records = {}
    lines: Lines = {}
    for row in found.rows:
        try:
            values = cells.read_row(row.cells, columns, frozenset(required))
        except BadCell as bad:
            problems.add(row.line, str(bad))
            continue
        key = name(values)
        if key in rows:
            problems.add(row.line, f"{key} already stands on line {lines[key]}")
        rows[key], lines[key] = values, row.line
    return rows, lines


def _orgs(conn: Connection) -> Records:
    return {row["code"]: dict(row) for row in conn.execute(sa.select(org_table)).mappings()}


def _sources(conn: Connection) -> Records:
    rows = [dict(row) for row in conn.execute(sa.select(source_table)).mappings()]
    return {_path(row): row for row in rows}


def _path(row: Mapping[str, Any]) -> str:
    return f"{row['org']}/{row['kind']}/{row['source']}"


def _resolve_replaced(rows: Records, lines: Lines, problems: Problems) -> None:
    for key, row in rows.items():
        if (replaced := row.get("replaces")) is None:
            continue
        try:
            short = f"{row['org']}/{row['kind']}/{replaced}"
            row["replaces"] = cells.source_path(replaced if "/" in replaced else short)
        except BadCell:
            problems.add(lines[key], f"replaces: {replaced!r}; allowed: SOURCE or ORG/KIND/SOURCE")


def _with_status(rows: Records, known: Records, merged: Records, orgs: OrgTree, now: int, simulated: bool) -> Records:
    """The rows with their place in life; a known source that one of them replaces joins them as retired."""
    replaced = {row["replaces"] for row in merged.values() if row.get("replaces")}
    decided: Records = {}
    for key, row in rows.items():
        today = local(now, orgs.tz(row["org"])).date().isoformat()
        gone = key in replaced or (merged[key].get("valid_to") or today) < today
        status = SourceStatus.RETIRED if gone else SourceStatus.ACTIVE
        decided[key] = {**row, "status": str(status), "simulated": simulated}
    for key in replaced - rows.keys():
        if key in known:
            decided[key] = {"status": str(SourceStatus.RETIRED)}
    return decided


def _difference(what: str, known: Records, rows: Records, dry_run: bool) -> ImportReport:
    changed: dict[str, dict[str, Change]] = {}
    for key, row in rows.items():
        if key in known:
            fields = {name: (known[key][name], value) for name, value in row.items() if known[key][name] != value}
            if fields:
                changed[key] = fields
    added = tuple(key for key in rows if key not in known)
    return ImportReport(what, dry_run, added, changed, len(rows) - len(added) - len(changed))


Where = Callable[[str, Record], sa.ColumnElement[bool]]


def _write(conn: Connection, table: sa.Table, report: ImportReport, merged: Records, where: Where) -> None:
    if report.added:
        conn.execute(sa.insert(table), [merged[key] for key in report.added])
    for key, fields in report.changed.items():
        values: dict[str, Value] = {name: after for name, (_before, after) in fields.items()}
        conn.execute(sa.update(table).where(where(key, merged[key])).values(values))


def _is_source(_path: str, row: Record) -> sa.ColumnElement[bool]:
    t = source_table.c
    return sa.and_(t.org == row["org"], t.kind == row["kind"], t.source == row["source"])


def _close(db: Database, conn: Connection, report: ImportReport, now: int, actor: str, origin: str) -> None:
    """What every import leaves behind: a new revision for the readers and a line in the audit."""
    bump(db, conn, Fact.INVENTORY_REV)
    detail = {
        "added": len(report.added),
        "changed": {key: [*fields] for key, fields in report.changed.items()},
        "unchanged": report.unchanged,
    }
    audit.record(conn, now, actor, f"{report.what}.import", origin, detail)
