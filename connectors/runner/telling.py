"""What is published of a look: the state of a line or a service, with how often it failed in a row and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.runner.contract import Seen
from ioc.model import Number, SourceKey
from ioc.settings import Connector

ROUND_TRIP: Mapping[str, str] = {"link": "rtt_ms", "service": "latency_ms"}
State = Mapping[str, Number | str | None]


@dataclass(slots=True)
class Teller:
    """Counts the failures of one connector."""

    connector: Connector
    failures: int = 0

    @property
    def key(self) -> SourceKey:
        return SourceKey.parse(self.connector.publish)

    @property
    def topic(self) -> str:
        return f"ioc/v1/{self.connector.publish}/state"

    def tell(self, seen: Seen, at: int, *, on_battery: bool) -> State:
        """The state as of `at` (epoch ms)."""
        self.failures = 0 if seen.error is None else self.failures + 1
        up = self.failures < self.connector.down_after
        state: dict[str, Number | str | None] = {"ts": at, "up": up, **seen.figures, "failures": self.failures}
        if seen.took_ms is not None:
            state[ROUND_TRIP.get(self.key.kind, "latency_ms")] = seen.took_ms
        if self.key.kind == "link" and "loss_pct" not in state:
            state["loss_pct"] = 0 if seen.error is None else 100
        state["error"] = seen.error
        state["cause"] = None if up else self._cause(on_battery)
        return state

    def _cause(self, on_battery: bool) -> str | None:
        return "electricity" if on_battery else self.connector.belongs_to
