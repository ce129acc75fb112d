"""Quiet hours: what is not critical waits for their end."""

from alerts.model import Alert
from ioc.core.model import Severity
from ioc.core.windows import RecurringWindow
from ioc.domain.inventory import Inventory


def wait_s(of_person: str | None, of_route: str | None, alert: Alert, inventory: Inventory, now: int) -> float:
    """The seconds until an alert may be told, in the local time of its org; 0 outside quiet hours."""
    if alert.severity is Severity.CRITICAL:
        return 0.0
    calendar = inventory.calendar(alert.org)
    ends = [
        span[1]
        for hours in (of_person, of_route)
        if hours is not None and (span := RecurringWindow.parse("mon-sun", hours).span(now, calendar)) is not None
    ]
    return max((end - now) / 1000 for end in ends) if ends else 0.0
