"""Counters as their events tell: whether one is open, which ends with the day where nobody closes it."""

from datetime import datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from ioc.core.clock import local


class DeskTimes(Protocol):
    """The instants of table `desk` (epoch ms)."""

    @property
    def opened_at(self) -> int | None: ...

    @property
    def closed_at(self) -> int | None: ...

    @property
    def ticket_at(self) -> int | None: ...


def midnight(now: int, tz: ZoneInfo) -> int:
    """When the day of `now` began there."""
    return int(datetime.combine(local(now, tz).date(), time(), tz).timestamp() * 1000)


def is_open(desk: DeskTimes, day_began: int) -> bool:
    """Opened today and not closed since; one whose opening was never told, once it has called somebody today."""
    since = desk.ticket_at if desk.opened_at is None else desk.opened_at
    return since is not None and since >= day_began and since > (desk.closed_at or 0)
