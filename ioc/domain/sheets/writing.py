"""Steps of every import: rows read along their columns, the difference to the records, the end of it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.sheets import cells
from ioc.domain.sheets.cells import BadCell, CellReader, Value
from ioc.domain.sheets.links import Lines, Record, Records
from ioc.domain.sheets.report import Change, ImportReport
from ioc.domain.sheets.sheet import Problems, Sheet
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.meta import Fact, bump

Where = Callable[[str, Record], sa.ColumnElement[bool]]


def transaction(db: Database, dry_run: bool) -> AbstractContextManager[Connection]:
    """A dry run cannot write by mistake."""
    return db.read() if dry_run else db.write()


def read_rows(
    found: Sheet,
    columns: Mapping[str, CellReader],
    required: Iterable[str],
    name: Callable[[Record], str],
    problems: Problems,
) -> tuple[Records, Lines]:
    """The rows by their `name`, each with its line; what cannot be read is added to the problems."""
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


def difference(what: str, known: Records, rows: Records, dry_run: bool) -> ImportReport:
    """The additions and changes of the rows; a column they lack changes nothing."""
    changed: dict[str, dict[str, Change]] = {}
    for key, row in rows.items():
        if key in known:
            fields = {name: (known[key][name], value) for name, value in row.items() if known[key][name] != value}
            if fields:
                changed[key] = fields
    added = tuple(key for key in rows if key not in known)
    return ImportReport(what, dry_run, added, changed, len(rows) - len(added) - len(changed))


def write(conn: Connection, table: sa.Table, report: ImportReport, merged: Records, where: Where) -> None:
    """Carry a report out; `where` finds the row of a key."""
    if report.added:
        conn.execute(sa.insert(table), [merged[key] for key in report.added])
    for key, fields in report.changed.items():
        values: dict[str, Value] = {name: after for name, (_before, after) in fields.items()}
        conn.execute(sa.update(table).where(where(key, merged[key])).values(values))


def close(db: Database, conn: Connection, report: ImportReport, now: int, actor: str, origin: str) -> None:
    """The trace of an import: a new revision for the readers and a line in the audit."""
    bump(db, conn, Fact.INVENTORY_REV)
    detail = {
        "added": len(report.added),
        "changed": {key: [*fields] for key, fields in report.changed.items()},
        "unchanged": report.unchanged,
    }
    audit.record(conn, now, actor, f"{report.what}.import", origin, detail)
