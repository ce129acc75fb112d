"""The working days of an org in a year: weekly hours, and every day that is not as they say, with the reason."""

from typing import Annotated

from msgspec import Meta, Struct, field

from ioc.core.errors import Code
from ioc.core.hours import write_period
from ioc.core.model import FIRST_YEAR, LAST_YEAR, Role
from ioc.core.weeks import WEEKDAYS, Periods
from ioc.domain.calendar.days import DayKind
from ioc.domain.calendar.year import OddDay, WeekSpan, tell
from web.boundary.answers import Day
from web.boundary.call import Call
from web.boundary.route import V1, Route


class Query(Struct, frozen=True):
    """`year`: this one when absent."""

    org: str
    year: Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)] | None = None


class Week(Struct, frozen=True):
    """The hours of each weekday from one day to another."""

    from_: Day = field(name="from")
    to: Day
    hours: dict[str, list[str]]


class SpecialDay(Struct, frozen=True):
    """A day that is not as the week says."""

    date: Day
    weekday: str
    kind: DayKind
    periods: list[str]
    reason: str
    text: str
    note: str | None
    source: str | None
    estimated: bool


class Year(Struct, frozen=True):
    org: str
    year: int
    estimated: bool
    weeks: list[Week]
    days: list[SpecialDay]


def calendar(call: Call, query: Query) -> Year:
    call.subtree(query.org)
    found = call.inventory.calendar(query.org)
    year = tell(found, query.year or found.date_of(call.now).year)
    weeks = [_week(span) for span in year.weeks]
    return Year(query.org, year.number, year.estimated, weeks, [_day(call, odd) for odd in year.days])


def _week(span: WeekSpan) -> Week:
    hours = {name: _written(periods) for name, periods in zip(WEEKDAYS, span.week, strict=True)}
    return Week(span.first.isoformat(), span.last.isoformat(), hours)


def _day(call: Call, odd: OddDay) -> SpecialDay:
    day = odd.day
    return SpecialDay(
        date=day.date.isoformat(),
        weekday=WEEKDAYS[day.date.weekday()],
        kind=DayKind.WORK if day.working else DayKind.OFF,
        periods=_written(day.periods),
        reason=day.reason,
        text=call.say(f"ui.deadline.{day.reason}"),
        note=day.note,
        source=day.source,
        estimated=odd.estimated,
    )


def _written(periods: Periods) -> list[str]:
    return [write_period(period) for period in periods]


_SUMMARY = "Weekly hours and special days of a year"
ROUTES = (Route("GET", f"{V1}/calendar", Role.LEADER, calendar, _SUMMARY, (Code.UNKNOWN_ORG,)),)
