"""The way of a dossier between agencies, and the working time each of them used."""

from dataclasses import dataclass

from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import working_days_between, working_time_between
from ioc.domain.dossiers.history import statements
from ioc.domain.dossiers.history.course import NEVER, Course
from ioc.domain.dossiers.history.statements import History


@dataclass(frozen=True, slots=True)
class Hop:
    """One agency's turn; epoch ms, `end` None while it lasts, `working_ms` without the pauses of the clock.

    `working_days` are those after the day it began, up to the one it ended on.
    """

    org: str
    start: int
    end: int | None
    working_ms: int
    working_days: int


def hops(history: History, course: Course, receiving: str, calendar: Calendar, now: int) -> list[Hop]:
    """From the day it was taken in to its end: first with the receiving org, then with each that handled it."""
    begun = turns(history, course, receiving, now)
    end = course.ended_at
    last = now if end is None else end
    starts = [start for start, _ in begun[1:]]
    return [
        _hop(org, start, until, last if until is None else until, course, calendar)
        for (start, org), until in zip(begun, [*starts, end], strict=True)
    ]


def _hop(org: str, start: int, end: int | None, until: int, course: Course, calendar: Calendar) -> Hop:
    days = working_days_between(calendar, calendar.date_of(start), calendar.date_of(max(start, until)))
    return Hop(org, start, end, _worked(course, calendar, start, until), days)


def turns(history: History, course: Course, receiving: str, now: int) -> list[tuple[int, str]]:
    """When each agency's turn began, and whose it was; none before it was taken in."""
    if course.received_at is None:
        return []
    last = now if course.ended_at is None else course.ended_at
    found = [(course.received_at, receiving)]
    for at, org in statements.successive(history, "handling_org"):
        start = max(at, course.received_at)
        if org != found[-1][1] and start < last:
            found = [*found, (start, org)] if start > found[-1][0] else [*found[:-1], (start, org)]
    return found


def working_time_left(course: Course, calendar: Calendar, due: int | None, now: int) -> int | None:
    """Working ms to the due instant, negative beyond it; it stands still while the clock does."""
    if due is None or course.ended_at is not None:
        return None
    return working_time_between(calendar, _clock(course, now), due)


def working_days_left(course: Course, calendar: Calendar, due: int | None, now: int) -> int | None:
    """In working days: those after today up to the day it is due; negative: those after that day up to today."""
    if due is None or course.ended_at is not None:
        return None
    return working_days_between(calendar, calendar.date_of(_clock(course, now)), calendar.date_of(due))


def _clock(course: Course, now: int) -> int:
    """Where the clock of the term stands: now, or when it was stopped."""
    return next((begin for begin, end in course.pauses if end == NEVER), now)


def _worked(course: Course, calendar: Calendar, start: int, end: int) -> int:
    """Open hours of the span, less those in which the clock stood still."""
    stopped = [(max(start, begin), min(end, stop)) for begin, stop in course.pauses]
    paused = sum(working_time_between(calendar, begin, stop) for begin, stop in stopped if begin < stop)
    return working_time_between(calendar, start, max(start, end)) - paused
