"""The runner in a thread of its own, with the lease keeper beside it: what the role starts and stops."""

import asyncio
import gc
import importlib
import logging
import os
import resource
import secrets
import socket
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import cast

from connectors.runner.contract import Probe
from connectors.runner.leases import KEEP_S, Leases
from connectors.runner.power import Power
from connectors.runner.runner import Figures, Runner
from ioc.config.settings import Connector
from ioc.context import Context
from ioc.core.registry import Plugins, PluginSort
from ioc.platform.beat import Beat
from ioc.platform.broker import Bus
from ioc.platform.logins import as_bus

log = logging.getLogger(__name__)

NAME_THREADS = 128  # looking up a name blocks a thread for as long as its server is silent
SPARE_FILES = 256
FILES_A_LOOK = 2
STOP_S = 3.0


def probes(plugins: Plugins, connectors: Iterable[Connector]) -> dict[str, Probe]:
    """The probes among the kinds that are asked for, with what they need at hand."""
    asked = {connector.kind for connector in connectors}
    if not asked:
        return {}
    known = {kind: module for kind, module in plugins.of(PluginSort.PROBE).items() if kind in asked}
    wanted = cast("dict[str, Probe]", known)
    for probe in wanted.values():
        for library in probe.libraries:
            importlib.import_module(library)
    return wanted


@contextmanager
def probing(context: Context, beat: Beat, figures: Figures | None = None) -> Iterator[None]:
    """Run the configured probes while inside; without any, do nothing. `figures` are kept up to date."""
    known = probes(context.plugins, context.settings.connector)
    connectors = [connector for connector in context.settings.connector if connector.kind in known]
    if not connectors:
        yield
        return
    leases = Leases(context.db, [connector.name for connector in connectors], _holder(), context.clock)
    power = Power(connector.ups for connector in connectors if connector.ups)
    bus = Bus(as_bus(context.settings), "ioc-connectors")
    for topic, handler in power.subscriptions().items():
        bus.subscribe(topic, handler, retained=True)
    publish = partial(bus.publish, qos=1)
    runner = Runner(connectors, known, publish, context.clock, leases.holds, power.on_battery, room_for())
    runner.figures = figures or runner.figures
    thread, keeper = Thread(runner), Keeper(leases, runner, beat)
    bus.start()
    leases.keep()
    gc.freeze()  # what is loaded by now stays: looking through it again and again would stop all looks for 0.1 s
    thread.start()
    keeper.start()
    try:
        yield
    finally:
        thread.stop()
        keeper.stop()
        bus.stop()


def _holder() -> str:
    """Nobody else's, not even this process's after a restart: the lease fences by it."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def room_for() -> int:
    """The number of looks that may run at once: the limit of open files is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return max(32, (min(soft, 65_536) - SPARE_FILES) // FILES_A_LOOK)


class Thread:
    """The event loop of the runner."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="connectors", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._begun.wait()

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except Exception:
            log.exception("the runner of the connectors ended")
            os._exit(1)  # the supervisor starts the role again; without its runner it would only look alive

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_default_executor(ThreadPoolExecutor(NAME_THREADS, "names"))
        self._begun.set()
        await self._runner.run(self._stop)


class Keeper:
    """Prolongs the leases and says in the role's beat how the runner is."""

    def __init__(self, leases: Leases, runner: Runner, beat: Beat) -> None:
        self._leases, self._runner, self._beat = leases, runner, beat
        self._discarded = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="connectors-leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(STOP_S)
        self._leases.release()

    def _run(self) -> None:
        while not self._stop.wait(KEEP_S):
            self._leases.keep()
            self._say()

    def _say(self) -> None:
        figures = self._runner.figures
        starved, self._discarded = figures.discarded - self._discarded, figures.discarded
        if starved:
            log.warning(
                "%d failed looks are not believed: this process did not get the processor time it needs", starved
            )
        said = {"connectors": len(self._leases), "looks": figures.looks, "failed": figures.failed}
        late = {"discarded": figures.discarded, "late_s": round(figures.worst(), 2)}
        self._beat.say(ok=not starved, detail=said | late, hears=not starved)
