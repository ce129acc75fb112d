"""Opening hours of a source: when it is expected to be on, in the local time of its org."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ioc.clock import local
from ioc.errors import UsageError

Period = tuple[time, time]

ALWAYS = "always"
OFFICE = "office"
OFFICE_PERIODS: tuple[Period, ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
_PERIOD = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")
_LOOK_AHEAD_DAYS = 10


@dataclass(frozen=True, slots=True)
class Hours:
    """Daily periods, on working days only for `office`; no periods means always open."""

    text: str
    periods: tuple[Period, ...]
    weekdays_only: bool

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Read `office`, `always` or `HH:MM-HH:MM[,HH:MM-HH:MM]` (every day); UsageError names what is allowed."""
        if text == ALWAYS:
            return cls(text, (), weekdays_only=False)
        if text == OFFICE:
            return cls(text, OFFICE_PERIODS, weekdays_only=True)
        return cls(text, read_periods(text), weekdays_only=False)

    def periods_on(self, day: date) -> tuple[Period, ...]:
        return () if self.weekdays_only and day.weekday() >= 5 else self.periods

    def opened_at(self, now_ms: int, tz: ZoneInfo) -> int | None:
        """When the period that is open now began (epoch ms; 0 for `always`), None when closed."""
        if not self.periods:
            return 0
        return _span(self, tz, now_ms // 60_000)

    def next_opening(self, now_ms: int, tz: ZoneInfo) -> int | None:
        """The next instant a period begins (epoch ms), None for `always`."""
        if not self.periods:
            return None
        today = local(now_ms, tz).date()
        for offset in range(_LOOK_AHEAD_DAYS):
            day = today + timedelta(days=offset)
            for start, _end in self.periods_on(day):
                at = _instant(day, start, tz)
                if at > now_ms:
                    return at
        return None


def read_periods(text: str) -> tuple[Period, ...]:
    """`HH:MM-HH:MM[,HH:MM-HH:MM]` in the order of the day; UsageError `bad_hours` otherwise."""
    return tuple(sorted(_period(part.strip()) for part in text.split(",")))


def write_periods(periods: Iterable[Period]) -> str:
    """What `read_periods` reads."""
    return ",".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in periods)


def _period(text: str) -> Period:
    match = _PERIOD.match(text)
    if match is None:
        raise UsageError("bad_hours", f"hours {text!r}: allowed are office, always or HH:MM-HH:MM", value=text)
    h1, m1, h2, m2 = map(int, match.groups())
    start, end = time(h1, m1), time(h2, m2)
    if start >= end:
        raise UsageError("bad_hours", f"hours {text!r}: the end must be after the start", value=text)
    return start, end


def _instant(day: date, at: time, tz: ZoneInfo) -> int:
    return int(datetime.combine(day, at, tz).timestamp() * 1000)


@lru_cache(maxsize=512)
def _span(hours: Hours, tz: ZoneInfo, minute: int) -> int | None:
    """Hours change on whole minutes only, so one answer serves a minute."""
    now = local(minute * 60_000, tz)
    for start, end in hours.periods_on(now.date()):
        if start <= now.time() < end:
            return _instant(now.date(), start, tz)
    return None
