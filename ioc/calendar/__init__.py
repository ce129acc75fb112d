"""When an org works: opening hours, holidays, swap days, and counting along them."""

from ioc.calendar.calendar import Calendar
from ioc.calendar.days import Day, DayKind, DayReason, Special
from ioc.calendar.orgs import Calendars

__all__ = ["Calendar", "Calendars", "Day", "DayKind", "DayReason", "Special"]
