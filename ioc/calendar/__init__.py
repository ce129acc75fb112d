"""When an org works: opening hours, holidays, swap days, and counting along them."""

from ioc.calendar.calendar import Calendar
from ioc.calendar.days import Day, DayKind, DayReason, Special
from ioc.calendar.orgs import Calendars
from ioc.calendar.weeks import NO_WEEKS, Season, WeekRow, Weeks

__all__ = [
    "NO_WEEKS", "Calendar", "Calendars", "Day", "DayKind", "DayReason", "Season", "Special", "WeekRow", "Weeks",
]  # fmt: skip
