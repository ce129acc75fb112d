"""Stands beside the server as its child: bounds its streams, says when it serves, passes on what it says."""

import contextlib
import json
import logging
import os
import shutil
import signal
import threading
from collections.abc import Callable, Sequence
from typing import IO

from msgspec import structs

from ioc.config.names import KEEPER
from ioc.config.settings import Mqtt, Settings
from ioc.core.clock import Clock
from ioc.core.errors import Code, IocError
from ioc.ops.devices import nats_users
from ioc.platform.beat import Beat
from ioc.platform.broker import Bus
from ioc.platform.db import Database
from ioc.platform.nats import streams
from ioc.platform.nats.accounts import User, account_file
from ioc.platform.nats.api import Api
from ioc.platform.nats.config import WRITTEN_BY, BrokerPlace, write_owned
from ioc.platform.nats.export import replace
from ioc.platform.nats.program import Program
from ioc.platform.nats.sayings import Sayings
from ioc.platform.nats.violations import Violations

log = logging.getLogger(__name__)

LOOK_S = 2.0
START_S = 30.0
RELOAD_S = 5.0
GOING_S = 0.5  # a server that ends lets its connections go before its log
FREE_AGAIN_BYTES, FREE_AGAIN_PART = 50_000_000, 10


class BrokerKeeper:
    """One server's; it ends when the server does, and ends the server when it cannot go on itself."""

    def __init__(
        self, server: int, place: BrokerPlace, own: Sequence[User], settings: Settings, program: Program
    ) -> None:
        self._server = server
        self._place = place
        self._own = own
        self._password = next(user.password for user in own if user.name == KEEPER)
        self._settings = settings
        self._program = program
        self._db = Database(settings.database_url)
        self._devices: list[User] = []
        self.sayings = Sayings()
        self.violations = Violations()
        self.ended = threading.Event()

    def keep(self, said: IO[str], ready: Callable[[], None], clock: Clock) -> None:
        """Until the server is gone."""
        listening = threading.Thread(target=self._listen, args=(said,), name="server-log", daemon=True)
        listening.start()
        beat = Beat(self._db, "broker", clock)
        try:
            api = self._settle()
            if api is None:
                return
            with contextlib.suppress(IocError):  # a database that is away is asked again
                self._follow_devices()
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
        waited = 0.0
        while not self.ended.wait(0.02):
            waited += 0.02
            with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
                api = self._api()
                self._connect_once()
                streams.bound(api, self._place.max_file)
                (self._place.store / WRITTEN_BY).write_text(self._program.release, encoding="ascii")
                return api
            if waited > START_S:
                raise IocError(Code.BROKER_NOT_LISTENING, f"embedded broker: does not serve within {START_S:.0f} s")
        return None

    def _api(self) -> Api:
        """OSError while the server has not yet written where it listens."""
        ports = self._place.run / f"nats-server_{self._server}.ports"
        return Api(_port(json.loads(ports.read_text())["nats"][0]), KEEPER, self._password)

    def _connect_once(self) -> None:
        bus = Bus(own_login(self._settings.mqtt, self._password), "ioc-keeper")
        bus.start()
        try:
            if not bus.wait(START_S):
                raise IocError(Code.BROKER_UNAVAILABLE, "embedded broker: does not answer its keeper")
        finally:
            bus.stop()

    def _watch(self, api: Api, beat: Beat) -> None:
        """Say how full it is; a server that does not answer is told of, and asked again by a new connection."""
        while not self.ended.wait(LOOK_S):
            try:
                self._follow_devices()
                self.violations.look(api, self.sayings.violations)
                beat.say(*self._told(streams.fill(api)))
            except IocError as error:
                if self.ended.wait(GOING_S):
                    return
                beat.say(False, {"trouble": str(error), "full": self._disk_full()})
                with contextlib.suppress(IocError, OSError, ValueError):
                    api = self._api()
            if self.sayings.disk_full and self._room_again():
                log.warning("the disk has room again: nats-server takes nothing more by itself, it is started anew")
                return

    def _room_again(self) -> bool:
        disk = shutil.disk_usage(self._place.store)
        return disk.free > min(FREE_AGAIN_BYTES, disk.total // FREE_AGAIN_PART)

    def _follow_devices(self) -> None:
        """Gives each device an account from the moment it is added to its end, where others can reach the broker."""
        if self._settings.mqtt.username is None:
            return
        with self._db.read() as conn:
            devices = nats_users(conn)
        if devices != self._devices:
            before, self._devices = account_file(self._devices), devices
            replace(before, [*self._own, *devices], self._write_accounts, self._reload)

    def _write_accounts(self, text: str) -> None:
        write_owned(self._place.accounts, text)

    def _reload(self) -> None:
        """Returns once the server has taken it: a client that comes in meanwhile is cut."""
        self.sayings.reloaded.clear()
        os.kill(self._server, signal.SIGHUP)
        self.sayings.reloaded.wait(RELOAD_S)

    def _told(self, fill: streams.StreamUsage) -> tuple[bool, dict[str, object]]:
        full = self._disk_full() or _store_full(fill)
        return full is None, {
            "waiting": fill.waiting,
            "waiting_bytes": fill.used,
            "max_bytes": fill.limit,
            "full": full,
            "refused_full": self.sayings.refused_full,
            "violations": self.violations.by_account.total(),
            "violators": str(self.violations) or None,
            "replaced": self.sayings.replaced,
        }

    def _disk_full(self) -> str | None:
        if self.sayings.disk_full:
            return f"the disk of {self._place.store} is full: devices are refused until there is room"
        return None

    def _end_server(self) -> None:
        if not self.ended.is_set():
            os.kill(self._server, signal.SIGTERM)


def own_login(mqtt: Mqtt, password: str) -> Mqtt:
    return structs.replace(mqtt, username=KEEPER, password=password)


def _store_full(fill: streams.StreamUsage) -> str | None:
    if fill.full:
        waiting = f"{fill.waiting} messages in {fill.used} bytes wait"
        return f"{waiting}, as many as mqtt.max_bytes allows: devices are refused"
    return None


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])
