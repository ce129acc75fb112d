"""Stands beside the server as its child: bounds its streams, says when it serves, passes on what it says."""

import contextlib
import json
import logging
import os
import shutil
import signal
import threading
from collections.abc import Callable
from typing import IO

from ioc.beat import Beat
from ioc.broker import Bus
from ioc.clock import Clock
from ioc.db import Database
from ioc.errors import IocError
from ioc.nats import streams
from ioc.nats.api import Api
from ioc.nats.config import KEEPER, Place
from ioc.nats.program import Program
from ioc.nats.sayings import Sayings
from ioc.settings import Mqtt

log = logging.getLogger(__name__)

LOOK_S = 2.0
START_S = 30.0
FREE_AGAIN_BYTES = 50_000_000
WRITTEN_BY = "written-by"


class Keeper:
    """One server's; it ends when the server does, and ends the server when it cannot go on itself."""

    def __init__(self, server: int, place: Place, password: str, mqtt: Mqtt, program: Program) -> None:
        self._server = server
        self._place = place
        self._password = password
        self._mqtt = mqtt
        self._program = program
        self.sayings = Sayings()
        self.ended = threading.Event()

    def keep(self, said: IO[str], ready: Callable[[], None], db: Database, clock: Clock) -> None:
        """Until the server is gone."""
        listening = threading.Thread(target=self._listen, args=(said,), name="server-log", daemon=True)
        listening.start()
        beat = Beat(db, "broker", clock)
        try:
            api = self._settle()
            if api is None:
                return
            ready()
            beat.start()
            self._watch(api, beat)
        finally:
            self._end_server()
            listening.join(LOOK_S)
            if self.ended.is_set():
                beat.forget()

    def _listen(self, said: IO[str]) -> None:
        for line in said:
            if (text := self.sayings.hear(line)) is not None:
                log.warning("nats-server: %s", text)
        self.ended.set()

    def _settle(self) -> Api | None:
        """The streams are there once somebody connected, and are bounded before anybody is told of the broker."""
        ports = self._place.run / f"nats-server_{self._server}.ports"
        waited = 0.0
        while not self.ended.wait(0.02):
            waited += 0.02
            with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
                api = Api(_port(json.loads(ports.read_text())["nats"][0]), KEEPER, self._password)
                self._connect_once()
                streams.bound(api, self._place.max_file)
                (self._place.store / WRITTEN_BY).write_text(self._program.release, encoding="ascii")
                return api
            if waited > START_S:
                raise IocError("broker_not_listening", f"embedded broker: does not serve within {START_S:.0f} s")
        return None

    def _connect_once(self) -> None:
        bus = Bus(own_login(self._mqtt, self._password), "ioc-keeper")
        bus.start()
        try:
            if not bus.wait(START_S):
                raise IocError("broker_not_listening", "embedded broker: does not answer its keeper", transient=True)
        finally:
            bus.stop()

    def _watch(self, api: Api, beat: Beat) -> None:
        while not self.ended.wait(LOOK_S):
            fill = streams.fill(api)
            full = self._full(fill)
            detail = {
                "waiting": fill.waiting,
                "waiting_bytes": fill.used,
                "max_bytes": fill.limit,
                "full": full,
                "publish_violations": sum(self.sayings.violations.values()),
            }
            beat.say(full is None, detail)
            if self.sayings.disk_full and shutil.disk_usage(self._place.root).free > FREE_AGAIN_BYTES:
                log.warning("the disk has room again: nats-server takes nothing more by itself, it is started anew")
                return

    def _full(self, fill: streams.Fill) -> str | None:
        if self.sayings.disk_full:
            return f"the disk of {self._place.root} is full: devices are refused until there is room"
        if fill.full:
            waiting = f"{fill.waiting} messages in {fill.used} bytes wait"
            return f"{waiting}, as many as mqtt.max_bytes allows: devices are refused"
        return None

    def _end_server(self) -> None:
        if not self.ended.is_set():
            os.kill(self._server, signal.SIGTERM)


def own_login(mqtt: Mqtt, password: str) -> Mqtt:
    return Mqtt(host=mqtt.host, port=mqtt.port, username=KEEPER, password=password)


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])
