"""The province's own time beside the real one."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from connectors.simulator.days import TZ
from ioc.core.clock import rfc3339

INSTANTS: Final = frozenset(
    {
        "ts", "starts_at", "ends_at", "submitted_at", "received_at", "due_at", "finished_at", "returned_at",
        "supplement_requested_at", "supplement_received_at",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timeline:
    """From `start` (epoch ms, the same in both) the province's time runs `speed` times as fast."""

    start: int
    speed: float = 1.0

    def virtual(self, real: int) -> int:
        return self.start + round((real - self.start) * self.speed)

    def real(self, virtual: int) -> int:
        """When it is to happen on our clocks; what lies before the start stays where it was."""
        if virtual <= self.start:
            return virtual
        return self.start + round((virtual - self.start) / self.speed)

    def encode(self, payload: dict[str, Any]) -> bytes:
        """The payload as it goes on the bus, its instants as RFC 3339 in real time."""
        return msgspec.json.encode(self.spoken(payload))

    def spoken(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {name: rfc3339(self.real(value), TZ) if name in INSTANTS else value for name, value in payload.items()}
