"""One day of a calendar, and the reason it is as it is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ioc.core.hours import Period


class DayKind(StrEnum):
    """The effect of a row on a day."""

    OFF = "off"
    WORK = "work"


class DayReason(StrEnum):
    """Why a day is worked or not, or why a term counts it or not."""

    WORKING_DAY = "working_day"
    MAKE_UP_DAY = "make_up_day"  # worked by announcement, for a day off elsewhere
    OPENED = "opened"  # worked by the org's own table
    WEEKEND = "weekend"  # no hours on this weekday
    HOLIDAY = "holiday"
    SWAPPED_OFF = "swapped_off"  # off by announcement
    CLOSED = "closed"  # off by the org's own table
    START = "start"  # the day of the event: day 1 is the next one
    OUTSIDE_HOURS = "outside_hours"  # the term began after closing, or ended before opening
    CALENDAR_DAY = "calendar_day"  # counted whether worked or not
    MOVED = "moved"  # the term ended on a day off: this working day stands for it
    PAUSED = "paused"
    PARTLY_PAUSED = "partly_paused"


@dataclass(frozen=True, slots=True)
class Special:
    """One row that says otherwise than the week does; no periods means the usual ones."""

    kind: DayKind
    periods: tuple[Period, ...] = ()
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its periods (none: off), the reason, and what the row behind it is called."""

    date: date
    periods: tuple[Period, ...]
    reason: DayReason
    note: str = ""
    source: str = ""

    @property
    def working(self) -> bool:
        return bool(self.periods)
