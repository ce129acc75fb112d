"""The alerts role: one process at a time is active, evaluates twice a second and delivers; the others stand by."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import partial
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from alerts import drills, heartbeat, old_log
from alerts.answering import inbox
from alerts.answering.answers import AnswerDesk
from alerts.answering.inbox import Inboxes, ReceivingChannel
from alerts.answering.offers import Offers
from alerts.channels import webhook
from alerts.configured.entry import Grounds
from alerts.configured.seed import sync
from alerts.daily import EVERY_S, DailySnapshots
from alerts.delivery.claiming import DeliveryLimits
from alerts.delivery.composer import Composer
from alerts.delivery.digest import Digest
from alerts.delivery.feed import EventFeed, FeedThread
from alerts.delivery.independence import Independence
from alerts.delivery.notifier import Notifier
from alerts.delivery.outbox import ConfiguredChannel, Outbox
from alerts.delivery.routing import Router
from alerts.delivery.workers import DeliveryWorkers
from alerts.engine.book_in_force import BookInForce
from alerts.engine.damping import Damping
from alerts.engine.engine import AlertEngine
from alerts.engine.evaluator import Evaluator, LiveInput
from alerts.engine.inhibition import Inhibition
from alerts.engine.recent import RecentReadings
from alerts.engine.rule_set import RuleSet
from alerts.message import ChannelPlugin
from alerts.model import RulePlugin
from alerts.old_log import OldLog
from alerts.proof import DailyProof
from ioc.config import bands
from ioc.config.alerting import Rule
from ioc.config.book import Book
from ioc.config.read import is_loopback
from ioc.config.settings import Settings
from ioc.context import Context
from ioc.core.errors import IocError
from ioc.core.registry import PluginSort
from ioc.live.deltas import NOTICE_TOPIC, Notice, seal
from ioc.live.follow import Follower
from ioc.metrics import Point, RangeQuery, ranges
from ioc.platform.beat import Beat, pulses
from ioc.platform.broker import Bus
from ioc.platform.jobs import Jobs
from ioc.platform.lease import Lease
from ioc.platform.logins import as_bus

log = logging.getLogger(__name__)

ROLE = "alerts"
TICK_S = 0.5
LOAD = 4  # a tick that took t seconds is followed by LOAD × t of rest
LONGEST_REST_S = 5.0
FOLLOW_S = 1.0
HUNG_S = 15.0  # without a turn of the engine its role falls silent
STUCK_S = 23.0  # a worker that is longer at one notification is said to be stuck
LEASE_TTL_S = 6.0
LEASE_KEEP_S = 1.5
STOP_S = 3.0


def run(context: Context, stop: threading.Event, ready: Callable[[], None]) -> None:
    """Serve until `stop`; ready once the database answers and the live state is followed."""
    service = Service(context)
    service.start()
    try:
        service.serve(stop, ready)
    finally:
        service.close()


@dataclass(frozen=True, slots=True)
class ActiveParts:
    """The parts that only the holder of the lease runs."""

    engine: AlertEngine
    outbox: Outbox
    workers: DeliveryWorkers
    feeds: Sequence[FeedThread] = ()


class Service:
    """The parts of the role and when each is called."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._bus = Bus(as_bus(context.settings), "ioc-alerts")
        self._follower = Follower(context, self._bus)
        self._follower.on_notice(self._on_notice)
        self._lease = Lease(context.db, ROLE, f"{socket.gethostname()}:{os.getpid()}", LEASE_TTL_S, context.clock)
        self._turned = self._well = context.clock.monotonic()
        self._beat = Beat(context.db, ROLE, context.clock, self._turns)
        self._rules = cast("dict[str, RulePlugin]", context.plugins.of(PluginSort.RULE))
        self._channels = cast("dict[str, ChannelPlugin]", context.plugins.of(PluginSort.CHANNEL))
        self._jobs = Jobs(workers=2)
        self._active: ActiveParts | None = None
        self._ingest_alive = True
        self._next_follow = self._next_keep = 0.0

    def start(self) -> None:
        self._bus.start()
        self._beat.start()
        self._jobs.every(EVERY_S, "daily figures", self._daily().run)
        if self._context.settings.alerts.heartbeat_url is not None:
            self._jobs.every(heartbeat.EVERY_S, "heartbeat", self._tell_outside, soon=True)
        self._receive()
        if self._context.settings.alerts.proof_receivers:
            self._jobs.every(EVERY_S, "daily proof", self._proof().run)
        self._jobs.every(old_log.EVERY_S, "old messages", self._old_log().forget)
        self._jobs.start()

    def serve(self, stop: threading.Event, ready: Callable[[], None]) -> None:
        is_ready = False
        rest = 0.0
        while not stop.wait(rest):
            began = self._context.clock.monotonic()
            try:
                self._turn(began)
                self._well = self._context.clock.monotonic()
                if not is_ready:
                    ready()
                    is_ready = True
            except IocError as error:
                log.warning("alerts wait: %s", error)
            except Exception:
                log.exception("a turn of the alert engine failed")
            self._say()
            took = self._context.clock.monotonic() - began
            rest = min(LONGEST_REST_S, max(TICK_S, LOAD * took))

    def close(self) -> None:
        self._jobs.stop()
        self._stand_by()
        try:
            self._lease.release()
        except IocError as error:
            log.warning("the lease stays until it runs out: %s", error)
        self._beat.stop()
        self._bus.stop()

    def _turn(self, now: float) -> None:
        """Follow → keep the lease → tick; without the lease nothing is decided and nothing sent."""
        if now >= self._next_follow:
            self._follow()
            self._next_follow = now + FOLLOW_S
        if now >= self._next_keep or not self._lease.held:
            self._lease.keep()
            self._next_keep = now + LEASE_KEEP_S
        if not self._lease.held:
            self._stand_by()
        elif len(self._follower.world.inventory.orgs):  # before the first snapshot everything would look retired
            self._active = self._active or self._activate()
            if self._active.engine.tick():
                self._active.workers.wake()
                self._publish()

    def _on_notice(self, what: str) -> None:
        if what == "inventory":
            self._next_follow = 0.0

    def _follow(self) -> None:
        self._follower.tick()
        with self._context.db.read() as conn:
            beats = {pulse.role: pulse.alive for pulse in pulses(conn, self._context.clock.now_ms())}
        self._ingest_alive = beats.get("ingest", True)

    def _turns(self) -> bool:
        return self._context.clock.monotonic() - self._turned < HUNG_S

    def _say(self) -> None:
        """How it is after a turn: in trouble where turns fail for a while, or a worker is stuck."""
        now, stuck = self._context.clock.monotonic(), self._stuck()
        self._turned = now
        detail = {"unsigned": self._follower.unsigned, **({"stuck": ",".join(stuck)} if stuck else {})}
        self._beat.say(now - self._well < HUNG_S and not stuck, detail)

    def _stuck(self) -> list[str]:
        active = self._active
        return [] if active is None else active.workers.stuck(STUCK_S)

    def _tell_outside(self) -> None:
        """While this process decides and delivers; one that stands by leaves it to the other."""
        url, settled = self._context.settings.alerts.heartbeat_url, self._context.clock.monotonic() - self._well
        if url is not None and self._active is not None and settled < HUNG_S and not self._stuck():
            heartbeat.tell(url)

    def _activate(self) -> ActiveParts:
        log.info("alerts: this process is active, token %s", self._lease.token)
        outbox = build_outbox(self._context, self._lease, self._channels)
        outbox.recover()
        live = LiveInput(self._follower.snapshot, self._listening)
        engine = build_engine(self._context, self._lease, live, self._rules, self._channels)
        workers = DeliveryWorkers(
            outbox, {channel.name: channel.per_minute for channel in self._context.settings.channel}
        )
        workers.start()
        feeds = build_feeds(self._context, self._lease)
        for feed in feeds:
            feed.start()
        return ActiveParts(engine, outbox, workers, feeds)

    def _stand_by(self) -> None:
        if self._active is not None:
            log.info("alerts: this process stands by")
            for feed in self._active.feeds:
                feed.stop.set()
            self._active.workers.stop(STOP_S)
            self._active = None

    def _receive(self) -> None:
        context = self._context
        channels = receiving(context.settings, self._channels)
        inboxes = Inboxes(AnswerDesk(context.db, context.clock, context.live_key, context.settings.alerts), channels)

        def read() -> None:
            if self._lease.held and inboxes.read():
                self._publish()

        if any(getattr(each.plugin, "receive", None) for each in channels.values()):
            self._jobs.every(inbox.EVERY_S, "answers", read)

    def _daily(self) -> DailySnapshots:
        context = self._context
        hour = context.settings.dossiers.snapshot_at
        return DailySnapshots(context.db, context.clock, self._lease, self._follower.snapshot, hour)

    def _proof(self) -> DailyProof:
        context, options = self._context, self._context.settings.alerts
        grounds = Grounds.of(context.settings, self._rules, self._channels)
        where = (context.db, context.clock, self._lease, self._follower.snapshot)
        return DailyProof(*where, grounds, options.proof_at, options.proof_receivers)

    def _old_log(self) -> OldLog:
        context = self._context
        return OldLog(context.db, context.clock, self._lease, context.settings.retention.message_days)

    def _listening(self) -> bool:
        return self._bus.connected and self._ingest_alive

    def _publish(self) -> None:
        notice = Notice("alerts", self._context.clock.now_ms())
        self._bus.publish(NOTICE_TOPIC, seal(self._context.live_key, notice))


