"""The connectors role: the configured connectors, and the simulator where its options are given."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from msgspec.structs import asdict

from connectors.deliveries.rounds import fetching
from connectors.mapping.unknown import watching
from connectors.postbox.serving import receiving
from connectors.runner.thread import probing
from connectors.simulator import DEFAULT, printed, roster
from connectors.simulator.demo import load_demo
from connectors.simulator.mending import Mending
from connectors.simulator.province import Province
from connectors.simulator.speaker import LIVE_PER_TICK, TICK_S, Speaker
from connectors.simulator.timeline import Timeline
from connectors.simulator.troubles import Troubles
from ioc.context import Context
from ioc.core.errors import Code, UsageError
from ioc.core.model import SourceStatus
from ioc.live.deltas import DELTA_TOPIC
from ioc.ops.roles import CONNECTORS
from ioc.platform.beat import Beat
from ioc.platform.broker import Bus
from ioc.platform.db.tables import source
from ioc.platform.logins import as_bus


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """`speed` 1 is real time; things go wrong from `incidents_from` (epoch ms) on.

    The same `seed` tells the same story.
    """

    province: str = DEFAULT
    speed: float = 1.0
    seed: int = 1
    incidents_from: int | None = None


def run(
    context: Context,
    stop: threading.Event,
    ready: Callable[[], None],
    simulator: SimulatorOptions | None = None,
) -> None:
    """Serve until `stop`."""
    beat = Beat(context.db, CONNECTORS, context.clock)
    with probing(context, beat), watching(context), fetching(context), receiving(context.postbox, context.clock):
        beat.start()  # not before everything is at hand: what cannot begin gives no sign of life
        try:
            _serve(context, stop, ready, simulator)
        finally:
            beat.stop()
    beat.forget()


def _serve(
    context: Context, stop: threading.Event, ready: Callable[[], None], simulator: SimulatorOptions | None
) -> None:
    if simulator is None:
        ready()
        stop.wait()
        return
    load_demo(context.db, context.kinds, context.clock.now_ms(), simulator.province)
    printed.take_over(context.db, context.kinds, context.clock.now_ms())
    _speak(context, stop, ready, simulator, rate=None)


def simulate(context: Context, stop: threading.Event, options: SimulatorOptions, *, rate: float | None) -> None:
    """The simulator alone, at about `rate` states a second while all is open; UsageError beside real sources."""
    if options.speed <= 0 or (rate is not None and rate <= 0):
        raise UsageError(Code.BAD_OPTION, f"speed {options.speed}, rate {rate}: both must be above 0")
    real = _real_sources(context)
    if real:
        named = ", ".join(real[:3])
        message = f"{len(real)} real source(s) are active here ({named}, …): the simulator would mix with them"
        raise UsageError(Code.REAL_SOURCES, message, n=len(real), sources=real)
    load_demo(context.db, context.kinds, context.clock.now_ms(), options.province)
    _speak(context, stop, lambda: None, options, rate)


def _speak(
    context: Context, stop: threading.Event, ready: Callable[[], None], options: SimulatorOptions, rate: float | None
) -> None:
    people = roster.load(options.province)
    start = context.clock.now_ms()
    pace = 1.0 if rate is None else rate / natural_rate(people)
    # faster than real, tomorrow is told today: its events must not be taken for those of the real tomorrow
    tag = "" if options.speed == 1 else f"-x{start // 1000:x}"
    timeline = Timeline(start, options.speed)
    troubles, look = _troubles(context, people, options, timeline)
    province = Province(options.seed, people, options.speed / pace, tag, troubles)
    per_tick = max(LIVE_PER_TICK, round(2 * (rate or 0) * TICK_S))
    bus = Bus(as_bus(context.settings), "ioc-simulator")
    heard = threading.Event()
    bus.subscribe(DELTA_TOPIC, lambda _topic, _payload, _retained: heard.set())
    bus.start()
    ready()
    try:
        Speaker(province, timeline, bus, heard.is_set, context.clock, context.settings.root, per_tick, look).run(stop)
    finally:
        bus.stop()


def _troubles(
    context: Context, people: roster.Roster, options: SimulatorOptions, timeline: Timeline
) -> tuple[Troubles | None, Callable[[int], None]]:
    """What goes wrong, and who looks whether somebody took it."""
    if options.incidents_from is None:
        return None, lambda _now: None
    troubles = Troubles(options.seed, people, options.incidents_from, timeline)
    return troubles, Mending(troubles, timeline, context.db).look


def natural_rate(people: roster.Roster) -> float:
    """States a second when everything is open and nobody is in a call."""
    cadence: dict[str, int] = asdict(people.profile.cadence_s)
    return sum(1 / cadence[site.key.kind] for site in people.sites if site.key.kind in cadence)


def _real_sources(context: Context) -> list[str]:
    t = source.c
    wanted = sa.and_(t.status == SourceStatus.ACTIVE, t.simulated.is_(False))
    with context.db.read() as conn:
        rows = conn.execute(sa.select(t.org, t.kind, t.source).where(wanted).order_by(t.org, t.kind, t.source)).all()
    return ["/".join(row) for row in rows]
