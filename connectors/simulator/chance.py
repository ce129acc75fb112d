"""Reproducible chance: draws are named by what they decide, so nothing else that happens can shift them."""

import hashlib
import math
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
_DRAWS = 8  # a 64-byte digest holds eight draws of 64 bits
_SPAN = float(2**64)


class Dice:
    """The draws of one name, such as `Dice(seed, "ticket", centre, day)`."""

    def __init__(self, *name: object) -> None:
        self._name = "/".join(map(str, name)).encode()
        self._drawn = 0
        self._digest = b""

    def unit(self) -> float:
        """Evenly spread in [0, 1)."""
        block, place = divmod(self._drawn, _DRAWS)
        if place == 0:
            self._digest = hashlib.blake2b(self._name, salt=block.to_bytes(8, "big")).digest()
        self._drawn += 1
        return int.from_bytes(self._digest[place * 8 : place * 8 + 8], "big") / _SPAN

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.unit() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        return self.unit() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        return items[int(self.unit() * len(items))]

    def wait(self, mean: float) -> float:
        """An exponential time with that mean."""
        return -mean * math.log(1.0 - self.unit())
