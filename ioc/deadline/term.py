"""How long something may take."""

import math
from dataclasses import dataclass
from enum import StrEnum

from ioc.errors import IocError

MAX_DAYS = 3_660
MAX_HOURS = 30_000


class Unit(StrEnum):
    """The units of the national form; a working day is a day, never 8 hours."""

    WORKING_DAY = "working_day"
    DAY = "day"
    WORKING_HOUR = "working_hour"
    HOUR = "hour"

    @property
    def in_days(self) -> bool:
        return self in (Unit.WORKING_DAY, Unit.DAY)


@dataclass(frozen=True, slots=True)
class Term:
    """A checked length; IocError `invalid_value` where a day is not whole or the length is not of this world."""

    value: float
    unit: Unit

    def __post_init__(self) -> None:
        most = MAX_DAYS if self.unit.in_days else MAX_HOURS
        if not (math.isfinite(self.value) and 0 <= self.value <= most):
            raise _invalid(f"a term in {self.unit} is from 0 to {most}")
        if self.unit.in_days and self.value != int(self.value):
            raise _invalid(f"a term in {self.unit} is a whole number")

    @property
    def days(self) -> int:
        return int(self.value)


def _invalid(detail: str) -> IocError:
    return IocError("invalid_value", f"value: {detail}", name="value", detail=detail)
