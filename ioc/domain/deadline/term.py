"""The time a procedure may take."""

import math
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ioc.core.errors import Code, IocError

_MOST = {"month": 120, "day": 3_660, "working_day": 3_660}
_MOST_HOURS = 30_000


class TermUnit(StrEnum):
    """The units of the national form; a working day is a day, never 8 hours."""

    WORKING_DAY = "working_day"
    DAY = "day"
    WORKING_HOUR = "working_hour"
    HOUR = "hour"
    MONTH = "month"

    @property
    def in_days(self) -> bool:
        """True where it ends with a day, not at an hour."""
        return self in (TermUnit.WORKING_DAY, TermUnit.DAY, TermUnit.MONTH)

    @property
    def by_calendar(self) -> bool:
        """True where days off count."""
        return self in (TermUnit.DAY, TermUnit.MONTH)


@dataclass(frozen=True, slots=True)
class Term:
    """A checked length; IocError `invalid_value` where a day is not whole or the length is not of this world."""

    value: float
    unit: TermUnit

    def __post_init__(self) -> None:
        most = _MOST.get(self.unit, _MOST_HOURS)
        if not (math.isfinite(self.value) and 0 <= self.value <= most):
            raise _invalid(f"a term in {self.unit} is from 0 to {most}")
        if self.unit.in_days and self.value != int(self.value):
            raise _invalid(f"a term in {self.unit} is a whole number")

    @property
    def whole(self) -> int:
        """The length of one in days or months."""
        return int(self.value)

    def ends(self, first: date) -> date:
        """The last day of one that runs by the calendar and began on `first`, off or not.

        A month ends on the day of the same number, or the last of a month that has none (Civil Code 2015 art. 148.3).
        """
        if self.unit is TermUnit.DAY:
            return first + timedelta(days=self.whole)
        years, month = divmod(first.month - 1 + self.whole, 12)
        year, month = first.year + years, month + 1
        return date(year, month, min(first.day, monthrange(year, month)[1]))


def _invalid(detail: str) -> IocError:
    return IocError(Code.INVALID_VALUE, f"value: {detail}", name="value", detail=detail)
