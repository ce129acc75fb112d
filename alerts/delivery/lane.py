"""The lane of a channel: what is claimed and not yet sent, and whose turn is next."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from alerts.delivery.health import ChannelHealth
from alerts.model import NotificationType

_MOST = 256
_QUICK_S, _SLOW_S = 0.5, 1.5


class Claim(NamedTuple):
    """A notification that this process may send now; `attempt` tells a later claim from this one."""

    id: int
    ref: str
    channel: str
    address: str
    event: NotificationType
    payload: Mapping[str, Any]
    created_at: int
    attempt: int
    row: sa.RowMapping

    @classmethod
    def of(cls, row: sa.RowMapping, payload: Mapping[str, Any]) -> "Claim":
        place = (row["id"], row["ref"], row["channel"], row["address"])
        return cls(*place, NotificationType(row["what"]), payload, row["created_at"], row["attempts"] + 1, row)


@dataclass(slots=True)
class Lane:
    """Claims of one channel; at any instant one message to an address is under way."""

    health: ChannelHealth
    _size: int = 1
    _claimed_at: float = 0.0
    _claims: deque[Claim] = field(default_factory=deque)
    _busy: dict[str, float] = field(default_factory=dict)  # by address, since when
    _lock: threading.Lock = field(default_factory=threading.Lock)
    claiming: threading.Lock = field(default_factory=threading.Lock)

    @property
    def empty(self) -> bool:
        return not self._claims

    @property
    def idle(self) -> bool:
        """Nothing is claimed, and nothing under way."""
        with self._lock:
            return not self._claims and not self._busy

    def is_slow(self, after_s: float) -> bool:
        """Everything under way has lasted longer than that."""
        now = self.health.clock.monotonic()
        with self._lock:
            return bool(self._busy) and all(now - began > after_s for began in self._busy.values())

    def next_size(self) -> int:
        """As many as are sent in about a second: a critical one waits for that at most."""
        now = self.health.clock.monotonic()
        took = now - self._claimed_at
        if took < _QUICK_S:
            self._size = min(_MOST, self._size * 2)
        elif took > _SLOW_S:
            self._size = max(1, self._size // 2)
        return self._size

    def add(self, claims: list[Claim]) -> None:
        with self._lock:
            self._claims.extend(claims)
            self._claimed_at = self.health.clock.monotonic()

    def take(self) -> Claim | None:
        """The first whose address has nothing under way."""
        with self._lock:
            for i, claim in enumerate(self._claims):
                if claim.address not in self._busy:
                    del self._claims[i]
                    self._busy[claim.address] = self.health.clock.monotonic()
                    return claim
        return None

    def done(self, claim: Claim) -> None:
        with self._lock:
            self._busy.pop(claim.address, None)

    def give_back(self, address: str | None = None) -> list[Claim]:
        """What is not sent now after all: to one address, or all of it."""
        with self._lock:
            back = [claim for claim in self._claims if address in (None, claim.address)]
            self._claims = deque(claim for claim in self._claims if address not in (None, claim.address))
        return back
