"""The web role put together: application, live socket, follower, and the loops that keep the screens moving."""

import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar, cast

import gevent
from flask import Flask
from gevent.event import Event
from gevent.pool import Pool
from werkzeug.middleware.proxy_fix import ProxyFix

from alerts.configured.seed import sync
from ioc.context import Context
from ioc.core import keys
from ioc.core.model import SourceKey
from ioc.core.registry import Plugins, PluginSort
from ioc.live.follow import Follower
from ioc.platform import displays
from ioc.platform.beat import EVERY_S, Beat
from ioc.platform.broker import Bus
from web import app as application
from web import displays as screens
from web.assets import build_id
from web.auth import Sessions
from web.listen import listener, open_files
from web.login_brake import LoginBrake
from web.offload import Few, offload
from web.private.doorman import Doorman
from web.private.handler import Handler, Server
from web.pump import BEAT_S, LEAST_GAP_S, DeltaPump
from web.realtime import Realtime
from web.routes import routes
from web.site import Site
from web.subject import Widget
from web.watch import Board

log = logging.getLogger(__name__)

ROLE = "web"
_MAX_CONNECTIONS = 5_000
_MAX_WAITING = 2_000  # of those that have not said what they want
_MAX_FROM_ONE = 200
_POLL_S = 0.1
_LAST_REQUESTS_S = 1.0
LEAST_ALERT_GAP_S = 0.1
_STORE_READS = 4
T = TypeVar("T")


def widgets(plugins: Plugins) -> dict[str, Widget]:
    return {kind: cast(Widget, module) for kind, module in plugins.of(PluginSort.WIDGET).items()}


class WebWorker:
    """One worker of the role."""

    def __init__(self, context: Context, bus: Bus) -> None:
        self._http, self._bus = context.settings.http, bus
        self._follower = Follower(context, bus, offload)
        auth = context.settings.auth
        secret = keys.read_or_create(context.settings.root / "session.key")
        sessions = Sessions(secret, auth.session_hours)
        store, build = context.open_store(), build_id(version("ioc"))
        # a metric store that does not answer must not hold the threads that read the database
        series = Few(_STORE_READS)
        self.site = Site(
            context, self._follower, offload, store, self._bus, widgets(context.plugins), build, offload_series=series
        )
        self._board = Board()
        self.app: Flask = application.build(
            self.site, routes(context.plugins), sessions, LoginBrake(auth.attempts_per_minute)
        )
        self.realtime = Realtime(self.app, self.site, sessions, self._board)
        self.pump = DeltaPump(self.site, self._board, self.realtime.recheck)
        self._beat = Beat(context.db, ROLE, context.clock)
        self._changed, self._wanted, self._noticed, self._newcomers = Event(), Event(), Event(), Event()
        self._alerted = Event()
        self._sent, self._ended = Event(), Event()

    def run(self, stop: threading.Event, ready: Callable[[], None]) -> None:
        self._trust_proxies()
        server = self._listen()
        sync(self.site.context.db, self.site.context.settings, self.site.clock.now_ms())
        self._follow()
        loops = [gevent.spawn(loop) for loop in self._loops()]
        server.start()
        ready()
        while not stop.is_set():
            gevent.sleep(_POLL_S)
        server.stop(timeout=_LAST_REQUESTS_S)
        gevent.killall(loops)
        self._bus.stop()
        self.site.store.close()

    def _listen(self) -> Server:
        tls = {"certfile": self._http.certificate, "keyfile": self._http.key} if self._http.certificate else {}
        sock = listener(self._http, os.environ)
        spawn = Pool(_MAX_CONNECTIONS)
        server = Server(sock, self.app, log=None, error_log=log, handler_class=Handler, spawn=spawn, **tls)
        in_all = min(_MAX_WAITING, open_files() // 4)
        # behind a proxy all come from its address, and it is the proxy that counts them
        server.doorman = Doorman(in_all if self._http.trusted_proxies else min(_MAX_FROM_ONE, in_all // 2), in_all)
        return server

    def _trust_proxies(self) -> None:
        """Outermost, so that the live socket sees the true addresses too."""
        hops = self._http.trusted_proxies
        if hops:
            flask: Any = self.app  # replacing its method is Flask's documented way
            flask.wsgi_app = ProxyFix(flask.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)

    def _follow(self) -> None:
        self._follower.on_change(self._on_change)
        self._follower.on_notice(self._on_notice)
        self.realtime.on_watch = self._on_watch
        self._bus.start()
        self._follower.tick()
        self.pump.load_facts()

    def _loops(self) -> tuple[Callable[[], None], ...]:
        every = (
            self._pump,
            self._facts,
            self._alerts,
            self._series,
            self._rights,
            self._inventory,
            self._live,
            self._displays,
        )
        return *every, self._screens

    def _live(self) -> None:
        """The sign of life, written off the loop like everything in the database."""
        while True:
            _guarded(lambda: offload(self._beat.write))
            gevent.sleep(EVERY_S)

    def _displays(self) -> None:
        """Which walls show something, so that one that stops is missed."""
        db, clock = self.site.context.db, self.site.clock
        while True:
            gevent.sleep(displays.EVERY_S)
            _guarded(lambda: offload(displays.note, db, self.site.clients.displays(), clock.now_ms()))

    def _screens(self) -> None:
        """What each display shows, as soon as somebody has changed it; now and then without being told."""
        while True:
            self._sent.wait(displays.EVERY_S)
            self._sent.clear()
            _guarded(lambda: screens.tell(self.site))
            self._changed.set()

    def _on_change(self, changed: set[SourceKey]) -> None:
        self.pump.touch(changed)
        self._changed.set()

    def _on_notice(self, what: str) -> None:
        known = {"inventory": self._newcomers, "displays": self._sent, "alerts": self._alerted, "sessions": self._ended}
        known.get(what, self._noticed).set()

    def _on_watch(self) -> None:
        self._wanted.set()
        self._sent.set()
        self._changed.set()

    def _pump(self) -> None:
        while True:
            self._changed.wait(BEAT_S)
            self._changed.clear()
            began = self.site.clock.monotonic()
            _guarded(self.pump.step)
            gevent.sleep(max(0.0, began + LEAST_GAP_S - self.site.clock.monotonic()))

    def _facts(self) -> None:
        while True:
            self._noticed.wait(BEAT_S)
            self._noticed.clear()
            _guarded(self.pump.load_facts)
            self._changed.set()
            gevent.sleep(LEAST_GAP_S)

    def _alerts(self) -> None:
        while True:
            self._alerted.wait()
            self._alerted.clear()
            _guarded(self.pump.load_alerts)
            self._changed.set()
            gevent.sleep(LEAST_ALERT_GAP_S)

    def _series(self) -> None:
        while True:
            self._wanted.wait(BEAT_S)
            self._wanted.clear()
            if _guarded(self.pump.load_series):
                self._changed.set()

    def _rights(self) -> None:
        while True:
            at_once = self._ended.wait(BEAT_S)
            self._ended.clear()
            _guarded(partial(self.pump.check_rights, at_once=at_once))

    def _inventory(self) -> None:
        while True:
            self._newcomers.wait(BEAT_S)
            self._newcomers.clear()
            _guarded(self._follower.tick)


def _guarded(step: Callable[[], T]) -> T | None:
    """A loop of the role goes on whatever one round of it met."""
    try:
        return step()
    except Exception:
        log.exception("a round of %s failed", getattr(step, "__name__", step))
        return None
