"""Counting along a calendar: days and hours forwards and back, the working time between two instants."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from ioc.core.errors import Code, IocError
from ioc.domain.calendar.calendar import Calendar

HOUR_MS = 3_600_000
_ONE_DAY = timedelta(days=1)
_LONGEST_CLOSURE_DAYS = 400


def next_working_day(calendar: Calendar, day: date, step: int = 1) -> date:
    """The first working day after `day` (before it for step -1); IocError `never_open` where none is in sight."""
    for offset in range(1, _LONGEST_CLOSURE_DAYS + 1):
        found = day + offset * step * _ONE_DAY
        if calendar.is_working_day(found):
            return found
    days = _LONGEST_CLOSURE_DAYS
    message = f"the calendar has no working day within {days} days of {day}"
    raise IocError(Code.NEVER_OPEN, message, days=days, day=day.isoformat())


def on_or_after(calendar: Calendar, day: date) -> date:
    """`day`, or the next working day where it is off (Civil Code 2015 art. 148.5)."""
    return day if calendar.is_working_day(day) else next_working_day(calendar, day)


def add_working_days(calendar: Calendar, start: date, n: int) -> date:
    """The n-th working day after `start`, which itself never counts (Civil Code 2015 art. 147.2); back for n < 0."""
    step = 1 if n > 0 else -1
    for _ in range(abs(n)):
        start = next_working_day(calendar, start, step)
    return start


def add_hours(at: int, hours: float) -> int:
    """Hours of the clock, nights and days off included."""
    return at + round(hours * HOUR_MS)


def add_working_hours(calendar: Calendar, at: int, hours: float) -> int:
    """The instant when that much working time has passed since `at`, or before it for hours < 0."""
    return shift(calendar, at, round(hours * HOUR_MS))


def shift(calendar: Calendar, at: int, ms: int) -> int:
    """`at` moved by working milliseconds; an end that falls on a closing is that closing, never the next opening."""
    left = abs(ms)
    for start, end in _after(calendar, at) if ms >= 0 else _before(calendar, at):
        if left <= end - start:
            return start + left if ms >= 0 else end - left
        left -= end - start
    raise AssertionError("spans end only with an error")


def next_opening(calendar: Calendar, at: int) -> int:
    """The next instant after `at` at which a period begins."""
    return next(start for start, _end in _after(calendar, at) if start > at)


def working_time_between(calendar: Calendar, start: int, end: int) -> int:
    """Open milliseconds from `start` to `end`; negative where `end` is the earlier."""
    if end < start:
        return -working_time_between(calendar, end, start)
    first, last = calendar.date_of(start), calendar.date_of(end)
    if first == last:
        return _open_within(calendar, first, start, end)
    ends = _open_within(calendar, first, start, end) + _open_within(calendar, last, start, end)
    return ends + _open_between(calendar, first + _ONE_DAY, last)


def working_days_between(calendar: Calendar, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative where `end` comes first."""
    if end < start:
        return -working_days_between(calendar, end, start)
    return sum(_open_on(calendar, start + n * _ONE_DAY) > 0 for n in range(1, (end - start).days + 1))


def _open_within(calendar: Calendar, day: date, start: int, end: int) -> int:
    return sum(max(0, min(b, end) - max(a, start)) for a, b in calendar.spans_on(day))


def _open_between(calendar: Calendar, day: date, end: date) -> int:
    """Of whole days; what has been overdue for years is asked about as often as what is due today."""
    total = 0
    while day < end:
        after = _month_after(day)
        if day.day == 1 and after <= end:
            total += _open_in_month(calendar, day)
            day = after
        else:
            total += _open_on(calendar, day)
            day += _ONE_DAY
    return total


@lru_cache(maxsize=16_384)
def _open_in_month(calendar: Calendar, first: date) -> int:
    days = (_month_after(first) - first).days
    return sum(_open_on(calendar, first + n * _ONE_DAY) for n in range(days))


@lru_cache(maxsize=65_536)
def _open_on(calendar: Calendar, day: date) -> int:
    return sum(end - start for start, end in calendar.spans_on(day))


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _after(calendar: Calendar, at: int) -> Iterator[tuple[int, int]]:
    """The rest of the period at `at`, then every later period."""
    day = calendar.date_of(at)
    for start, end in calendar.spans_on(day):
        if at < end:
            yield max(start, at), end
    while True:
        day = next_working_day(calendar, day)
        yield from calendar.spans_on(day)


def _before(calendar: Calendar, at: int) -> Iterator[tuple[int, int]]:
    """The past part of the period at `at`, then every earlier period, backwards."""
    day = calendar.date_of(at)
    for start, end in reversed(calendar.spans_on(day)):
        if start < at:
            yield start, min(end, at)
    while True:
        day = next_working_day(calendar, day, -1)
        yield from reversed(calendar.spans_on(day))
