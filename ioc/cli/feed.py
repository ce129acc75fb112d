"""simulate and replay: messages that come neither from a kiosk nor from a system."""

import argparse
import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, now_ms, open_context, say, settings_of
from ioc.errors import IocError, UsageError

if TYPE_CHECKING:
    from ioc.replay import Replay
    from ioc.settings import Settings

CONNECT_S = 3.0
BATCH = 500


def add(commands: Commands) -> None:
    simulation = command(commands, "simulate", "Run the simulator alone; refused where real sources exist.", simulate)
    simulation.add_argument("--rate", type=float, metavar="N", help="messages a second instead of the day's own rhythm")
    simulation.add_argument("--speed", type=float, default=1.0, help="how many times faster than life")
    simulation.add_argument("--seed", type=int, default=1)
    about = "Send a captured file, or the quarantine, through ingest again."
    again = command(commands, "replay", about, replay)
    again.add_argument("file", metavar="FILE", type=Path, nargs="?", help="one message a line: JSON, or TOPIC PAYLOAD")
    again.add_argument("--quarantine", action="store_true", help="what could not be used before")
    again.add_argument("--reason", help="with --quarantine: only what was kept for this reason")


def simulate(arguments: argparse.Namespace) -> None:
    from connectors import service
    from ioc import logs

    settings = settings_of(arguments)
    logs.configure(settings.log, "simulate")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service.simulate(open_context(settings), stop, rate=arguments.rate, seed=arguments.seed, speed=arguments.speed)


def replay(arguments: argparse.Namespace) -> int:
    if (arguments.file is None) == (not arguments.quarantine):
        raise UsageError("replay_what", "give a FILE or --quarantine")
    return _quarantine(arguments) if arguments.quarantine else _file(arguments)


def _quarantine(arguments: argparse.Namespace) -> int:
    from ioc import quarantine
    from ioc.broker import Bus
    from ioc.inventory import Scope

    context = open_context(settings_of(arguments))
    bus = Bus(context.settings.mqtt, "ioc-replay")
    bus.start()
    try:
        if not bus.wait(CONNECT_S):
            raise IocError("broker_unavailable", "the broker is away; start the service, then replay", transient=True)
        everything, key = Scope(None, frozenset()), context.live_key
        sent = quarantine.resend(context.db, bus, key, everything, "cli", now_ms(), reason=arguments.reason)
    finally:
        bus.stop()
    say(f"{sent} sent again; what still cannot be used comes back to the quarantine")
    return 0


def _file(arguments: argparse.Namespace) -> int:
    from ioc import capture
    from ioc.broker import Bus
    from ioc.replay import send

    context = open_context(settings_of(arguments))
    now = now_ms()
    total = sum(1 for _ in capture.read(arguments.file, now))  # a bad line is named before anything is sent
    bus = Bus(context.settings.mqtt, "ioc-replay")
    bus.start()
    try:
        if bus.wait(CONNECT_S):
            for message in capture.read(arguments.file, now):
                send(bus, context.live_key, message)
            say(f"{total} sent")
            return 0
    finally:
        bus.stop()
    _into_inbox(context.settings, capture.read(arguments.file, now))
    say(f"{total} in the inbox; ingest takes them when it runs")
    return 0


def _into_inbox(settings: "Settings", messages: "Iterable[Replay]") -> None:
    """Where no broker runs: straight to where ingest will look first."""
    from ioc.inbox import Inbox, Received
    from ioc.privacy import Privacy

    privacy = Privacy(settings.inbox.private_keys)
    inbox = Inbox(settings.root / "inbox.sqlite")
    batch: list[Received] = []
    for m in messages:
        batch.append(Received(m.received_at, m.topic, privacy.strip(m.payload)[0], retained=False))
        if len(batch) == BATCH:
            inbox.append(batch)
            batch = []
    if batch:
        inbox.append(batch)
