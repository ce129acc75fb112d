"""Those who have connected and not yet said what they want: when there are too many, who waits longest has to go.

So whoever says it at once is served, however many others only hold the door open.
"""

from collections import OrderedDict, defaultdict
from typing import Protocol


class Visitor(Protocol):
    """A connection."""

    address: str

    def cut(self) -> None: ...


class Doorman:
    """At most so many wait from one address, and in all."""

    def __init__(self, per_address: int, in_all: int) -> None:
        self._per_address, self._in_all = per_address, in_all
        self._waiting: OrderedDict[Visitor, None] = OrderedDict()
        self._by_address: defaultdict[str, OrderedDict[Visitor, None]] = defaultdict(OrderedDict)
        self.sent_away = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def waits(self, visitor: Visitor) -> None:
        """From now on; again after each answer."""
        self.settled(visitor)
        neighbours = self._by_address[visitor.address]
        self._waiting[visitor] = neighbours[visitor] = None
        if len(neighbours) > self._per_address:
            self._send_away(next(iter(neighbours)))
        elif len(self._waiting) > self._in_all:
            self._send_away(next(iter(self._waiting)))

    def settled(self, visitor: Visitor) -> None:
        """It has said what it wants, or is gone."""
        if self._waiting.pop(visitor, visitor) is visitor:
            return
        neighbours = self._by_address[visitor.address]
        neighbours.pop(visitor, None)
        if not neighbours:
            del self._by_address[visitor.address]

    def _send_away(self, visitor: Visitor) -> None:
        self.settled(visitor)
        self.sent_away += 1
        visitor.cut()
