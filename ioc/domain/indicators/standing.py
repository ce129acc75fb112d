"""How a figure stands: against its target, among others, and beside the one before; each by one written rule."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

Better = Literal["higher", "lower"] | None


class TargetState(StrEnum):
    """The state of a figure against its target."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class Trend(StrEnum):
    """Where it went since the period before."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UP = "up"
    DOWN = "down"


def standing(value: float | None, target: float | None, warn: float | None, better: Better) -> TargetState:
    """Good: the target is reached. Warn: it is missed, and the warning line is not. Bad: all else with a target."""
    if value is None or target is None or better is None:
        return TargetState.UNKNOWN
    if reaches(value, target, better):
        return TargetState.GOOD
    return TargetState.WARN if warn is not None and reaches(value, warn, better) else TargetState.BAD


def reaches(value: float, line: float, better: Better) -> bool:
    return value >= line if better == "higher" else value <= line


def trend(value: float | None, before: float | None, better: Better) -> Trend | None:
    if value is None or before is None:
        return None
    if value == before:
        return Trend.SAME
    if better is None:
        return Trend.UP if value > before else Trend.DOWN
    return Trend.BETTER if (value > before) is (better == "higher") else Trend.WORSE


def places(values: Mapping[str, float], better: Better) -> dict[str, int]:
    """Competition ranking: equal figures share a place, the next one counts all before it (1, 2, 2, 4)."""
    found: dict[str, int] = {}
    best_first = sorted(values, key=lambda name: values[name], reverse=better == "higher")
    for n, name in enumerate(best_first):
        same = n > 0 and values[name] == values[best_first[n - 1]]
        found[name] = found[best_first[n - 1]] if same else n + 1
    return found
