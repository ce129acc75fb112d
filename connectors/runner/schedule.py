"""When a connector is due: each has a phase of its own, so that thousands are spread over their period."""

from dataclasses import dataclass
from math import ceil
from zlib import crc32

FIRST_WITHIN_S = 10.0  # however long the period: something is known soon after a start
JITTER = 0.1  # part of the period by which a turn may come late, so that no two targets stay in step


@dataclass(slots=True)
class Timetable:
    """Instants in seconds of the loop's clock."""

    name: str
    every_s: float
    began: float
    _turn: int = -1

    def first(self) -> float:
        if self.every_s <= FIRST_WITHIN_S:
            self._turn = 0
        return self.began + min(self.every_s, FIRST_WITHIN_S) * self._phase

    def next(self, now: float) -> float:
        """The turn after the last one; those that were missed by more than the jitter are left out, not made up for."""
        offset = self.began + self.every_s * self._phase
        self._turn = max(self._turn + 1, ceil((now - offset) / self.every_s - JITTER))
        return offset + (self._turn + JITTER * _part(f"{self.name}/{self._turn}")) * self.every_s

    @property
    def _phase(self) -> float:
        return _part(self.name)


def _part(text: str) -> float:
    """0 to 1, the same for a text at every start and spread evenly over texts."""
    return crc32(text.encode()) / 2**32
