"""The rhythm in which a feed delivers, and the instants by which it must have; pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice
from typing import NamedTuple, Protocol

from ioc.core.errors import Code, UsageError
from ioc.core.periods import Length, Span

ALLOWED = "60s, 15min, 1h; d or wd (every day or working day); m+5wd, q+10d, y+31d (so long after a period's end)"
_EVERY = re.compile(r"([1-9]\d{0,6})(s|min|h)")
_BY_DAY = re.compile(r"1?(d|wd)")
_BY_PERIOD = re.compile(r"1?([mqy])\+([1-9]\d{0,2})(d|wd)")
_LENGTHS = {"d": Length.DAY, "wd": Length.DAY, "m": Length.MONTH, "q": Length.QUARTER, "y": Length.YEAR}
_SECONDS = {"s": 1, "min": 60, "h": 3_600}
_MONTHS = {"m": range(1, 13), "q": (1, 4, 7, 10), "y": (1,)}
_LONGEST_DAYS = 1_000  # of a due day after the period it is of: working days are about two of three
# how many days back a score looks: a month of days, a year of months, two years of quarters, three of years
_LOOK_BACK = {"d": 31, "wd": 31, "m": 400, "q": 800, "y": 1_200}


class WorkingDays(Protocol):
    """The calendar of an org, as far as cadences need it."""

    def date_of(self, at: int) -> date: ...

    def instant(self, day: date, at: time) -> int: ...

    def closing(self, day: date) -> int: ...

    def is_working_day(self, day: date) -> bool: ...


@dataclass(frozen=True, slots=True)
class Cadence:
    """`every_s` for one of seconds, hours; else `step` (d, wd, m, q, y) and the `nth` day after a period's end."""

    text: str
    every_s: int | None = None
    step: str = ""
    nth: int = 0
    working: bool = False

    @classmethod
    def parse(cls, text: str) -> "Cadence":
        """UsageError `bad_cadence` says what is allowed."""
        if (match := _EVERY.fullmatch(text)) is not None:
            return cls(text, int(match[1]) * _SECONDS[match[2]])
        if (match := _BY_DAY.fullmatch(text)) is not None:
            return cls(text, step=match[1], working=match[1] == "wd")
        if (match := _BY_PERIOD.fullmatch(text)) is not None:
            return cls(text, step=match[1], nth=int(match[2]), working=match[3] == "wd")
        raise UsageError(Code.BAD_CADENCE, f"cadence {text!r}: allowed are {ALLOWED}", value=text)

    @property
    def length(self) -> Length | None:
        """The length of a delivery's period; None for a feed that comes by the second or hour."""
        return _LENGTHS.get(self.step)

    @property
    def look_back_days(self) -> int:
        return _LOOK_BACK[self.step]


class Came(NamedTuple):
    """A delivery, in epoch ms: when it came in, and up to when it speaks, where it says so."""

    at: int
    until: int | None = None

    @property
    def reaches(self) -> int:
        """Up to when it can speak: told on the 30th of the 26th, it is of the 26th."""
        return self.at if self.until is None else min(self.at, self.until)


class Due(NamedTuple):
    """By when a delivery must have come; one of a period must reach its end, and not that of the next one."""

    at: int
    ends: Span | None


