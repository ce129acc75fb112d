"""Special days from CSV into the database: all of a file or nothing, the same file twice changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.calendar.days import DayKind
from ioc.domain.sheets import cells, sheet
from ioc.domain.sheets.cells import BadCell, CellReader
from ioc.domain.sheets.links import Lines, Record, Records, merge
from ioc.domain.sheets.report import ImportReport
from ioc.domain.sheets.sheet import Given, Problems
from ioc.domain.sheets.writing import close, difference, read_rows, transaction, write
from ioc.platform.db import Database
from ioc.platform.db.tables import calendar_day, org

REQUIRED = ("org", "date", "kind")


def _kind(text: str) -> str:
    if text not in tuple(DayKind):
        raise BadCell(f"{text!r}; allowed: {', '.join(DayKind)}")
    return text


COLUMNS: Mapping[str, CellReader] = {
    "org": cells.org_code,
    "date": cells.day,
    "kind": _kind,
    "periods": cells.periods,
    "note": cells.plain,
    "source": cells.plain,
}


@dataclass(frozen=True, slots=True)
class DaysChange:
    """The days of the orgs that are worked otherwise from now on, and `rows`: all special days as they will be."""

    orgs: frozenset[str]
    first: date
    last: date
    rows: Records


class Effect(Protocol):
    """Consequences of a change, carried out in its transaction or (`dry_run`) only foretold; lines for the report."""

    def __call__(self, conn: Connection, change: DaysChange, *, dry_run: bool) -> tuple[str, ...]: ...


def import_days(
    db: Database, given: Given, now: int, dry_run: bool, actor: str = "cli", effect: Effect | None = None
) -> ImportReport:
    """Add and change the special days of a file (Path) or a CSV text; UsageError names every bad line.

    A column that the file lacks leaves what is known; an empty cell clears it.
    """
    problems = Problems()
    found = sheet.read(given, REQUIRED, tuple(COLUMNS), problems)
    rows, lines = read_rows(found, COLUMNS, REQUIRED, _name, problems)
    _check_periods(rows, lines, problems)
    with transaction(db, dry_run) as conn:
        orgs = set(conn.scalars(sa.select(org.c.code)))
        for name, row in rows.items():
            if row["org"] not in orgs:
                problems.add(lines[name], f"org: {row['org']!r} is not in the tree; import it first")
        problems.raise_if_any(found.origin)
        known = _known(conn)
        report = difference("calendar", known, rows, dry_run)
        if not dry_run and report.changes:
            write(conn, calendar_day, report, merge(known, rows), _is_day)
            close(db, conn, report, now, actor, found.origin)
        change = _change(report, merge(known, rows))
        if effect is not None and change is not None:
            report = replace(report, notes=effect(conn, change, dry_run=dry_run))
    return report


def _change(report: ImportReport, rows: Records) -> DaysChange | None:
    """None where nothing but words has changed."""
    keys = [*report.added, *(key for key, fields in report.changed.items() if fields.keys() & {"kind", "periods"})]
    if not keys:
        return None
    days = [date.fromisoformat(rows[key]["date"]) for key in keys]
    return DaysChange(frozenset(rows[key]["org"] for key in keys), min(days), max(days), rows)


def _check_periods(rows: Records, lines: Lines, problems: Problems) -> None:
    for name, row in rows.items():
        if row["kind"] == DayKind.OFF:
            if row.get("periods") is not None:
                problems.add(lines[name], "periods: a day off has none")
            row["periods"] = None


def _known(conn: Connection) -> Records:
    rows = (dict(row) for row in conn.execute(sa.select(calendar_day)).mappings())
    return {_name(row): row for row in rows}


def _name(row: Record) -> str:
    return f"{row['org']}/{row['date']}"


def _is_day(_name: str, row: Record) -> sa.ColumnElement[bool]:
    return sa.and_(calendar_day.c.org == row["org"], calendar_day.c.date == row["date"])