def build_engine(
    context: Context,
    lease: Lease,
    live: LiveInput,
    rules: dict[str, RulePlugin],
    channels: dict[str, ChannelPlugin],
) -> AlertEngine:
    """The engine of a configuration, whose entries of the book are loaded where they changed."""
    settings, clock, db = context.settings, context.clock, context.db
    sync(db, settings, clock.now_ms())
    grounds = Grounds.of(settings, rules, channels)
    rule_set = RuleSet((), {**rules, drills.RULE.kind: drills.DrillRule()}, clock)
    recent = RecentReadings(partial(_read_store, context))
    evaluator = Evaluator(clock, db, live, rule_set, Inhibition(clock, settings.alerts.settle_s), recent=recent)
    notifier = Notifier(db, Router(Book(), grounds.address_of), settings.alerts.group_wait_s)
    notifier.independence = Independence(settings.channel)
    notifier.leaders = settings.alerts.leaders
    notifier.digest = Digest(db, time.fromisoformat(settings.alerts.digest_at))

    def take(book: Book) -> None:
        rule_set.use((*(bands.standing_on(context.kinds, rule) for rule in book.rule), drills.RULE))
        evaluator.windows = book.maintenance
        notifier.use(Router(book, grounds.address_of), owner_rules(book.rule, rules), digest_rules(book.rule, rules))

    in_force = BookInForce(db, clock, grounds, take)
    return AlertEngine(
        db, clock, lease, evaluator, notifier, in_force, settings.alerts.startup_grace_s, Damping.of(settings.alerts)
    )


