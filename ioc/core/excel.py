"""Habits of spreadsheets and exports: formulas that hold a text, words for an empty cell, days as serial numbers."""

import re
from datetime import date, datetime, timedelta

from ioc.core.model import FIRST_YEAR, LAST_YEAR

EMPTY = frozenset({"", "null", "(null)", "\\n"})  # an empty cell as databases export it, in lower case
_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_ZERO = datetime.fromisoformat("1899-12-30")  # local, like every serial day
_DAY_S = 86_400
FIRST, AFTER = ((date(year, 1, 1) - _ZERO.date()).days for year in (FIRST_YEAR, LAST_YEAR + 1))


def bare(cell: str) -> str:
    """The text within `="H22-1"`, which keeps a spreadsheet from making a number of it; any other cell as it is."""
    found = _FORMULA.fullmatch(cell)
    return cell if found is None else found[1].replace('""', '"')


def from_serial(number: float) -> datetime:
    """Local time of a serial day, 1 being the first of 1900, to the second."""
    return _ZERO + timedelta(seconds=round(number * _DAY_S))
