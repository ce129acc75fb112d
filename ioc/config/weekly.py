"""Section `[calendar]`: the weekly opening hours of orgs, and their reading."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from ioc.core.errors import UsageError
from ioc.core.hours import read_periods
from ioc.core.weeks import EVERY_ORG, WEEKDAYS, MonthDay, Periods, Season, WeekRow, Weeks

CLOSED = "closed"
_MONTH_DAY = re.compile(r"^(\d\d)-(\d\d)$")
_LEAP_YEAR = 2024


class WeekHours(Struct, frozen=True, kw_only=True):
    """Hours of the weekdays that are named; `weekdays` is Monday to Friday, a day by its own name wins over it."""

    org: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    weekdays: str | None = None
    mon: str | None = None
    tue: str | None = None
    wed: str | None = None
    thu: str | None = None
    fri: str | None = None
    sat: str | None = None
    sun: str | None = None

    def __post_init__(self) -> None:
        if not self.row.hours:
            raise ValueError(f"names no day; allowed: weekdays, {', '.join(WEEKDAYS)}")

    @property
    def row(self) -> WeekRow:
        """ValueError names the key that cannot be read."""
        named = {} if self.weekdays is None else dict.fromkeys(range(5), _periods("weekdays", self.weekdays))
        for weekday, name in enumerate(WEEKDAYS):
            if (text := getattr(self, name)) is not None:
                named[weekday] = _periods(name, text)
        return WeekRow(named, self._season())

    def _season(self) -> Season | None:
        if self.from_ is None and self.to is None:
            return None
        if self.from_ is None or self.to is None:
            raise ValueError("from and to go together")
        return Season(month_day("from", self.from_), month_day("to", self.to))


class CalendarSettings(Struct, frozen=True, kw_only=True):
    week: tuple[WeekHours, ...] = ()

    @property
    def weeks(self) -> Weeks:
        return by_org(self.week)


def by_org(given: Iterable[WeekHours]) -> Weeks:
    """The rows of each org so that the later one wins: seasons over all year, else as they were written."""
    found: dict[str, list[WeekRow]] = {}
    for hours in given:
        found.setdefault(hours.org or EVERY_ORG, []).append(hours.row)
    return {org: tuple(sorted(rows, key=lambda row: row.season is not None)) for org, rows in found.items()}


def _periods(key: str, text: str) -> Periods:
    if text == CLOSED:
        return ()
    try:
        found = read_periods(text)
    except UsageError:
        found = ()
    if not found or any(before[1] > after[0] for before, after in pairwise(found)):
        raise ValueError(f"{key}: {text!r}; allowed: {CLOSED}, or HH:MM-HH:MM,HH:MM-HH:MM up to 24:00 without overlaps")
    return found


def month_day(key: str, text: str) -> MonthDay:
    """`MM-DD` of any year; ValueError names the key otherwise."""
    match = _MONTH_DAY.match(text)
    try:
        day = date(_LEAP_YEAR, *map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"{key}: {text!r}; allowed: a month and a day such as 10-17")
    return day.month, day.day
