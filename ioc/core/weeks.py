"""Weekly opening hours: what the rows of an org say of each weekday, all year or in a season."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from ioc.core.hours import OFFICE_PERIODS, Period

Periods = tuple[Period, ...]
Week = tuple[Periods, ...]  # Monday first; no periods: closed
MonthDay = tuple[int, int]

OFFICE_WEEK: Week = (OFFICE_PERIODS,) * 5 + ((), ())
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Season:
    """From month and day to month and day, both included; one that begins after its end goes over the new year."""

    first: MonthDay
    last: MonthDay

    def __contains__(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class WeekRow:
    """The hours of the weekdays it names (Monday 0); it says nothing of the others, nor outside its season."""

    hours: Mapping[int, Periods]
    season: Season | None = None

    def over(self, week: Week, day: date) -> Week:
        """The week below with what this row says of it on `day`."""
        if self.season is not None and day not in self.season:
            return week
        return tuple(self.hours.get(weekday, periods) for weekday, periods in enumerate(week))


Weeks = Mapping[str, tuple[WeekRow, ...]]  # by org code; EVERY_ORG for what holds wherever nothing lower says otherwise
EVERY_ORG = ""
NO_WEEKS: Weeks = MappingProxyType({})
