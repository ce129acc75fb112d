"""One year of a calendar told in full: the weekly hours in force, and every day that is not as they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ioc.core.weeks import Week
from ioc.domain.calendar.calendar import Calendar
from ioc.domain.calendar.days import Day

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """From day to day, both included, the same weekly hours."""

    first: date
    last: date
    week: Week


@dataclass(frozen=True, slots=True)
class OddDay:
    """A day that differs from the weekly hours, or that somebody has written a row about."""

    day: Day
    estimated: bool


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """`estimated`: nobody has confirmed its days off around Tết."""

    number: int
    estimated: bool
    weeks: tuple[WeekSpan, ...]
    days: tuple[OddDay, ...]


def tell(calendar: Calendar, year: int) -> CalendarYear:
    days = [date(year, 1, 1) + offset * _ONE_DAY for offset in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    odd = (calendar.day(day) for day in days if calendar.day(day) != calendar.plain(day))
    told = tuple(OddDay(day, calendar.estimated_on(day.date)) for day in odd)
    return CalendarYear(year, calendar.estimated(year), tuple(_spans(calendar, days)), told)


def _spans(calendar: Calendar, days: list[date]) -> Iterator[WeekSpan]:
    """The year cut where a season begins or ends."""
    first, week = days[0], calendar.week_on(days[0])
    for day in days[1:]:
        if (other := calendar.week_on(day)) != week:
            yield WeekSpan(first, day - _ONE_DAY, week)
            first, week = day, other
    yield WeekSpan(first, days[-1], week)
