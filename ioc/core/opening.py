"""When a source is expected to be on, over many days: its hours as spans of time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from ioc.core.clock import local
from ioc.core.hours import MIDNIGHT, OFFICE, Hours, Period
from ioc.core.spans import Span, merged, within

_DAY = timedelta(days=1)


class OpenDays(Protocol):
    """The calendar of an org, as far as whole days need it."""

    @property
    def tz(self) -> ZoneInfo: ...

    def spans_on(self, day: date) -> list[Span]: ...


def open_spans(hours: Hours, calendar: OpenDays, lo: int, hi: int) -> list[Span]:
    """Within [lo, hi); one that reaches over midnight begins on the day before."""
    if hours.text != OFFICE and not hours.periods:
        return [(lo, hi)]
    return within(merged(span for day in _days(calendar.tz, lo, hi) for span in _on(hours, calendar, day)), lo, hi)


def _days(tz: ZoneInfo, lo: int, hi: int) -> Iterator[date]:
    day, last = local(lo, tz).date() - _DAY, local(hi, tz).date()
    while day <= last:
        yield day
        day += _DAY


def _on(hours: Hours, calendar: OpenDays, day: date) -> list[Span]:
    if hours.text == OFFICE:
        return calendar.spans_on(day)
    return [_span(period, calendar.tz, day) for period in hours.periods]


def _span(period: Period, tz: ZoneInfo, day: date) -> Span:
    start, end = period
    over = end == MIDNIGHT or end < start
    last = datetime.combine(day + _DAY if over else day, datetime.min.time() if end == MIDNIGHT else end, tz)
    return round(datetime.combine(day, start, tz).timestamp() * 1000), round(last.timestamp() * 1000)
