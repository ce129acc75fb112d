"""An interface of a router or switch: whether it is up, and the traffic since the last look (RFC 2863)."""

import time
from dataclasses import dataclass

from connectors.runner.contract import Seen
from connectors.snmp.agent import Agent, Value
from ioc.model import Number

NAME, ALIAS, DESCRIPTION = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.18", "1.3.6.1.2.1.2.2.1.2"
STATUS = "1.3.6.1.2.1.2.2.1.8"
OCTETS_IN, OCTETS_OUT = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10"
UP = 1


@dataclass(slots=True)
class Interface:
    """Remembers the counters of the last look; an interface is named by its name, alias or description."""

    name: str
    _index: str | None = None
    _last: tuple[float, int, int] | None = None

    async def look(self, agent: Agent) -> Seen:
        index = self._index or await self._find(agent)
        if index is None:
            return Seen(f"no interface {self.name!r}")
        oids = (f"{STATUS}.{index}", f"{OCTETS_IN}.{index}", f"{OCTETS_OUT}.{index}")
        told = await agent.get(oids)
        status, octets_in, octets_out = (told.get(oid) for oid in oids)
        if status is None:
            self._index = None  # renumbered: it is looked for again
            return Seen(f"no interface {self.name!r}")
        self._index = index
        figures = self._rates(octets_in, octets_out)
        return Seen(None if status == UP else f"interface {self.name} is down", figures=figures)

    async def _find(self, agent: Agent) -> str | None:
        for column in (NAME, ALIAS, DESCRIPTION):
            for index, name in (await agent.column(column)).items():
                if name == self.name:
                    return index
        return None

    def _rates(self, octets_in: Value | None, octets_out: Value | None) -> dict[str, Number]:
        """Nothing at the first look, and nothing when the device began to count anew."""
        if not isinstance(octets_in, int) or not isinstance(octets_out, int):
            return {}
        now = (time.monotonic(), octets_in, octets_out)
        last, self._last = self._last, now
        if last is None or octets_in < last[1] or octets_out < last[2] or now[0] <= last[0]:
            return {}
        per_kbit = 8 / 1_000 / (now[0] - last[0])
        return {
            "rx_kbps": round((octets_in - last[1]) * per_kbit, 1),
            "tx_kbps": round((octets_out - last[2]) * per_kbit, 1),
        }
