"""Days and instants as a Vietnamese report writes them."""

from datetime import time

from ioc.core.clock import local
from web.boundary.call import Call
from web.boundary.period import Interval

DAY = "%d/%m/%Y"
INSTANT = "%H:%M %d/%m/%Y"


def moment(call: Call, at: int, org: str | None, pattern: str = INSTANT) -> str:
    """On the wall clock of an org."""
    return local(at, call.zone(org)).strftime(pattern)


def span(call: Call, asked: Interval, org: str | None) -> tuple[str, str]:
    """First and last day of a period; an end within a day, or a begin, with its time."""
    zone = call.zone(org)
    start, end = local(asked.start, zone), local(asked.end, zone)
    last = local(asked.end - 1, zone).strftime(DAY) if end.time() == time() else end.strftime(INSTANT)
    return start.strftime(DAY if start.time() == time() else INSTANT), last
