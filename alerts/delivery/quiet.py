"""Quiet hours: what is not critical waits for their end."""

from functools import cache
from zoneinfo import ZoneInfo

from alerts.model import Alert
from ioc.core.model import Severity
from ioc.core.windows import RecurringWindow
from ioc.domain.calendar import Calendar
from ioc.domain.inventory import Inventory


def wait_s(of_person: str | None, of_route: str | None, alert: Alert, inventory: Inventory, now: int) -> float:
    """The seconds until an alert may be told, in the local time of its org; 0 outside quiet hours."""
    if alert.severity is Severity.CRITICAL:
        return 0.0
    tz = inventory.orgs.tz(alert.org)
    ends = [quiet_end(hours, tz, now) for hours in (of_person, of_route) if hours is not None]
    return max(((end - now) / 1000 for end in ends if end is not None), default=0.0)


def quiet_end(hours: str, tz: ZoneInfo, now: int) -> int | None:
    """When the quiet hours that are on now end; None outside."""
    span = RecurringWindow.parse("mon-sun", hours).span(now, _clock(tz))
    return None if span is None else span[1]


@cache
def _clock(tz: ZoneInfo) -> Calendar:
    return Calendar(tz)
