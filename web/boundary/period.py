"""The period a figure is asked for: instants or days, this year so far when nothing is said."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.messages.wire import Rejected, parse_time
from web.boundary.call import Call

# a "+" that nobody escaped reaches us as a space
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Interval(NamedTuple):
    """`[start, end)` in epoch ms, and the earlier of `end` and now."""

    start: int
    end: int
    at: int


def period(call: Call, org: str | None, start: str | None, end: str | None) -> Interval:
    """A day as the start means its first instant, as the end its last; IocError names a parameter that cannot be."""
    this_year = local(call.now, call.zone(org)).date().replace(month=1, day=1)
    begin = _midnight(call, org, this_year) if start is None else moment(call, "from", start, org)
    finish = max(begin, call.now) if end is None else moment(call, "to", end, org, end_of_day=True)
    if finish < begin:
        raise IocError(Code.INVALID_VALUE, "to: must not be before from", name="to", detail="must not be before from")
    return Interval(begin, finish, min(finish, call.now))


def moment(call: Call, name: str, text: str, org: str | None, *, end_of_day: bool = False) -> int:
    """An instant, or a day `YYYY-MM-DD` of the org."""
    if not _DAY.fullmatch(text):
        return instant(call, name, text, org, 0)
    try:
        day = date.fromisoformat(text) + timedelta(days=1 if end_of_day else 0)
        return _midnight(call, org, day)
    except (ValueError, OverflowError):
        raise IocError(Code.INVALID_VALUE, f"{name}: no such day", name=name, detail="no such day") from None


def instant(call: Call, name: str, text: str | None, org: str | None, default: int) -> int:
    """RFC 3339 or epoch milliseconds; IocError `invalid_value` names the parameter."""
    if text is None:
        return default
    try:
        return parse_time(_LOST_PLUS.sub(r"+\1", text), call.zone(org))[0]
    except Rejected as error:
        raise IocError(Code.INVALID_VALUE, f"{name}: {error.detail}", name=name, detail=error.detail) from None


def _midnight(call: Call, org: str | None, day: date) -> int:
    if day.year == date.min.year:  # its first midnight is not on the clock of every zone
        raise ValueError
    return int(datetime.combine(day, time(), call.zone(org)).timestamp() * 1000)
