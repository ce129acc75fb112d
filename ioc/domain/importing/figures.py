"""Entries from CSV: a line a figure, those of one feed and period are one entry; all of a file or nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.domain.figures.entries import Draft, EntryState, enter, entries, known
from ioc.domain.sheets import cells, sheet
from ioc.domain.sheets.cells import BadCell, CellReader
from ioc.domain.sheets.report import ImportReport
from ioc.domain.sheets.sheet import Given, Problems
from ioc.domain.sheets.writing import read_rows, transaction
from ioc.platform.db import Database
from ioc.platform.db.tables import org

REQUIRED = ("org", "source", "period", "name", "value")


def _number(text: str) -> float:
    """As people write it: a comma may stand for the point."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadCell(f"{text!r}; allowed: a number")
    return value


COLUMNS: Mapping[str, CellReader] = {
    "org": cells.org_code,
    "source": cells.source_id,
    "period": cells.plain,
    "name": cells.plain,
    "value": _number,
    "note": cells.plain,
}


@dataclass(slots=True)
class _Group:
    line: int
    values: dict[str, float]
    note: str | None


def import_figures(
    db: Database, given: Given, now: int, today: date, dry_run: bool, actor: str = "cli"
) -> ImportReport:
    """Enter what is not entered yet, for somebody else to sign off; UsageError names every bad line."""
    problems = Problems()
    found = sheet.read(given, REQUIRED, tuple(COLUMNS), problems)
    rows, lines = read_rows(found, COLUMNS, REQUIRED, lambda row: "/".join(str(row[c]) for c in REQUIRED[:4]), problems)
    groups: dict[tuple[str, str, str], _Group] = {}
    for name, row in rows.items():
        key = str(row["org"]), str(row["source"]), str(row["period"])
        group = groups.setdefault(key, _Group(lines[name], {}, None))
        group.values[str(row["name"])] = float(row["value"] or 0)
        group.note = group.note or (None if row.get("note") is None else str(row["note"]))
    drafts = {key: Draft(*key, group.values, group.note) for key, group in groups.items()}
    with transaction(db, dry_run) as conn:
        for key, draft in drafts.items():
            for field, allowed in draft.problems(today, known(conn, draft)):
                problems.add(groups[key].line, f"{field}: allowed: {allowed}")
        _check_orgs(conn, drafts, groups, problems)
        problems.raise_if_any(found.origin)
        new = [draft for draft in drafts.values() if draft.values != _last(conn, draft)]
        for draft in () if dry_run else new:
            enter(conn, draft, actor, now)
    added = tuple("/".join(draft.key) for draft in new)
    return ImportReport("figures", dry_run, added, {}, len(drafts) - len(new))


def _check_orgs(
    conn: Connection,
    drafts: Mapping[tuple[str, str, str], Draft],
    groups: Mapping[tuple[str, str, str], _Group],
    problems: Problems,
) -> None:
    codes = set(conn.scalars(sa.select(org.c.code)))
    for key, draft in drafts.items():
        if draft.org not in codes:
            problems.add(groups[key].line, f"org: {draft.org!r} is not in the tree; import it first")


def _last(conn: Connection, draft: Draft) -> dict[str, float] | None:
    """The newest entry of that feed and period that was not refused."""
    mine = (row for row in entries(conn, [draft.org]) if (row["source"], row["period"]) == draft.key[1:])
    return next((dict(row["values"]) for row in mine if row["state"] != EntryState.REFUSED), None)
