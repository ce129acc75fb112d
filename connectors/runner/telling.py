"""Messages made of a look: the state of a line or a service, or a device's own figures and its presence."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connectors.runner.contract import LINE_OR_SERVICE, Seen
from ioc.config.settings import Connector
from ioc.core.model import Number, SourceKey

log = logging.getLogger(__name__)

ROUND_TRIP: Mapping[str, str] = {"link": "rtt_ms", "service": "latency_ms"}
State = Mapping[str, Number | str | None]


class OutMessage(NamedTuple):
    """`retain` where the broker is to keep it."""

    topic: str
    state: State
    retain: bool = False


@dataclass(slots=True)
class Teller:
    """Counts the failures of one connector; `online` is what was last said of a device."""

    connector: Connector
    failures: int = 0
    online: bool | None = None

    @property
    def key(self) -> SourceKey:
        return SourceKey.parse(self.connector.publish)

    @property
    def topic(self) -> str:
        return f"ioc/v1/{self.connector.publish}/state"

    def messages(self, seen: Seen, at: int, *, on_battery: bool) -> Sequence[OutMessage]:
        """The messages to publish of a look at `at` (epoch ms)."""
        if self.key.kind in LINE_OR_SERVICE:
            return [OutMessage(self.topic, self.tell(seen, at, on_battery=on_battery))]
        return self._of_device(seen, at)

    def tell(self, seen: Seen, at: int, *, on_battery: bool) -> State:
        """The state of a line or a service as of `at` (epoch ms)."""
        self._count(seen)
        up = self.failures < self.connector.down_after
        own = {"ts": at if seen.at is None else seen.at, "up": up, **seen.texts, **seen.figures}
        state: dict[str, Number | str | None] = {**own, "failures": self.failures}
        if seen.took_ms is not None:
            state.setdefault(ROUND_TRIP.get(self.key.kind, "latency_ms"), seen.took_ms)
        if self.key.kind == "link" and "loss_pct" not in state:
            state["loss_pct"] = 0 if seen.error is None else 100
        state["error"] = seen.error
        state["cause"] = None if up else self._cause(on_battery)
        return state

    def _of_device(self, seen: Seen, at: int) -> Sequence[OutMessage]:
        """A device that is silent has left; one that answers but cannot be read is there, and tells nothing."""
        self._count(seen)
        if self.failures == 1:
            log.warning("connector %s: %s", self.connector.name, seen.error)
        told: list[OutMessage] = []
        there = seen.error is None or seen.answered
        if (there or self.failures >= self.connector.down_after) and there is not self.online:
            self.online = there
            told.append(OutMessage(f"ioc/v1/{self.key}/status", {"ts": at, "online": there}, retain=True))
        if seen.error is None:
            own = {"ts": at if seen.at is None else seen.at, **seen.figures, **seen.texts}
            told.append(OutMessage(self.topic, own))
        return told

    def _count(self, seen: Seen) -> None:
        self.failures = 0 if seen.error is None else self.failures + 1

    def _cause(self, on_battery: bool) -> str | None:
        return "electricity" if on_battery else self.connector.belongs_to
