"""When something received now must be done, with every day counted or passed over."""

from datetime import UTC, datetime

from msgspec import Struct

from ioc.core.errors import Code, IocError
from ioc.core.model import FIRST_YEAR, LAST_YEAR, Role
from ioc.domain.deadline import CountedDay, Term, TermUnit, explain
from web.boundary.answers import Day, Instant
from web.boundary.call import Call
from web.boundary.period import moment
from web.boundary.route import V1, Route

# lunar days can be computed within these
FIRST, LAST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


class Query(Struct, frozen=True):
    org: str
    start: str
    value: float
    unit: TermUnit


class TermDay(Struct, frozen=True):
    """A day of the term: counted, or why not."""

    date: Day
    counted: bool
    reason: str
    text: str
    note: str | None


class DeadlineAnswer(Struct, frozen=True, kw_only=True):
    org: str
    start: Instant
    value: float
    unit: TermUnit
    due_at: Instant
    estimated: bool
    days: list[TermDay]


def deadline(call: Call, query: Query) -> DeadlineAnswer:
    org = query.org
    call.subtree(org)
    term = Term(query.value, query.unit)
    start = moment(call, "start", query.start, org)
    if not FIRST.timestamp() <= start / 1000 <= LAST.timestamp():
        detail = f"start is from {FIRST:%Y-%m-%d} to {LAST:%Y-%m-%d}"
        raise IocError(Code.INVALID_VALUE, detail, name="start", detail=detail)
    found = explain(call.inventory.calendar(org), start, term)
    return DeadlineAnswer(
        org=org,
        start=call.at(start, org),
        value=query.value,
        unit=query.unit,
        due_at=call.at(found.due_at, org),
        estimated=found.estimated,
        days=[_day(call, day) for day in found.days],
    )


def _day(call: Call, day: CountedDay) -> TermDay:
    return TermDay(day.date.isoformat(), day.counted, day.reason, call.say(f"ui.deadline.{day.reason}"), day.note)


_SUMMARY = "When a term ends, with every day counted or not"
ROUTES = (Route("GET", f"{V1}/deadline", Role.LEADER, deadline, _SUMMARY, (Code.UNKNOWN_ORG, Code.NEVER_OPEN)),)
