"""The calendar of each org: its own rows over those of its parents."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from ioc.core.weeks import EVERY_ORG, NO_WEEKS, Weeks
from ioc.domain.calendar.calendar import Calendar
from ioc.domain.calendar.days import Special

Specials = Mapping[date, Special]


class Calendars:
    """Special days and weekly hours by org; orgs that share theirs and their zone share one calendar."""

    def __init__(self, days: Mapping[str, Specials] | None = None, weeks: Weeks = NO_WEEKS) -> None:
        self.weeks = weeks
        self._days = days or {}
        self._made: dict[tuple[ZoneInfo, tuple[str, ...]], Calendar] = {}

    def of(self, path: Iterable[str], tz: ZoneInfo) -> Calendar:
        """For an org by the codes from the root down to it; the lowest org wins, day by day and weekday by weekday."""
        having = tuple(code for code in (EVERY_ORG, *path) if code in self._days or code in self.weeks)
        made = self._made.get((tz, having))
        if made is None:
            specials = {day: row for code in having for day, row in self._days.get(code, {}).items()}
            rows = tuple(row for code in having for row in self.weeks.get(code, ()))
            made = self._made[tz, having] = Calendar(tz, specials, rows=rows)
        return made
