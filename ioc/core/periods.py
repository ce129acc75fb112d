"""The period a figure speaks of, as feeds write it: a year, a half, a quarter, a month, a week or a day."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

EXAMPLES: Final = ("2026", "2026-H1", "2026-Q3", "2026-07", "2026-W30", "2026-07-15")
ALLOWED: Final = f"{', '.join(EXAMPLES[:-1])} or {EXAMPLES[-1]}, of the years 1900 to 2099"
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_SHAPE = re.compile(
    r"(\d{4})(?:-?(?:(?P<month>\d\d)(?:-(?P<day>\d\d))?|Q(?P<quarter>[1-4])|H(?P<half>[12])|W(?P<week>\d\d)))?",
    re.ASCII,
)


class Length(StrEnum):
    """The unit of a period."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


class Days(NamedTuple):
    """From the first day to the day after the last."""

    first: date
    after: date


class Span(NamedTuple):
    """`[start, end)` in epoch ms."""

    start: int
    end: int

    def as_of(self, said_at: int) -> int:
        """The instant its figures are of: its last second, or of a period that still runs when they were said."""
        return max(self.start, min(said_at, self.end - 1_000))


class Period(NamedTuple):
    """A period in the one spelling it is kept under."""

    text: str
    length: Length
    days: Days

    @property
    def ms(self) -> int:
        """The length of the period by the calendar."""
        return (self.days.after - self.days.first).days * 86_400_000


@lru_cache(maxsize=4096)
def parse(text: str) -> Period | None:
    """`2026`, `2026-H1`, `2026-Q3`, `2026-07`, `2026-W30`, `2026-07-15`; None for anything else."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return None
    year, named = int(found[1]), {name: int(value) for name, value in found.groupdict().items() if value}
    length = next((length for length in (Length.DAY, *Length) if length in named), Length.YEAR)
    try:
        return Period(_SPELLED[length](year, named), length, _days(year, named))
    except ValueError:
        return None


def days(text: str) -> Days | None:
    """The days of a period; None for what is none."""
    found = parse(text)
    return None if found is None else found.days


def reported(of: Period, first_day: int = 1) -> Days:
    """The days of a period whose months begin on `first_day` of the month before; weeks and days have no other."""
    if first_day == 1 or of.length in (Length.DAY, Length.WEEK):
        return of.days
    return Days(*(_month_before(day, first_day) for day in of.days))


def containing(day: date, length: Length, first_day: int = 1) -> Period:
    """The period of that length in which a day lies."""
    if length is Length.DAY:
        return _period(day.isoformat())
    if length is Length.WEEK:
        year, week, _ = day.isocalendar()
        return _period(f"{year}-W{week:02}")
    if day.day >= first_day > 1:
        day = _month(day.year, day.month)
    return _period(_SPELLED[length](day.year, _named(day.month)))


def previous(of: Period) -> Period | None:
    """The one before; None before the first of all years."""
    return _known(of.days.first - timedelta(1), of.length)


def year_before(of: Period) -> Period | None:
    """The same of the year before; None where that has none: a 53rd week, the 29th of February."""
    return parse(f"{int(of.text[:4]) - 1}{of.text[4:]}")


def last_ended(day: date, length: Length, first_day: int = 1) -> Period | None:
    """The newest that is over when a day begins."""
    return previous(containing(day, length, first_day))


def _known(day: date, length: Length) -> Period | None:
    return containing(day, length) if day.year >= _FIRST_YEAR else None


def _period(text: str) -> Period:
    found = parse(text)
    if found is None:
        raise ValueError(text)
    return found


def _named(month: int) -> dict[str, int]:
    return {"month": month, "quarter": (month + 2) // 3, "half": (month + 5) // 6}


def _month_before(day: date, first_day: int) -> date:
    return (day - timedelta(1)).replace(day=first_day)


def span(of: Days, tz: ZoneInfo) -> Span:
    """The same as instants of a zone."""
    return Span(_midnight(of.first, tz), _midnight(of.after, tz))


_SPELLED: Final[Mapping[Length, Callable[[int, Mapping[str, int]], str]]] = {
    Length.YEAR: lambda year, _: f"{year}",
    Length.HALF: lambda year, of: f"{year}-H{of['half']}",
    Length.QUARTER: lambda year, of: f"{year}-Q{of['quarter']}",
    Length.MONTH: lambda year, of: f"{year}-{of['month']:02}",
    Length.WEEK: lambda year, of: f"{year}-W{of['week']:02}",
    Length.DAY: lambda year, of: f"{year}-{of['month']:02}-{of['day']:02}",
}


def _days(year: int, named: Mapping[str, int]) -> Days:
    if "week" in named:
        first = date.fromisocalendar(year, named["week"], 1)
        return Days(first, first + timedelta(days=7))
    if "day" in named:
        first = date(year, named["month"], named["day"])
        return Days(first, first + timedelta(days=1))
    months = {"month": 1, "quarter": 3, "half": 6}
    name, number = next(iter(named.items()), ("year", 1))
    length = months.get(name, 12)
    return Days(_month(year, (number - 1) * length), _month(year, number * length))


def _month(year: int, index: int) -> date:
    if index > 12 or index < 0:
        raise ValueError(index)
    return date(year + index // 12, index % 12 + 1, 1)


def _midnight(day: date, tz: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), tz).timestamp() * 1000)
