"""An interface of a router or switch: whether it is up, and the traffic since the last look (RFC 2863)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connectors.runner.contract import Seen
from connectors.snmp.agent import UPTIME, Agent, Value
from ioc.core.model import Number

NAME, ALIAS, DESCRIPTION = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.18", "1.3.6.1.2.1.2.2.1.2"
NAMES = (NAME, ALIAS, DESCRIPTION)
STATUS, SPEED = "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.5"  # speed in bit/s
OCTETS_IN, OCTETS_OUT = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10"
OCTETS_IN_32, OCTETS_OUT_32 = "1.3.6.1.2.1.2.2.1.10", "1.3.6.1.2.1.2.2.1.16"
UP = 1
WRAP = 2**32
ASSUMED_BPS = 100_000_000  # where the device does not tell: what has no 64-bit counters is seldom faster
COLUMNS = (*NAMES, STATUS, SPEED, OCTETS_IN, OCTETS_OUT, OCTETS_IN_32, OCTETS_OUT_32)


class Counters(NamedTuple):
    """The counters of an interface at an instant of the monotonic clock; `wide` ones have 64 bits."""

    at: float
    uptime: int
    octets_in: int
    octets_out: int
    wide: bool


@dataclass(slots=True)
class Interface:
    """Remembers the counters of the last look; an interface is named by its name, alias or description."""

    name: str
    _index: str | None = None
    _last: Counters | None = None

    async def look(self, agent: Agent) -> Seen:
        told = await self._row(agent)
        status = told.get(STATUS)
        if status is None:
            return Seen(f"no interface {self.name!r}")
        figures = self.rates(told, time.monotonic())
        return Seen(None if status == UP else f"interface {self.name} is down", figures=figures)

    async def _row(self, agent: Agent) -> Mapping[str, Value]:
        """The interface's columns; an index means another interface once the device has numbered them anew."""
        if self._index is not None:
            told = await _columns(agent, self._index)
            if self.name in (told.get(column) for column in NAMES):
                return told
        self._index, self._last = await self._find(agent), None
        return {} if self._index is None else await _columns(agent, self._index)

    async def _find(self, agent: Agent) -> str | None:
        for column in NAMES:
            for index, name in (await agent.column(column)).items():
                if name == self.name:
                    return index
        return None

    def rates(self, told: Mapping[str, Value], at: float) -> dict[str, Number]:
        """Nothing at the first look, after the device began anew, and where a counter may have wrapped twice."""
        now = _counters(told, at)
        last, self._last = self._last, now
        if now is None or last is None or now.wide is not last.wide or now.at <= last.at or now.uptime < last.uptime:
            return {}
        seconds = now.at - last.at
        if not now.wide and seconds * _bits_a_second(told) / 8 >= WRAP:
            return {}
        octets_in, octets_out = now.octets_in - last.octets_in, now.octets_out - last.octets_out
        if not now.wide:
            octets_in, octets_out = octets_in % WRAP, octets_out % WRAP
        if octets_in < 0 or octets_out < 0:
            return {}
        per_kbit = 8 / 1_000 / seconds
        return {"rx_kbps": round(octets_in * per_kbit, 1), "tx_kbps": round(octets_out * per_kbit, 1)}


async def _columns(agent: Agent, index: str) -> Mapping[str, Value]:
    told = await agent.get([*(f"{column}.{index}" for column in COLUMNS), UPTIME])
    return {oid.removesuffix(f".{index}") if oid != UPTIME else oid: value for oid, value in told.items()}


def _counters(told: Mapping[str, Value], at: float) -> Counters | None:
    """Those of 64 bits where the device has them."""
    uptime = told.get(UPTIME, 0)
    for columns, wide in (((OCTETS_IN, OCTETS_OUT), True), ((OCTETS_IN_32, OCTETS_OUT_32), False)):
        octets_in, octets_out = (told.get(column) for column in columns)
        if isinstance(octets_in, int) and isinstance(octets_out, int):
            return Counters(at, uptime if isinstance(uptime, int) else 0, octets_in, octets_out, wide)
    return None


def _bits_a_second(told: Mapping[str, Value]) -> int:
    speed = told.get(SPEED)
    return speed if isinstance(speed, int) and speed > 0 else ASSUMED_BPS
