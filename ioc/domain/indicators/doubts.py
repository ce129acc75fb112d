"""Why a value of an indicator is refused, or shown with a flag."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Doubt(StrEnum):
    """Refused at the door: those up to `unanswerable`; the others are told beside the figure."""

    NO_SUCH_PERIOD = "no_such_period"
    OTHER_CADENCE = "other_cadence"
    PERIOD_TO_COME = "period_to_come"
    UNIT_CLOSED = "unit_closed"
    UNIT_NOT_YET = "unit_not_yet"
    NOT_OF_UNIT = "not_of_unit"
    RANK_BEYOND_TOTAL = "rank_beyond_total"
    SHARE_BEYOND_WHOLE = "share_beyond_whole"
    BEYOND_SCALE = "beyond_scale"
    NOT_ENTERED = "not_entered"
    NOTHING_TOLD = "nothing_told"
    NOT_SUM_OF_PARTS = "not_sum_of_parts"
    NOT_SUM_OF_UNITS = "not_sum_of_units"
    SHARES_NOT_WHOLE = "shares_not_whole"
    PRINTED_DIFFERS = "printed_differs"
    SHARE_WITHOUT_PARTS = "share_without_parts"


@dataclass(frozen=True, slots=True)
class ValueRefusal:
    """What cannot be, in which field, and what is allowed."""

    field: str
    reason: Doubt
    allowed: str


@dataclass(frozen=True, slots=True)
class Flag:
    """What does not add up; `expected` is what the figure would be by the others."""

    reason: Doubt
    expected: float | None = None


def digits(said: Mapping[str, object] | None) -> int:
    """Behind the comma, as it was printed; two where nothing else is known."""
    printed = (said or {}).get("printed")
    return len(printed.partition(",")[2]) if isinstance(printed, str) else 2


def printed_differs(value: float | None, said: Mapping[str, object]) -> Flag | None:
    """A share that was printed beside its numerator and denominator, and is not theirs."""
    printed = said.get("printed")
    if value is None or not isinstance(printed, str):
        return None
    number = float(printed.replace(".", "").replace(",", "."))
    return None if number == round(value, digits(said)) else Flag(Doubt.PRINTED_DIFFERS, value)