def _read_store(context: Context, queries: Sequence[RangeQuery]) -> list[list[Point]]:
    """Opened when a rule first asks for what was before, and closed again."""
    store = context.open_store()
    try:
        return ranges(store, queries)
    finally:
        store.close()


def owner_rules(rules: Iterable[Rule], plugins: Mapping[str, RulePlugin]) -> frozenset[str]:
    """The rules of kinds that notify the owner of a source."""
    return frozenset(rule.id for rule in rules if getattr(plugins[rule.kind], "to_owner", False))


def digest_rules(rules: Iterable[Rule], plugins: Mapping[str, RulePlugin]) -> frozenset[str]:
    """The rules of kinds whose open alerts stand in the daily digest."""
    return frozenset(rule.id for rule in rules if getattr(plugins[rule.kind], "in_digest", False))


def build_outbox(context: Context, lease: Lease, plugins: dict[str, ChannelPlugin]) -> Outbox:
    """The outbox of a configuration."""
    settings = context.settings
    channels: dict[str, Any] = {
        channel.name: ConfiguredChannel(plugins[channel.kind], channel.options) for channel in settings.channel
    }
    composer = Composer(context.texts, public_url(settings))
    options = settings.alerts
    limits = DeliveryLimits(options.delivery_days * 86_400, options.stale_after_s, options.fallback_after_s)
    numbers = {name: number_of(channel.options) for name, channel in receiving(settings, plugins).items()}
    offers = Offers(numbers, public_url(settings), context.live_key)
    return Outbox(context.db, context.clock, lease, channels, composer, limits, offers)


def build_feeds(context: Context, lease: Lease) -> list[FeedThread]:
    """The webhooks that want every event."""
    return [
        FeedThread(
            EventFeed(
                context.db, context.clock, lease, context.texts, channel.name, partial(webhook.post, channel.options)
            )
        )
        for channel in context.settings.channel
        if isinstance(channel.options, webhook.Options) and channel.options.feed
    ]


def number_of(options: Any) -> str:
    """The number to send an answer to, where it is not the one that messages come from: they come from a brandname."""
    return str(options.inbound) if getattr(options, "sender", "") else ""


def receiving(settings: Settings, plugins: Mapping[str, ChannelPlugin]) -> dict[str, ReceivingChannel]:
    """The channels that people can answer to: those with a number of their own."""
    return {
        channel.name: ReceivingChannel(plugins[channel.kind], channel.options)
        for channel in settings.channel
        if getattr(channel.options, "inbound", None) is not None
    }


def public_url(settings: Settings) -> str | None:
    """The address that people use, for links in notifications; None where it leads to their own machine or nowhere."""
    url = settings.http.public_url
    host = "" if url is None else urlsplit(url).hostname or ""
    return None if url is None or is_loopback(host) or _is_unspecified(host) else url.rstrip("/")


def _is_unspecified(host: str) -> bool:
    """`0.0.0.0` and the like, which a server listens on and nobody can open."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host
