"""The calendar the demo lives by: local days, minutes of a day, working days."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ioc.core.clock import local
from ioc.core.hours import OFFICE_PERIODS
from ioc.domain.calendar import Calendar

TZ: Final = ZoneInfo("Asia/Ho_Chi_Minh")
SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
DAY: Final = 1_440 * MINUTE

# minutes after midnight
OPENINGS: Final = tuple((start.hour * 60 + start.minute, end.hour * 60 + end.minute) for start, end in OFFICE_PERIODS)
OPENING: Final = OPENINGS[0][0]
CLOSING: Final = OPENINGS[-1][1]


class Shift(NamedTuple):
    """From `start` (inclusive) to `end` (exclusive), epoch milliseconds."""

    start: int
    end: int

    def __contains__(self, t: object) -> bool:
        return isinstance(t, int) and self.start <= t < self.end


def day_of(t: int) -> date:
    return local(t, TZ).date()


def minutes_of(t: int) -> float:
    """Minutes since local midnight."""
    return (t - at(day_of(t), 0)) / MINUTE


def at(day: date, minutes: float) -> int:
    """The instant (epoch ms) that many minutes after the local midnight of `day`."""
    return int(datetime.combine(day, time(), TZ).timestamp() * 1000) + round(minutes * MINUTE)


def works(day: date) -> bool:
    """True on a day offices work: holidays and make-up days as the shipped calendar has them."""
    return _calendar().is_working_day(day)


def working_day_after(day: date, n: int) -> date:
    """The n-th working day after `day`; `day` itself for 0."""
    while n > 0:
        day += timedelta(days=1)
        n -= works(day)
    return day


def in_office(t: int) -> bool:
    minutes = minutes_of(t)
    return works(day_of(t)) and any(start <= minutes < end for start, end in OPENINGS)


@lru_cache(maxsize=1)
def _calendar() -> Calendar:
    return Calendar(TZ)
