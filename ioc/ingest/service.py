"""The ingest role: one process that owns the inbox, the live state and the writing side of the metric store."""

import contextlib
import fcntl
import gc
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ioc.context import Context
from ioc.core.clock import local, rfc3339
from ioc.core.errors import Code, IocError
from ioc.domain.dossiers.importing.rejudge import settle
from ioc.domain.dossiers.reporting import roll_up
from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
from ioc.domain.inventory.records import load
from ioc.domain.meetings import attended
from ioc.ingest import replay
from ioc.ingest.decode import Decoder
from ioc.ingest.explained import Explained
from ioc.ingest.filters import former
from ioc.ingest.identity import FILE as SESSION_FILE
from ioc.ingest.identity import Identity
from ioc.ingest.inbox import Inbox
from ioc.ingest.losses import FILE as LOSSES_FILE
from ioc.ingest.losses import Loss, Losses
from ioc.ingest.maps_in_force import MapsInForce
from ioc.ingest.metrics import Handover, MetricSink
from ioc.ingest.outlet import DeltaPublisher
from ioc.ingest.pump import Pump
from ioc.ingest.receiver import Receiver
from ioc.ingest.records import Records
from ioc.ingest.roll_up import RollUp
from ioc.live.follow import snapshot
from ioc.live.world import World
from ioc.messages.bus import REPLAY
from ioc.messages.privacy import Privacy
from ioc.metrics import Retention
from ioc.metrics.open import FILE as METRICS
from ioc.platform import observed
from ioc.platform.aside import aside
from ioc.platform.beat import Beat
from ioc.platform.broker import Bus
from ioc.platform.check_broker import BrokerWatch
from ioc.platform.db.tables import event_seen, feed_day, feed_delivery, quarantine
from ioc.platform.jobs import Jobs
from ioc.platform.logins import as_bus, as_ingest

log = logging.getLogger(__name__)

STOP_S = 4.0
# a batch makes thousands of short-lived tuples and no cycles: looking for cycles among them costs a tenth of the rate
GC_THRESHOLD = (50_000, 20, 50)
DAY_MS = 86_400_000
EXPLAIN_S = 2
FEED_DAYS = 1_200  # as far back as the score of a yearly feed looks


