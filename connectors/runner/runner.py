"""All connectors of a process in one event loop: a task each, so that a slow target delays nobody."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from connectors.runner.attempt import attempt
from connectors.runner.contract import Probe
from connectors.runner.gear import Gear
from connectors.runner.schedule import Timetable
from connectors.runner.telling import Teller
from ioc.config.settings import Connector
from ioc.core.clock import Clock

PULSE_S = 0.1
OWN_FAULT = 0.25  # a look that fails while we had to do without this part of its time says nothing about its target


class Publish(Protocol):
    def __call__(self, topic: str, payload: bytes, *, retain: bool) -> None: ...


@dataclass(slots=True)
class Figures:
    """The runner's account of itself.

    `late_s` is the worst lateness of a turn since it was last asked, `lost_s` how long the loop has stood still in all,
    `discarded` how many failed looks were for that reason not believed.
    """

    looks: int = 0
    failed: int = 0
    discarded: int = 0
    late_s: float = 0.0
    lost_s: float = 0.0

    def began(self, late_s: float) -> None:
        self.looks += 1
        self.late_s = max(self.late_s, late_s)

    def worst(self) -> float:
        worst, self.late_s = self.late_s, 0.0
        return worst


@dataclass(slots=True)
class Runner:
    """`holds` says which connectors are this process's own, `on_battery` which UPS is; both may change at any time.

    `at_once` bounds the looks that run at one time, and with them the sockets that are open.
    """

    connectors: Sequence[Connector]
    probes: Mapping[str, Probe]
    publish: Publish
    clock: Clock
    holds: Callable[[str], bool]
    on_battery: Callable[[str | None], bool]
    at_once: int = 1_000
    figures: Figures = field(default_factory=Figures)
    own_fault: float = OWN_FAULT

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; looks that are under way are given up."""
        gear, room = Gear(), asyncio.Semaphore(self.at_once)
        tasks = [asyncio.create_task(self._follow(connector, gear, room)) for connector in self.connectors]
        tasks.append(asyncio.create_task(self._feel_the_pulse()))
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await gear.close()

    async def _follow(self, connector: Connector, gear: Gear, room: asyncio.Semaphore) -> None:
        loop = asyncio.get_running_loop()
        teller = Teller(connector)
        timetable = Timetable(connector.name, connector.every_s, loop.time())
        due = timetable.first()
        while True:
            await asyncio.sleep(due - loop.time())
            if self.holds(connector.name):
                async with room:
                    self.figures.began(loop.time() - due)
                    await self._turn(teller, gear)
            due = timetable.next(loop.time())

    async def _feel_the_pulse(self) -> None:
        """Starved of processor time every target would look dead."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await asyncio.sleep(PULSE_S)
            self.figures.lost_s += max(0.0, loop.time() - began - PULSE_S)

    async def _turn(self, teller: Teller, gear: Gear) -> None:
        connector = teller.connector
        lost_s = self.figures.lost_s
        seen = await attempt(self.probes[connector.kind], connector, gear)
        self.figures.failed += seen.error is not None
        if seen.error is not None and self.figures.lost_s - lost_s > self.own_fault * connector.limit_s:
            self.figures.discarded += 1
            return
        told = teller.messages(seen, self.clock.now_ms(), on_battery=self.on_battery(connector.ups))
        for topic, state, retain in told:
            self.publish(topic, msgspec.json.encode(state), retain=retain)
