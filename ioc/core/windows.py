"""Recurring windows: the days they begin on, by week, month or working calendar, and their hours on those days."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from ioc.core.errors import UsageError
from ioc.core.hours import MIDNIGHT, Period, read_periods
from ioc.core.weeks import WEEKDAYS

WORKING, OFF, LAST = "working", "off", "last"
_LONGEST_WAIT_DAYS = 366
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, LAST: -1}
_MONTH_DAYS = re.compile(r"([1-9]|[12]\d|3[01])(?:-([1-9]|[12]\d|3[01]))?")
ALLOWED = "mon-fri, sat, 1, 15-20, last, first-sun, working, off, or several with commas"


class WindowCalendar(Protocol):
    """The calendar of an org, as far as windows need it."""

    @property
    def tz(self) -> ZoneInfo: ...

    def is_working_day(self, day: date) -> bool: ...

    def date_of(self, at: int) -> date: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class RecurringDays:
    """RecurringDays that come again: weekdays, days of the month, the n-th weekday of it, days worked or days off."""

    weekdays: frozenset[int] = frozenset()  # Monday 0
    month_days: frozenset[int] = frozenset()  # -1: the last
    nth: frozenset[tuple[int, int]] = frozenset()  # of the month, weekday
    working: bool = False
    off: bool = False

    @classmethod
    def parse(cls, text: str) -> "RecurringDays":
        """Read a comma list such as `mon-fri`, `1,15`, `last-sun` or `off`; ValueError names what is allowed."""
        found = cls()
        for part in text.lower().split(","):
            found = found | _one(part.strip(), text)
        return found

    def __or__(self, other: "RecurringDays") -> "RecurringDays":
        return RecurringDays(
            self.weekdays | other.weekdays,
            self.month_days | other.month_days,
            self.nth | other.nth,
            self.working or other.working,
            self.off or other.off,
        )

    def cover(self, day: date, calendar: WindowCalendar) -> bool:
        length = monthrange(day.year, day.month)[1]
        return (
            day.weekday() in self.weekdays
            or day.day in self.month_days
            or (day.day == length and -1 in self.month_days)
            or ((day.day + 6) // 7, day.weekday()) in self.nth
            or (day.day + 7 > length and (-1, day.weekday()) in self.nth)
            or (self.working and calendar.is_working_day(day))
            or (self.off and not calendar.is_working_day(day))
        )


@dataclass(frozen=True, slots=True)
class RecurringWindow:
    """Hours on days that come again; what lasts over midnight belongs to the day it began on."""

    days: RecurringDays
    periods: tuple[Period, ...]

    @classmethod
    def parse(cls, days: str, hours: str) -> "RecurringWindow":
        """Days and hours such as `22:00-02:00,12:00-12:30`; ValueError names what is allowed."""
        try:
            periods = read_periods(hours, overnight=True)
        except UsageError:
            raise ValueError(f"hours {hours!r}; allowed: HH:MM-HH:MM up to 24:00, several with commas") from None
        return cls(RecurringDays.parse(days), periods)

    def span(self, now: int, calendar: WindowCalendar) -> tuple[int, int] | None:
        """The window that is open at `now` (epoch ms) as `[start, end)`, the one that ends last; None outside."""
        return _span(self, calendar, now // 60_000)

    def following(self, now: int, calendar: WindowCalendar) -> tuple[int, int] | None:
        """The first that begins at `now` or later, within a year; None where no day of it is one of these."""
        today = calendar.date_of(now)
        for day in (today + timedelta(days=n) for n in range(_LONGEST_WAIT_DAYS)):
            if self.days.cover(day, calendar):
                spans = (_instants(period, day, calendar.tz) for period in self.periods)
                if later := [span for span in spans if span[0] >= now]:
                    return min(later)
        return None


def _one(part: str, text: str) -> RecurringDays:
    if part == WORKING:
        return RecurringDays(working=True)
    if part == OFF:
        return RecurringDays(off=True)
    if part == LAST:
        return RecurringDays(month_days=frozenset({-1}))
    if (match := _MONTH_DAYS.fullmatch(part)) is not None:
        first, last = int(match[1]), int(match[2] or match[1])
        if first <= last:
            return RecurringDays(month_days=frozenset(range(first, last + 1)))
    first_word, _, last_word = part.partition("-")
    if first_word in _NTH and last_word in WEEKDAYS:
        return RecurringDays(nth=frozenset({(_NTH[first_word], WEEKDAYS.index(last_word))}))
    if first_word in WEEKDAYS and (last_word or first_word) in WEEKDAYS:
        start, end = WEEKDAYS.index(first_word), WEEKDAYS.index(last_word or first_word)
        return RecurringDays(frozenset((start + n) % 7 for n in range((end - start) % 7 + 1)))
    raise ValueError(f"days {text!r}: {part!r} is none; allowed: {ALLOWED}")


@lru_cache(maxsize=1024)
def _span(window: RecurringWindow, calendar: WindowCalendar, minute: int) -> tuple[int, int] | None:
    """Windows begin and end on whole minutes, so one answer serves a minute."""
    now = minute * 60_000
    today = calendar.date_of(now)
    open_now = [
        (start, end)
        for day in (today - timedelta(days=1), today)
        if window.days.cover(day, calendar)
        for start, end in (_instants(period, day, calendar.tz) for period in window.periods)
        if start <= now < end
    ]
    return max(open_now, key=lambda span: span[1], default=None)


def _instants(period: Period, day: date, tz: ZoneInfo) -> tuple[int, int]:
    start, end = period
    if end == MIDNIGHT:
        return _instant(day, start, tz), _instant(day + timedelta(days=1), time(), tz)
    return _instant(day, start, tz), _instant(day + timedelta(days=end <= start), end, tz)


def _instant(day: date, at: time, tz: ZoneInfo) -> int:
    return int(datetime.combine(day, at, tz).timestamp() * 1000)
