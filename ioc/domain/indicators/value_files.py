"""Values of indicators from a CSV file or a workbook: all of a file or nothing, each for somebody else to sign."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core import readings
from ioc.domain.dossiers.importing.workbook import first_sheet
from ioc.domain.indicators import values
from ioc.domain.indicators.catalogue import Definitions
from ioc.domain.indicators.values import ValueDraft, ValueState
from ioc.domain.inventory import OrgTree
from ioc.domain.sheets import cells, sheet
from ioc.domain.sheets.cells import BadCell, CellReader
from ioc.domain.sheets.report import ImportReport
from ioc.domain.sheets.sheet import Encoded, Given, Problems, Sheet
from ioc.domain.sheets.writing import read_rows, transaction
from ioc.platform.db import Database
from ioc.platform.db.tables import indicator_value

REQUIRED = ("indicator", "org", "period")
_NUMBERS = ("value", "numerator", "denominator", "rank", "rank_total")


def _number(text: str) -> float:
    try:
        return readings.number(text)
    except readings.Unreadable:
        raise BadCell(f"{text!r}; allowed: {readings.NUMBER}") from None


def _whole(text: str) -> int:
    found = _number(text)
    if not found.is_integer():
        raise BadCell(f"{text!r}; allowed: a whole number")
    return int(found)


COLUMNS: Mapping[str, CellReader] = {
    "indicator": cells.source_id,
    "org": cells.org_code,
    "period": cells.plain,
    "value": _number,
    "numerator": _number,
    "denominator": _number,
    "rank": _whole,
    "rank_total": _whole,
    "source": cells.plain,
    "note": cells.plain,
}


def import_values(
    db: Database, given: Given, definitions: Definitions, tree: OrgTree, now: int, today: date, *, dry_run: bool
) -> ImportReport:
    """Enter what does not stand there already; UsageError names every bad line, and in it every bad column."""
    problems = Problems()
    found = _sheet(given, problems)
    rows, lines = read_rows(found, COLUMNS, REQUIRED, lambda row: "/".join(str(row[c]) for c in REQUIRED), problems)
    drafts: dict[str, ValueDraft] = {}
    for name, row in rows.items():
        draft = _draft(definitions, tree, row)
        if isinstance(draft, str):
            problems.add(lines[name], draft)
            continue
        drafts[name] = draft
        of = definitions.get(draft.indicator)
        for each in values.refusals(of, draft, tree, today) if of is not None else ():
            problems.add(lines[name], f"{each.field}: {each.reason}; allowed: {each.allowed}")
    problems.raise_if_any(found.origin)
    with transaction(db, dry_run) as conn:
        new = {name: draft for name, draft in drafts.items() if not _stands(conn, draft)}
        for draft in () if dry_run else new.values():
            of = definitions.get(draft.indicator)
            if of is not None:
                values.enter(conn, of, definitions.version(of.id), draft, "cli", now)
    return ImportReport("indicator values", dry_run, tuple(new), {}, len(drafts) - len(new))


def _draft(definitions: Definitions, tree: OrgTree, row: Mapping[str, Any]) -> ValueDraft | str:
    """What is wrong with it, where it cannot be one."""
    of = definitions.get(str(row["indicator"]))
    if of is None:
        return f"indicator: {row['indicator']!r} is not in the catalogue"
    if row["org"] not in tree:
        return f"org: {row['org']!r} is not in the tree; import it first"
    if row.get("value") is not None and row.get("numerator") is not None:
        return "value: allowed: value, or numerator and denominator"
    try:
        period = readings.period(str(row["period"]), of.cadence)
    except readings.Unreadable:
        return f"period: {row['period']!r}; allowed: a {of.cadence.value}, as {of.id} has it"
    told = {name: row.get(name) for name in (*_NUMBERS, "source", "note")}
    return ValueDraft(indicator=of.id, org=str(row["org"]), period=period.text, **told)


def _stands(conn: Connection, draft: ValueDraft) -> bool:
    """The newest of its period that was not refused says the same."""
    t = indicator_value.c
    mine = sa.select(indicator_value).where(
        t.indicator == draft.indicator, t.org == draft.org, t.period == draft.period, t.state != ValueState.REFUSED
    )
    newest = conn.execute(mine.order_by(t.id.desc()).limit(1)).mappings().one_or_none()
    if newest is None:
        return False
    names = ("numerator", "denominator", "rank", "rank_total")
    same = all(newest[name] == getattr(draft, name) for name in names)
    return same and (draft.value is None or newest["value"] == draft.value)


def _sheet(given: Given, problems: Problems) -> Sheet:
    path = given.path if isinstance(given, Encoded) else given
    if isinstance(path, Path) and path.suffix.lower() == ".xlsx":
        return _of_workbook(path, problems)
    return sheet.read(given, REQUIRED, tuple(COLUMNS), problems)


def _of_workbook(path: Path, problems: Problems) -> Sheet:
    """The first sheet, read like a CSV file; a cell that is a number has one reading."""
    lines = [(number, [_text(cell) for cell in row]) for number, row in first_sheet(path, str(path)).rows]
    widest = max((len(row) for _, row in lines), default=0)
    full = ((number, row + [""] * (widest - len(row))) for number, row in lines)
    return sheet.of_records(str(path), full, REQUIRED, tuple(COLUMNS), problems)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, int | float):
        return readings.spelled(float(cell))
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)
