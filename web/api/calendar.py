"""The working days of an org in a year: weekly hours, and every day that is not as they say, with the reason."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from ioc.core.hours import write_period
from ioc.core.model import FIRST_YEAR, LAST_YEAR, Role
from ioc.core.weeks import WEEKDAYS, Periods
from ioc.domain.calendar.days import DayKind
from ioc.domain.calendar.year import OddDay, WeekSpan, tell
from web.boundary.route import V1, Call, Route


class Query(Struct, frozen=True):
    """`year`: this one when absent."""

    org: str
    year: Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)] | None = None


def calendar(call: Call) -> dict[str, Any]:
    org = call.query.org
    call.subtree(org)
    found = call.site.world.inventory.calendar(org)
    year = tell(found, call.query.year or found.date_of(call.now).year)
    return {
        "org": org,
        "year": year.number,
        "estimated": year.estimated,
        "weeks": [_week(span) for span in year.weeks],
        "days": [_day(call, odd) for odd in year.days],
    }


def _week(span: WeekSpan) -> dict[str, Any]:
    hours = {name: _written(periods) for name, periods in zip(WEEKDAYS, span.week, strict=True)}
    return {"from": span.first.isoformat(), "to": span.last.isoformat(), "hours": hours}


def _day(call: Call, odd: OddDay) -> dict[str, Any]:
    day = odd.day
    return {
        "date": day.date.isoformat(),
        "weekday": WEEKDAYS[day.date.weekday()],
        "kind": DayKind.WORK if day.working else DayKind.OFF,
        "periods": _written(day.periods),
        "reason": day.reason,
        "text": call.site.context.texts.render(call.lang, f"ui.deadline.{day.reason}", {}),
        "note": day.note,
        "source": day.source,
        "estimated": odd.estimated,
    }


def _written(periods: Periods) -> list[str]:
    return [write_period(period) for period in periods]


ROUTES = (Route("GET", f"{V1}/calendar", Role.LEADER, calendar, "Weekly hours and special days of a year", Query),)
