"""Opening hours of a source: when it is expected to be on, in the local time of its org."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from ioc.core.clock import local
from ioc.core.errors import Code, UsageError

Period = tuple[time, time]

ALWAYS = "always"
OFFICE = "office"
OFFICE_PERIODS: tuple[Period, ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
MIDNIGHT = time.max  # how a period that lasts until 24:00 ends
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_PERIOD = re.compile(rf"{_CLOCK}-(?:{_CLOCK}|24:00)")


class Openings(Protocol):
    """The calendar of an org, as far as hours need it."""

    @property
    def tz(self) -> ZoneInfo: ...

    def opened_at(self, now: int) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Hours:
    """Daily periods, or the working hours of the org for `office`; neither means always open.

    A period whose end is not after its start lasts into the next day.
    """

    text: str
    periods: tuple[Period, ...]

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Read `office`, `always` or `HH:MM-HH:MM[,HH:MM-HH:MM]`, every day; UsageError names what is allowed."""
        return cls(text, () if text in (ALWAYS, OFFICE) else read_periods(text, overnight=True))

    def opened_at(self, now_ms: int, calendar: Openings) -> int | None:
        """When the period that is open now began (epoch ms; 0 for `always`), None when closed."""
        if self.text == OFFICE:
            return calendar.opened_at(now_ms)
        if not self.periods:
            return 0
        return _span(self.periods, calendar.tz, now_ms // 60_000)


def read_periods(text: str, *, overnight: bool = False) -> tuple[Period, ...]:
    """`HH:MM-HH:MM[,HH:MM-HH:MM]` up to 24:00, in the order of the day; UsageError `bad_hours` otherwise.

    Of a source a period may go over midnight; a day of the calendar ends with itself.
    """
    return tuple(sorted(_period(part.strip(), overnight) for part in text.split(",")))


def write_periods(periods: Iterable[Period]) -> str:
    """The weekly hours as a text that `read_periods` reads."""
    return ",".join(map(write_period, periods))


def write_period(period: Period) -> str:
    start, end = period
    return f"{start:%H:%M}-{'24:00' if end == MIDNIGHT else f'{end:%H:%M}'}"


def _period(text: str, overnight: bool) -> Period:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise UsageError(Code.BAD_HOURS, f"hours {text!r}: allowed are office, always or HH:MM-HH:MM", value=text)
    h1, m1, h2, m2 = match.groups()
    start, end = time(int(h1), int(m1)), MIDNIGHT if h2 is None else time(int(h2), int(m2))
    if start == end or (start > end and not overnight):
        beside = "differ from" if overnight else "be after"
        raise UsageError(Code.BAD_HOURS, f"hours {text!r}: the end must {beside} the start", value=text)
    return start, end


@lru_cache(maxsize=512)
def _span(periods: tuple[Period, ...], tz: ZoneInfo, minute: int) -> int | None:
    """Hours change on whole minutes only, so one answer serves a minute."""
    now = local(minute * 60_000, tz)
    for start, end in periods:
        if start <= now.time() and (now.time() < end or end < start):
            return int(datetime.combine(now.date(), start, tz).timestamp() * 1000)
        if now.time() < end < start:
            return int(datetime.combine(now.date() - timedelta(days=1), start, tz).timestamp() * 1000)
    return None
