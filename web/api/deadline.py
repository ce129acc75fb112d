"""When something received now must be done, with every day counted or passed over."""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from ioc.core.errors import Code, IocError
from ioc.core.model import FIRST_YEAR, LAST_YEAR, Role
from ioc.domain.deadline import CountedDay, Term, Unit, explain
from web.boundary.period import moment
from web.boundary.route import V1, Call, Route

# lunar days can be computed within these
FIRST, LAST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


class Query(Struct, frozen=True):
    org: str
    start: str
    value: float
    unit: Unit


def deadline(call: Call) -> dict[str, Any]:
    query, org = call.query, call.query.org
    call.subtree(org)
    term = Term(query.value, query.unit)
    start = moment(call, "start", query.start, org)
    if not FIRST.timestamp() <= start / 1000 <= LAST.timestamp():
        detail = f"start is from {FIRST:%Y-%m-%d} to {LAST:%Y-%m-%d}"
        raise IocError(Code.INVALID_VALUE, detail, name="start", detail=detail)
    found = explain(call.site.world.inventory.calendar(org), start, term)
    return {
        "org": org,
        "start": call.at(start, org),
        "value": query.value,
        "unit": query.unit,
        "due_at": call.at(found.due_at, org),
        "estimated": found.estimated,
        "days": [_day(call, day) for day in found.days],
    }


def _day(call: Call, day: CountedDay) -> dict[str, Any]:
    text = call.site.context.texts.render(call.lang, f"ui.deadline.{day.reason}", {})
    plain = {"date": day.date.isoformat(), "counted": day.counted, "reason": day.reason}
    return plain | {"text": text, "note": day.note}


ROUTES = (
    Route("GET", f"{V1}/deadline", Role.LEADER, deadline, "When a term ends, with every day counted or not", Query),
)
