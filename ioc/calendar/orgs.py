"""The calendar of each org: its own rows over those of its parents."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from ioc.calendar.calendar import Calendar
from ioc.calendar.days import Special

Specials = Mapping[date, Special]


class Calendars:
    """Rows by org; orgs that share their rows and their zone share one calendar."""

    def __init__(self, rows: Mapping[str, Specials] | None = None) -> None:
        self._rows = rows or {}
        self._made: dict[tuple[ZoneInfo, tuple[str, ...]], Calendar] = {}

    def of(self, path: Iterable[str], tz: ZoneInfo) -> Calendar:
        """For an org by the codes from the root down to it; the lowest row of a day wins."""
        having = tuple(code for code in path if code in self._rows)
        made = self._made.get((tz, having))
        if made is None:
            specials = {day: row for code in having for day, row in self._rows[code].items()}
            made = self._made[tz, having] = Calendar(tz, specials)
        return made