class Ingest:
    """The parts of the role and how they hang together: receiver -> inbox -> pump -> records, metrics, live deltas."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        self._context = context
        self._path = settings.root / "inbox.sqlite"
        self._filters = settings.root / "filters.json"
        bus = as_bus(settings)
        self._bus = Bus(bus, "ioc-live")
        self._losses = Losses(settings.root / LOSSES_FILE, context.clock, lambda at: rfc3339(at, ZoneInfo(DEFAULT_TZ)))
        losses = self._losses
        self._broker = BrokerWatch(bus, self._bus, lambda more: losses.note(Loss.DROPPED, more))
        privacy = Privacy(settings.inbox.private_keys)
        self._maps = MapsInForce(context)
        maps = self._maps.maps
        special = {REPLAY: replay.sorter(context.live_key, privacy, maps)}
        left = former(self._filters, maps.filters)
        identity = Identity(settings.root / SESSION_FILE, settings.mqtt)
        self.receiver = Receiver(
            as_ingest(settings),
            self._inbox(),
            privacy,
            context.clock,
            special,
            identity,
            maps,
            left,
            on_lost=lambda: losses.note(Loss.SESSION),
        )
        world = _world(context)
        settle(context.db, world.inventory, settings.dossiers, context.clock.now_ms())
        mqtt = settings.mqtt
        decoder = Decoder(
            context.kinds, world.inventory, maps, mqtt.states_per_minute, mqtt.orgs, settings.dossiers.status_words
        )
        inbox, handover = self._inbox(), Handover()
        self._records = Records(context.db, world, inbox.id, world.epoch, settings.dossiers)
        outlet = DeltaPublisher(self._bus, context.live_key, settings.live.per_second)
        self.pump = Pump(inbox, decoder, self._records, handover, outlet, context.db, context.clock)
        self._store = context.open_store(writer=True)
        self.metrics = MetricSink(self._store, self._inbox(), decoder, context.db, handover)
        records = self._records
        self._rollup = RollUp(context.db, lambda: records.world, self._bus.publish, context.clock, mqtt.orgs)
        self._explained = Explained(
            context.db,
            self._inbox,
            decoder,
            lambda: records.world.inventory,
            lambda: maps.rev,
            context.clock,
            own_only=bool(mqtt.orgs),
        )
        self._beat = Beat(context.db, "ingest", context.clock)
        self._jobs = Jobs()

    def run(self, stop: threading.Event, ready: Callable[[], None]) -> None:
        """Serve until `stop`, then take in what was acknowledged and leave."""
        receiving = threading.Thread(target=self.receiver.run, args=(stop,), name="receiver", daemon=True)
        pump_stop, metrics_stop = threading.Event(), threading.Event()
        pumping = threading.Thread(
            target=self.pump.run, args=(pump_stop, self.receiver.committed), name="pump", daemon=True
        )
        measuring = threading.Thread(target=self.metrics.run, args=(metrics_stop,), name="metrics", daemon=True)
        self._bus.start()
        self._broker.start()
        self._beat.start()
        self._schedule()
        for thread in (pumping, measuring, receiving):
            thread.start()
        said_ready = False
        while not stop.wait(0.1 if not said_ready else 1.0):
            if not said_ready and self.receiver.connected:
                ready()
                said_ready = True
            self._follow_maps()
            self._say()
            _check_alive(receiving, pumping, measuring)
        receiving.join(STOP_S)
        pump_stop.set()
        pumping.join(STOP_S)
        self.pump.drain()
        metrics_stop.set()
        measuring.join(STOP_S)
        self._finish()

    def _follow_maps(self) -> None:
        if self._maps.look():
            self.receiver.follow_maps(former(self._filters, self._maps.maps.filters))

    def _finish(self) -> None:
        with contextlib.suppress(IocError):  # what the store does not take now waits in the inbox
            while self.metrics.trouble is None and self.metrics.step():
                pass
        self._jobs.stop()
        self._beat.stop()
        self._bus.stop()
        self._store.close()

    def _schedule(self) -> None:
        self._jobs.every(20, "roll-ups and retention", self._maintain)
        self._jobs.every(60, "inbox", self._prune_inbox)
        self._jobs.every(roll_up.INTERVAL_S, "dossier counts", self._rollup.run, soon=True)
        self._jobs.every(EXPLAIN_S, "quarantine that is explained", self._explained.run, soon=True)
        self._jobs.every(3600, "old rows", self._prune_records)
        self._jobs.start()

    def _maintain(self) -> None:
        kept = self._context.settings.retention
        now = self._context.clock.now_ms()
        self._store.maintain(now, Retention(kept.raw_days, kept.minute_days, kept.hour_days))

    def _prune_inbox(self) -> None:
        """Rows behind a cursor are never dropped; done ones go by age."""
        inbox = self._inbox()
        done = min(self.pump.committed, self.metrics.position)
        before = self._context.clock.now_ms() - round(self._context.settings.inbox.keep_hours * 3_600_000)
        while inbox.prune(done, before):
            pass
        inbox.close()

    def _prune_records(self) -> None:
        kept, now = self._context.settings.retention, self._context.clock.now_ms()
        with self._context.db.write() as conn:
            observed.forget(conn, now - kept.event_days * DAY_MS)
            attended.purge(conn, now - kept.event_days * DAY_MS)
            conn.execute(sa.delete(event_seen).where(event_seen.c.at < now - kept.event_days * DAY_MS))
            conn.execute(sa.delete(feed_delivery).where(feed_delivery.c.at < now - FEED_DAYS * DAY_MS))
            conn.execute(sa.delete(feed_day).where(feed_day.c.day < now // DAY_MS - kept.event_days))
            conn.execute(sa.delete(quarantine).where(quarantine.c.received_at < now - kept.quarantine_days * DAY_MS))

    def _say(self) -> None:
        """The line of `/readyz` about this role."""
        newest = self._inbox_newest()
        detail = {
            "broker": "connected" if self.receiver.connected else self.receiver.refused or "away",
            "broker_keeps": self._broker.trouble,
            "broker_dropped": self._broker.dropped,
            "stopped_acking": self.receiver.stopped_acking,
            "sessions_lost": self.receiver.sessions_lost,
            "lost": self._losses.standing(),
            "set_aside": ", ".join([*aside(self._path), *aside(self._path.with_name(METRICS))]) or None,
            "maps": self._maps.trouble,
            "records": self.pump.trouble,
            "metric_store": self.metrics.trouble or (None if self._store.health().ok else self._store.health().detail),
            "records_lag": max(0, newest - self.pump.position),
            "metrics_lag": max(0, newest - self.metrics.position),
        }
        troubles = ("stopped_acking", "records", "metric_store")
        connected = self.receiver.connected
        hears = connected and self.receiver.stopped_acking is None
        self._beat.say(connected and not any(detail[name] for name in troubles), detail, hears=hears)

    def _inbox_newest(self) -> int:
        inbox = self._inbox()
        try:
            return inbox.newest()
        finally:
            inbox.close()

    def _inbox(self) -> Inbox:
        kept = self._context.settings.inbox
        return Inbox(self._path, max_bytes=kept.max_bytes, min_free_bytes=kept.min_free_bytes)


def run(context: Context, stop: threading.Event, ready: Callable[[], None]) -> None:
    """The role: waits for its turn on this data directory, then serves."""
    with _alone(context.settings.root / "run" / "ingest.lock", stop):
        if not stop.is_set():
            ingest = Ingest(context)
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLD)
            ingest.run(stop, ready)


def _world(context: Context) -> World:
    """The live state as the last life of ingest left it, under a new epoch."""
    with context.db.read() as conn:
        today = local(context.clock.now_ms(), OrgTree([]).tz(DEFAULT_TZ)).date().isoformat()
        inventory = load(conn, today, context.kinds, context.settings.calendar.weeks)
        world = World(inventory, context.kinds, epoch=secrets.token_hex(8))
        world.merge(snapshot(conn)[2])
    return world


@contextmanager
def _alone(path: Path, stop: threading.Event) -> Iterator[None]:
    """One ingest a data directory: a file lock ends with its process, however that dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        waiting = False
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waiting:
                    log.warning("another ingest serves %s; waiting for it to end", path.parent.parent)
                waiting = True
                stop.wait(0.5)
        yield


def _check_alive(*threads: threading.Thread) -> None:
    """A role with a dead thread must end, so that it is started again."""
    for thread in threads:
        if not thread.is_alive():
            raise IocError(Code.THREAD_DIED, f"ingest: thread {thread.name} ended")
