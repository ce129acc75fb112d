"""The account of a term: every day from the start to the end, counted or passed over, with the reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from ioc.domain.calendar import Calendar, DayReason
from ioc.domain.deadline.due import Pause, due_at, merged, nominal
from ioc.domain.deadline.term import Term, TermUnit

_ONE_DAY = timedelta(days=1)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One line; `note` is the name of the holiday or announcement."""

    date: date
    counted: bool
    reason: DayReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due_at` in epoch ms; `estimated` where a year is touched whose days off are not announced yet."""

    due_at: int
    days: tuple[CountedDay, ...]
    estimated: bool


def explain(calendar: Calendar, start: int, term: Term, pauses: Iterable[Pause] = ()) -> Deadline:
    """The days from that of `start` to that of the end, both included."""
    stops = merged(pauses, start)
    account = _Account(
        calendar, start, term, stops, nominal(calendar, start, term), due_at(calendar, start, term, stops)
    )
    first, last = calendar.date_of(start), calendar.date_of(account.due)
    dates = [first + offset * _ONE_DAY for offset in range((last - first).days + 1)]
    judge = account.of_days if term.unit.in_days else account.of_hours
    years = {day.year for day in dates}
    return Deadline(account.due, tuple(judge(day) for day in dates), any(map(calendar.estimated, years)))


@dataclass(frozen=True, slots=True)
class _Account:
    calendar: Calendar
    start: int
    term: Term
    pauses: Sequence[Pause]
    nominal: int
    due: int

    def of_days(self, date: date) -> CountedDay:
        first, day = self.calendar.date_of(self.start), self.calendar.day(date)
        if date == first:
            return CountedDay(date, False, DayReason.START, day.note)
        if self.term.unit.by_calendar and date <= self.term.ends(first):
            return self._less_pauses(CountedDay(date, True, DayReason.CALENDAR_DAY, day.note))
        moves = self.term.unit.by_calendar or not self.term.whole
        if moves and day.working and date == self.calendar.date_of(self.nominal):
            return CountedDay(date, False, DayReason.MOVED, day.note)
        return self._less_pauses(CountedDay(date, day.working, day.reason, day.note))

    def of_hours(self, date: date) -> CountedDay:
        day, clock = self.calendar.day(date), self.term.unit is TermUnit.HOUR
        windows = [self._whole(date)] if clock else self.calendar.spans_on(date)
        if not windows:
            return CountedDay(date, False, day.reason, day.note)
        running = _common(windows, [(self.start, self.due)])
        if not running:
            return CountedDay(date, False, DayReason.OUTSIDE_HOURS, day.note)
        reason = DayReason.CALENDAR_DAY if clock else day.reason
        return self._less_pauses(CountedDay(date, True, reason, day.note), running)

    def _less_pauses(self, line: CountedDay, running: list[Span] | None = None) -> CountedDay:
        if not line.counted:
            return line
        windows = running or self.calendar.spans_on(line.date) or [self._whole(line.date)]
        paused = _length(_common(windows, self.pauses))
        if not paused:
            return line
        if paused == _length(windows):
            return CountedDay(line.date, False, DayReason.PAUSED, line.note)
        return CountedDay(line.date, True, DayReason.PARTLY_PAUSED, line.note)

    def _whole(self, date: date) -> Span:
        return self.calendar.instant(date, time()), self.calendar.instant(date + _ONE_DAY, time())


def _common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The intersection of two lists of spans."""
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return [(begin, end) for begin, end in pairs if begin < end]


def _length(spans: Sequence[Span]) -> int:
    return sum(end - begin for begin, end in spans)
