"""When an org works: opening hours, holidays, swap days, and counting along them."""

from ioc.core.weeks import NO_WEEKS, Season, WeekRow, Weeks
from ioc.domain.calendar.calendar import Calendar
from ioc.domain.calendar.days import Day, DayKind, DayReason, Special
from ioc.domain.calendar.orgs import Calendars

__all__ = [
    "NO_WEEKS", "Calendar", "Calendars", "Day", "DayKind", "DayReason", "Season", "Special", "WeekRow", "Weeks",
]  # fmt: skip
