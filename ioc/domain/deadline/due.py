"""The instant a term ends, with the pauses of its clock."""

from collections.abc import Iterable
from datetime import date

from ioc.core.errors import Code, IocError
from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import (
    add_hours,
    add_working_days,
    add_working_hours,
    next_working_day,
    on_or_after,
    shift,
    working_time_between,
)
from ioc.domain.deadline.term import Term, TermUnit

Pause = tuple[int, int]  # from, to: epoch ms


def due_at(calendar: Calendar, start: int, term: Term, pauses: Iterable[Pause] = ()) -> int:
    """Epoch ms. Each pause that begins before the term ends pushes it by the working time it took.

    A term in hours of the clock is pushed by the whole time: that clock runs by night too.
    """
    return push(calendar, nominal(calendar, start, term), merged(pauses, start), clock=term.unit is TermUnit.HOUR)


def push(calendar: Calendar, due: int, pauses: Iterable[Pause], *, clock: bool = False) -> int:
    """`due` moved on by each pause, in order and apart, that begins before it: by its working time, or all of it."""
    for begin, end in pauses:
        if begin >= due:
            break
        if clock:
            due += end - begin
        elif paused := working_time_between(calendar, begin, end):
            due = shift(calendar, due, paused)
    return due


def nominal(calendar: Calendar, start: int, term: Term) -> int:
    """The end of the term if its clock never stops; terms in days end with the last day's closing."""
    if term.unit is TermUnit.HOUR:
        return add_hours(start, term.value)
    if term.unit is TermUnit.WORKING_HOUR:
        return add_working_hours(calendar, start, term.value)
    return calendar.closing(_last_day(calendar, start, term))


def merged(pauses: Iterable[Pause], start: int) -> list[Pause]:
    """In order, without overlaps, from `start` on; IocError `bad_pause` where one ends before it begins."""
    found: list[Pause] = []
    for begin, end in sorted(pauses):
        if end < begin:
            raise IocError(Code.BAD_PAUSE, f"a pause ends ({end}) before it begins ({begin})", begin=begin, end=end)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((max(begin, start), end))
    return found


def _last_day(calendar: Calendar, start: int, term: Term) -> date:
    first = calendar.date_of(start)
    if not term.whole:
        return _same_day(calendar, first, start)
    if term.unit.by_calendar:
        return on_or_after(calendar, term.ends(first))
    return add_working_days(calendar, first, term.whole)


def _same_day(calendar: Calendar, day: date, start: int) -> date:
    """A term of no days ends with the day itself, or the next where that is off or over."""
    found = on_or_after(calendar, day)
    return found if calendar.closing(found) >= start else next_working_day(calendar, found)
