"""The verdict on one dossier: its due instants, how it ended, and when it turns near, overdue or late to accept."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from ioc.core.errors import IocError
from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import add_working_days, add_working_hours
from ioc.domain.deadline import Term, TermUnit, due_at
from ioc.domain.deadline.due import push
from ioc.domain.dossiers.history.course import NEVER, Course


class Timeliness(StrEnum):
    """The end of a dossier; `undated` where no due date was ever reported or could be computed."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    UNDATED = "undated"


class Policy(Protocol):
    """The choices of an installation (`[dossiers]`)."""

    @property
    def near_due_days(self) -> int: ...

    @property
    def accept_within_h(self) -> float: ...

    @property
    def payment_pauses(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """Epoch ms. `due_at` holds the pauses so far; `overdue_at` is None while the clock stands still before it.

    `given` is what the source promised, `computed` what its term comes to; the given one counts.
    """

    due_at: int | None
    given: int | None
    computed: int | None
    near_at: int | None
    overdue_at: int | None
    outcome: Timeliness | None
    undated: bool
    late_to_accept_at: int | None


def judge(course: Course, calendar: Calendar, policy: Policy) -> Judgement:
    """Pure. Early is an earlier local date than due, on time the same date and not after the instant.

    Asked twice for papers counts as overdue from the second request on (formula of QĐ 766/QĐ-TTg, 2.1).
    """
    computed = _computed(course, calendar)
    given, due = None, computed
    if course.promises:
        given = course.promises[-1][1]
        due = _pushed(course, calendar, given)
    overdue = _overdue_at(course, due)
    return Judgement(
        due_at=due,
        given=given,
        computed=computed,
        near_at=_near_at(course, calendar, due, overdue, policy),
        overdue_at=overdue,
        outcome=_outcome(course, calendar, due, overdue),
        undated=due is None and overdue is None,
        late_to_accept_at=_late_to_accept_at(course, calendar, policy),
    )


def _computed(course: Course, calendar: Calendar) -> int | None:
    term = course.fields.get("term")
    if term is None or course.received_at is None:
        return None
    finite = tuple(pause for pause in course.pauses if pause[1] != NEVER)
    try:
        return _due_at(calendar, course.received_at, term["value"], term["unit"], finite)
    except IocError:
        return None  # a term of another world, or a calendar without a working day: nobody can say


@lru_cache(maxsize=65_536)
def _due_at(calendar: Calendar, start: int, value: float, unit: str, pauses: tuple[tuple[int, int], ...]) -> int:
    return due_at(calendar, start, Term(value, TermUnit(unit)), pauses)


def _pushed(course: Course, calendar: Calendar, given: int) -> int:
    try:
        return push(calendar, given, _own_pauses(course))
    except IocError:
        return given  # where nobody opens again no working time follows


def _own_pauses(course: Course) -> list[tuple[int, int]]:
    """The finished pauses a promise does not hold yet: one that was changed holds those that ended before."""
    changed_at = course.promises[-1][0] if len(course.promises) > 1 else 0
    return [(begin, end) for begin, end in course.pauses if end != NEVER and end > changed_at]


def _overdue_at(course: Course, due: int | None) -> int | None:
    if course.received_at is None:
        return None
    second = course.requests[1] if len(course.requests) > 1 else NEVER
    waiting_since = next((begin for begin, end in course.pauses if end == NEVER), NEVER)
    passed = due if due is not None and due < waiting_since else NEVER
    found = max(min(passed, second), course.received_at)
    return None if found == NEVER else found


def _near_at(course: Course, calendar: Calendar, due: int | None, overdue: int | None, policy: Policy) -> int | None:
    if due is None or overdue is None or course.received_at is None:
        return None
    try:
        near = _days_before(calendar, due, policy.near_due_days)
    except IocError:
        return None
    return max(near, course.received_at) if near < overdue else None


@lru_cache(maxsize=65_536)
def _days_before(calendar: Calendar, at: int, days: int) -> int:
    """The same time of day, so many working days earlier."""
    day = calendar.date_of(at)
    return calendar.instant(add_working_days(calendar, day, -days), calendar.time_of(at))


def _outcome(course: Course, calendar: Calendar, due: int | None, overdue: int | None) -> Timeliness | None:
    ended = course.ended_at
    if ended is None:
        return None
    if overdue is not None and ended > overdue:
        return Timeliness.LATE
    if due is None:
        return Timeliness.UNDATED
    return Timeliness.EARLY if calendar.date_of(ended) < calendar.date_of(due) else Timeliness.ON_TIME


def _late_to_accept_at(course: Course, calendar: Calendar, policy: Policy) -> int | None:
    if course.submitted_at is None or course.fields.get("submission") != "online":
        return None
    try:
        limit = _accept_by(calendar, course.submitted_at, policy.accept_within_h)
    except IocError:
        return None
    return limit if course.answered_at is None or course.answered_at > limit else None


@lru_cache(maxsize=65_536)
def _accept_by(calendar: Calendar, submitted: int, hours: float) -> int:
    return add_working_hours(calendar, submitted, hours)
