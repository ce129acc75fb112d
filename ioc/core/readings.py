"""Numbers and periods as people and spreadsheets write them: taken where one reading is certain, else refused."""

import re
from datetime import date
from typing import Final

from ioc.core import excel
from ioc.core.periods import Length, Period, containing, parse

NUMBER: Final = "a number in one reading, such as 1234,5 or 1.234.567,8; 1.234 could be two numbers"
_NUMBER = re.compile(
    r"(?P<sign>[-−]?)(?P<whole>\d{1,3}(?P<parts>(?:[.,  ]\d{3})+)|\d+)(?:(?P<point>[.,])(?P<rest>\d+))?%?"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_NAMED = re.compile(
    r"(?P<what>năm|quý|q|tháng|t|tuần|w)?\s*(?P<n>\d{1,2}|i{1,3}|iv)?\s*(?:[/.-]|năm)?\s*(?P<year>(?:19|20)\d\d)", re.I
)
_DAY = re.compile(
    r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})(?:[ T]\d{1,2}:\d\d(?::\d\d)?(?: ?(?:SA|CH|AM|PM))?)?"
)
_ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00(?::00)?")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")


class Unreadable(ValueError):
    """A text that is none, or could be two."""


def number(text: str) -> float:
    """Unreadable where it is none, or could be two."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise Unreadable(text)
    parts = found["parts"] or ""
    marks = set(re.findall(r"[.,  ]", parts))
    point, rest = found["point"], found["rest"]
    if len(marks) > 1 or (point is not None and point in marks):
        raise Unreadable(text)
    only = marks & {".", ","}
    if point is None and only and parts.count(next(iter(only))) == 1:
        if found["whole"][0] != "0":  # 1.234: a thousand, or one and a bit
            raise Unreadable(text)
        return float(f"{'-' if found['sign'] else ''}{found['whole'].replace(',', '.')}")
    whole = re.sub(r"\D", "", found["whole"])
    return float(f"{'-' if found['sign'] else ''}{whole}.{rest or 0}")


def spelled(value: float) -> str:
    """A number of a spreadsheet in a spelling that has one reading."""
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def period(text: str, length: Length) -> Period:
    """As we write it, or `10/2026`, `Quý IV/2026`, a date on which such a period begins; else Unreadable."""
    text = text.strip()
    day = _day(text)
    if day is not None:
        found = containing(day, length)
        if found.days.first != day:
            raise Unreadable(text)
        return found
    read = parse(text) or _named(text.lower(), length)
    if read is None:
        raise Unreadable(text)
    return read


def _day(text: str) -> date | None:
    if (iso := _ISO_DAY.fullmatch(text)) is not None:
        return date.fromisoformat(iso[1])
    if (serial := _SERIAL.fullmatch(text)) is not None and excel.FIRST <= int(serial[1]) < excel.AFTER:
        return excel.from_serial(int(serial[1])).date()
    found = _DAY.fullmatch(text)
    try:
        return None if found is None else date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        raise Unreadable(text) from None


def _named(text: str, length: Length) -> Period | None:
    """What it is called must be what the indicator goes by."""
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    what, year = found["what"], found["year"]
    n = _ROMAN.get(found["n"] or "") or (int(found["n"]) if found["n"] and found["n"].isdigit() else None)
    spelling = {
        Length.YEAR: (("năm", None), f"{year}" if n is None else ""),
        Length.QUARTER: (("quý", "q"), f"{year}-Q{n}"),
        Length.MONTH: (("tháng", "t", None), f"{year}-{n or 0:02}"),
        Length.WEEK: (("tuần", "w"), f"{year}-W{n or 0:02}"),
    }.get(length)
    return parse(spelling[1]) if spelling is not None and what in spelling[0] else None
