"""A day in a list of people, as it was typed or as a spreadsheet made it."""

import re
from datetime import date

from ioc.core import excel
from ioc.core.model import LAST_YEAR

_FIRST_YEAR = 1900  # a unit may be older than what is told of it
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<part>[-/.]?)(?P<month>\d\d)(?P=part)(?P<day>\d\d)", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?P<part>[-/.])(?P<month>\d{1,2})(?P=part)(?P<year>\d{4})", re.ASCII)
_SERIAL = re.compile(r"\d{5}", re.ASCII)


def read_day(text: str) -> date:
    """ValueError where there is no certain reading, or it is none of our time."""
    if _SERIAL.fullmatch(text) and excel.FIRST <= int(text) < excel.AFTER:
        found = excel.from_serial(int(text)).date()
    elif (match := _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)) is not None:
        found = date(int(match["year"]), int(match["month"]), int(match["day"]))
    else:
        raise ValueError(f"{text!r} is no day")
    if not _FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{text!r} is not from {_FIRST_YEAR} to {LAST_YEAR}")
    return found
