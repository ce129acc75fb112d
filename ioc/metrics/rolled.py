"""A minute or an hour of one series in six figures, from which every aggregate is exact."""

from collections.abc import Sequence
from math import copysign, isfinite
from sys import float_info
from typing import NamedTuple


class Rolled(NamedTuple):
    """`last` is the value at `last_t` (epoch ms). A sum beyond what a float holds stands at the largest float."""

    n: int
    total: float
    low: float
    high: float
    last: float
    last_t: int

    def join(self, other: "Rolled") -> "Rolled":
        """Both together; they must not hold the same reading."""
        later = other if other.last_t >= self.last_t else self
        return Rolled(
            self.n + other.n, _held(self.total + other.total),
            min(self.low, other.low), max(self.high, other.high), later.last, later.last_t,
        )  # fmt: skip

    def repeats(self, other: "Rolled") -> bool:
        """True where this looks like the same readings once more, as far as a roll-up can tell."""
        return self._replace(last=0.0) == other._replace(last=0.0)


def roll(readings: Sequence[tuple[int, float]]) -> Rolled:
    """Of at least one reading, in order of time."""
    return roll_values([value for _, value in readings], readings[-1][0])


def roll_values(values: Sequence[float], last_t: int) -> Rolled:
    """Of at least one value, in order of time."""
    return Rolled(len(values), _held(sum(values)), min(values), max(values), values[-1], last_t)


def join_all(some: Sequence[Rolled]) -> Rolled:
    """Of at least one, in order of time."""
    n, total, low, high, last, last_t = zip(*some, strict=True)
    return Rolled(sum(n), _held(sum(total)), min(low), max(high), last[-1], last_t[-1])


def _held(total: float) -> float:
    return total if isfinite(total) else copysign(float_info.max, total)
