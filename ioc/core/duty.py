"""Who is on duty when: weekly shifts, dates that win over them and events of a calendar file; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from ioc.core.hours import MIDNIGHT, Period
from ioc.core.weeks import WEEKDAYS
from ioc.core.windows import RecurringDays, WindowCalendar

ONE_DAY = timedelta(days=1)
DAY_MS = 86_400_000


class Duty(NamedTuple):
    """Persons on duty from `start` until `end` (epoch ms)."""

    start: int
    end: int
    who: tuple[str, ...]


class Hole(NamedTuple):
    """A time in which nobody is on duty."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WeeklyDuty:
    """A shift on days that come again; what lasts over midnight belongs to the day it began on."""

    days: RecurringDays
    period: Period
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatedDuty:
    """A duty on one date; without hours from where the day before hands over to where the day itself would have."""

    who: tuple[str, ...]
    period: Period | None = None


class DutyEvents(Protocol):
    """Duties of a calendar file."""

    def between(self, start: int, end: int) -> Sequence[Duty]:
        """Those that overlap `[start, end)`, in the order they begin."""
        ...


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """The plan of one rota; a date takes the place of all that would begin on it."""

    weekly: Sequence[WeeklyDuty] = ()
    dated: Mapping[date, Sequence[DatedDuty]] = field(default_factory=dict)
    events: DutyEvents | None = None

    def on(self, at: int, calendar: WindowCalendar) -> tuple[str, ...]:
        """Everybody on duty at `at`, each once, those who began first before the others."""
        return _names(duty for duty in self.duties(at, at + 1, calendar) if duty.start <= at < duty.end)

    def handover(self, at: int, calendar: WindowCalendar, days: int = 60) -> int | None:
        """The first instant after `at` at which others are on duty than now; None within so many days."""
        now, end = self.on(at, calendar), at + days * DAY_MS
        edges = {edge for duty in self.duties(at, end, calendar) for edge in duty[:2] if at < edge < end}
        return next((edge for edge in sorted(edges) if self.on(edge, calendar) != now), None)

    def holes(self, start: int, end: int, calendar: WindowCalendar) -> list[Hole]:
        """Where nobody is on duty between two instants, in order."""
        found: list[Hole] = []
        at = start
        for duty in self.duties(start, end, calendar):
            if at < duty.start < end and duty.who:
                found.append(Hole(at, duty.start))
            at = max(at, duty.end if duty.who else at)
        return [*found, Hole(at, end)] if at < end else found

    def duties(self, start: int, end: int, calendar: WindowCalendar) -> list[Duty]:
        """All that overlap `[start, end)`, in the order they begin."""
        first = calendar.date_of(start) - ONE_DAY
        days = [first + n * ONE_DAY for n in range((calendar.date_of(end - 1) - first).days + 1)]
        begun = [duty for day in days for duty in self._beginning(day, calendar)]
        kept = [duty for duty in self._told(start, end) if calendar.date_of(duty.start) not in self.dated]
        return sorted({duty for duty in [*begun, *kept] if duty.start < end and duty.end > start})

    def _beginning(self, day: date, calendar: WindowCalendar) -> list[Duty]:
        dated = self.dated.get(day)
        if dated is None:
            return self._weekly(day, calendar)
        return [self._on_date(day, each, calendar) for each in dated]

    def _weekly(self, day: date, calendar: WindowCalendar) -> list[Duty]:
        covering = (each for each in self.weekly if each.days.cover(day, calendar))
        return [Duty(*_span(day, each.period, calendar.tz), each.who) for each in covering]

    def _usual(self, day: date, calendar: WindowCalendar) -> list[Duty]:
        """What would begin on a day if it had no date of its own."""
        start = _instant(day, time(), calendar.tz)
        return [
            *self._weekly(day, calendar),
            *(duty for duty in self._told(start, start + DAY_MS) if duty.start >= start),
        ]

    def _told(self, start: int, end: int) -> list[Duty]:
        """What the file says, a day at a time, so that a date wins over one day of a long duty."""
        events = () if self.events is None else self.events.between(start, end)
        pieces = (
            Duty(begin, min(begin + DAY_MS, duty.end), duty.who)
            for duty in events
            for begin in range(duty.start, duty.end, DAY_MS)
        )
        return [duty for duty in pieces if duty.start < end and duty.end > start]

    def _on_date(self, day: date, dated: DatedDuty, calendar: WindowCalendar) -> Duty:
        if dated.period is not None:
            return Duty(*_span(day, dated.period, calendar.tz), dated.who)
        midnight, next_midnight = (_instant(each, time(), calendar.tz) for each in (day, day + ONE_DAY))
        before = [end for end in self._ends(day - ONE_DAY, calendar) if midnight < end < next_midnight]
        return Duty(max([midnight, *before]), max([next_midnight, *self._ends_usual(day, calendar)]), dated.who)

    def _ends(self, day: date, calendar: WindowCalendar) -> list[int]:
        """When what begins on a day ends; a date without hours ends where what it took the place of would have."""
        dated = self.dated.get(day)
        if dated is None or any(each.period is None for each in dated):
            return self._ends_usual(day, calendar)
        return [duty.end for duty in self._beginning(day, calendar)]

    def _ends_usual(self, day: date, calendar: WindowCalendar) -> list[int]:
        return [duty.end for duty in self._usual(day, calendar)]


def pattern_faults(weekly: Sequence[WeeklyDuty]) -> list[str]:
    """What no week of a plan ever covers: days on which nobody begins, hours of the day that nobody ever has."""
    never = [
        WEEKDAYS[n] for n in range(7) if not any(n in each.days.weekdays or not each.days.weekdays for each in weekly)
    ]
    faults = [f"nobody on {', '.join(never)}"] if never else []
    return faults + [f"nobody from {_clock(start)} to {_clock(end)}" for start, end in _uncovered(weekly)]


_DAY_MIN = 24 * 60


def _uncovered(weekly: Sequence[WeeklyDuty]) -> Iterator[tuple[int, int]]:
    """Minutes of the day outside every shift."""
    spans = sorted(span for each in weekly for span in _minutes(each.period))
    at = 0
    for start, end in spans:
        if start > at:
            yield at, start
        at = max(at, end)
    if at < _DAY_MIN:
        yield at, _DAY_MIN


def _minutes(period: Period) -> Iterable[tuple[int, int]]:
    start, end = (each.hour * 60 + each.minute for each in period)
    if period[1] == MIDNIGHT:
        return ((start, _DAY_MIN),)
    return ((start, end),) if start < end else ((start, _DAY_MIN), (0, end))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _names(duties: Iterable[Duty]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for duty in duties for name in duty.who))


def _span(day: date, period: Period, tz: ZoneInfo) -> tuple[int, int]:
    start, end = period
    if end == MIDNIGHT:
        return _instant(day, start, tz), _instant(day + ONE_DAY, time(), tz)
    return _instant(day, start, tz), _instant(day + ONE_DAY * (end <= start), end, tz)


def _instant(day: date, at: time, tz: ZoneInfo) -> int:
    return int(datetime.combine(day, at, tz).timestamp() * 1000)
