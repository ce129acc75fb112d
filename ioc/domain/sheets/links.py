"""Links between rows: targets that must exist, circles that must not."""

from collections.abc import Iterable
from typing import Any

from ioc.domain.sheets.sheet import Problems

Record = dict[str, Any]  # columns of a table; those absent from the file are left as they are
Records = dict[str, Record]  # by org code, or by ORG/KIND/SOURCE
Lines = dict[str, int]


def merge(known: Records, rows: Records) -> Records:
    """The inventory as it will be."""
    return {**known, **{key: {**known.get(key, {}), **row} for key, row in rows.items()}}


def check_links(rows: Records, lines: Lines, merged: Records, columns: Iterable[str], problems: Problems) -> None:
    for column in columns:
        for key, row in rows.items():
            target = row.get(column)
            if target is not None and target not in merged:
                problems.add(lines[key], f"{column}: {target!r} is neither in the file nor known")


def check_cycles(rows: Records, lines: Lines, merged: Records, column: str, problems: Problems) -> None:
    for key in rows:
        seen = [key]
        current = merged[key].get(column)
        while current in merged and current not in seen:
            seen.append(current)
            current = merged[current].get(column)
        if current == key:
            problems.add(lines[key], f"{column}: goes round in a circle: {' -> '.join([*seen, key])}")
