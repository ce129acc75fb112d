"""A part of a whole as a percentage: 100,00 and 0,00 stand only where it is exactly that."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

DIGITS = 2


def percent(part: float, whole: float, digits: int = DIGITS) -> float | None:
    """Rounded halves up as on paper, but never onto 0 or 100 from beside them; None of nothing."""
    if not whole:
        return None
    (part_n, part_d), (whole_n, whole_d) = part.as_integer_ratio(), whole.as_integer_ratio()
    return _rounded(100 * part_n * whole_d, part_d * whole_n, digits, 100 * 10**digits)


def rounded(value: float, digits: int = DIGITS, whole: float = 100) -> float:
    """A percentage, or points of `whole`, rounded to fewer digits by the same rule."""
    if value in (0, whole):
        return float(value)
    return _rounded(*value.as_integer_ratio(), digits, round(whole * 10**digits))


def _rounded(top: int, bottom: int, digits: int, whole: int) -> float:
    """`top / bottom`, of a whole that has so many steps of the last digit."""
    scale: int = 10**digits
    steps = (2 * scale * top // bottom + 1) // 2
    off = scale * top - steps * bottom
    if off and steps in (0, whole):
        steps += 1 if (off > 0) is (bottom > 0) else -1
    return steps / scale


class Void(StrEnum):
    """Why a share says nothing although there are numbers, or why there are none."""

    NO_WORKING_TIME = "no_working_time"  # of a day off everything that is still open would be late
    NOT_REPORTED = "not_reported"


@dataclass(frozen=True, slots=True)
class Share:
    """`numerator` of `denominator`; of nothing, and where it is void, there is no percentage."""

    numerator: int = 0
    denominator: int = 0
    void: Void | None = None

    @property
    def pct(self) -> float | None:
        return None if self.void else percent(self.numerator, self.denominator)

    def shown(self) -> dict[str, Any]:
        """As every answer gives it: the percentage beside what it is of, and why there is none."""
        if self.void is Void.NOT_REPORTED:
            return {"value": None, "numerator": None, "denominator": None, "reason": self.void}
        told = {"value": self.pct, "numerator": self.numerator, "denominator": self.denominator}
        return told | ({"reason": self.void} if self.void else {})