@dataclass(frozen=True, slots=True)
class Contract:
    """A calendar cadence in the days of its org; `cut_off` is the end of the day, or closing on a working day."""

    cadence: Cadence
    calendar: WorkingDays
    cut_off: time | None = None

    def dues(self, after: int, until: int) -> list[int]:
        """Every instant in (after, until] by which a delivery must have come, in epoch ms."""
        return [due.at for due in self._dues(after, until)]

    def _dues(self, after: int, until: int) -> list[Due]:
        days = self._days(self.calendar.date_of(after) - timedelta(1), self.calendar.date_of(until))
        found = (Due(self._instant(day), None if of is None else self._ends(of)) for of, day in days)
        return sorted(due for due in found if after < due.at <= until)

    def next_due(self, now: int) -> int | None:
        end = self.calendar.instant(self.calendar.date_of(now) + timedelta(_LONGEST_DAYS), time())
        return next(iter(self.dues(now, end)), None)

    def late_since(self, delivered: Iterable[Came], begins: int | None, now: int) -> int | None:
        """The first instant that passed without the delivery it was for; None while the contract is kept.

        One delivery is good for one due instant: that of its period, or the next one after what it speaks of. Before
        the first one only `begins`, the first day of the contract, can make it late.
        """
        counting = [came for came in delivered if not self._is_early(came)]
        if not counting:
            return None if begins is None else next(iter(self.dues(begins, now)), None)
        missed = [self._missed_after(came, now) for came in counting]
        return None if None in missed else max(at for at in missed if at is not None)

    def kept(self, delivered: Iterable[Came], begins: int | None, now: int) -> tuple[int, int]:
        """The number of past due instants that had a delivery of their own, and the number of all of them."""
        known = sorted(came for came in delivered if not self._is_early(came))
        start = begins if begins is not None else known[0].at - 1 if known else now
        start = max(start, now - self.cadence.look_back_days * 86_400_000)
        good = of = 0
        for due in self._dues(start, now):
            of += 1
            good += any(came.at <= due.at and self._is_for(came, start, due) for came in known)
            start = due.at
        return good, of

    def _is_early(self, came: Came) -> bool:
        """False for a month or year that still runs: its figure is not yet the delivery."""
        return bool(self.cadence.nth) and came.until is not None and came.until > came.at

    def _is_for(self, came: Came, before: int, due: Due) -> bool:
        if came.until is not None and due.ends is not None:
            return due.ends.start <= came.until < due.ends.end
        return came.reaches > before

    def _missed_after(self, came: Came, now: int) -> int | None:
        if self.cadence.nth and came.until is not None:
            later = (due for due in self._dues(came.until, now) if due.ends is not None and due.ends.start > came.until)
            return next((due.at for due in later), None)
        return next(islice(self.dues(came.reaches, now), 1, None), None)

    def _ends(self, ended: date) -> Span:
        """From the end of one period to that of the next."""
        months = {"m": 1, "q": 3, "y": 12}[self.cadence.step]
        ahead = ended.month - 1 + months
        return Span(self._midnight(ended), self._midnight(date(ended.year + ahead // 12, ahead % 12 + 1, 1)))

    def _days(self, first: date, last: date) -> Iterator[tuple[date | None, date]]:
        """Days on which a delivery is due, each with the day after its period where it has one."""
        if self.cadence.nth:
            yield from self._after_periods(first, last)
            return
        day = first
        while day <= last:
            if not self.cadence.working or self.calendar.is_working_day(day):
                yield None, day
            day += timedelta(1)

    def _after_periods(self, first: date, last: date) -> Iterator[tuple[date, date]]:
        months = _MONTHS[self.cadence.step]
        for year in range((first - timedelta(_LONGEST_DAYS)).year, last.year + 1):
            for ended in (date(year, month, 1) for month in months):
                if ended <= last and (day := self._nth(ended)) >= first:
                    yield ended, day

    def _nth(self, day: date) -> date:
        """The n-th day from the first of the month on, which is the first one after the period."""
        if not self.cadence.working:
            return day + timedelta(self.cadence.nth - 1)
        left = self.cadence.nth
        for _ in range(_LONGEST_DAYS):
            left -= self.calendar.is_working_day(day)
            if not left:
                break
            day += timedelta(1)
        return day

    def _instant(self, day: date) -> int:
        if self.cut_off is not None:
            return self.calendar.instant(day, self.cut_off)
        if self.calendar.is_working_day(day):
            return self.calendar.closing(day)
        return self._midnight(day + timedelta(1))

    def _midnight(self, day: date) -> int:
        return self.calendar.instant(day, time())
