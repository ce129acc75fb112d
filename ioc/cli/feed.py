"""replay: messages sent through ingest once more."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, now_ms, open_context, say, settings_of
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from ioc.context import Context
    from ioc.ingest.replay import Replay

CONNECT_S = 3.0


def add(commands: Commands) -> None:
    about = "Send a captured file, or the quarantine, through ingest again."
    again = command(commands, "replay", about, replay)
    again.add_argument("file", metavar="FILE", type=Path, nargs="?", help="one message a line: JSON, or TOPIC PAYLOAD")
    again.add_argument("--quarantine", action="store_true", help="what could not be used before")
    again.add_argument("--reason", help="with --quarantine: only what was kept for this reason")


def replay(arguments: argparse.Namespace) -> int:
    if (arguments.file is None) == (not arguments.quarantine):
        raise UsageError(Code.REPLAY_WHAT, "give a FILE or --quarantine")
    return _quarantine(arguments) if arguments.quarantine else _file(arguments)


def _quarantine(arguments: argparse.Namespace) -> int:
    from ioc.domain.inventory import Scope
    from ioc.ingest import quarantine

    context = open_context(settings_of(arguments))
    with _way_in(context) as (send, where):
        everything = Scope(None, frozenset())
        sent = quarantine.resend(context.db, send, everything, "cli", now_ms(), reason=arguments.reason)
    say(f"{sent} {where}; what still cannot be used comes back to the quarantine")
    return 0


def _file(arguments: argparse.Namespace) -> int:
    from ioc.ops import capture

    context = open_context(settings_of(arguments))
    now = now_ms()
    total = sum(1 for _ in capture.read(arguments.file, now))  # a bad line is named before anything is sent
    with _way_in(context) as (send, where):
        for message in capture.read(arguments.file, now):
            send(message)
    say(f"{total} {where}")
    return 0


@contextmanager
def _way_in(context: "Context") -> "Iterator[tuple[Callable[[Replay], None], str]]":
    """Through the broker; where none answers, straight to where ingest will look first."""
    from ioc.ingest.replay import send
    from ioc.platform.broker import Bus
    from ioc.platform.logins import as_bus

    bus = Bus(as_bus(context.settings), "ioc-replay")
    bus.start()
    try:
        if bus.wait(CONNECT_S):
            yield partial(send, bus, context.live_key), "sent"
            return
    finally:
        bus.stop()
    yield _into_inbox(context), "in the inbox; ingest takes them when it runs"


def _into_inbox(context: "Context") -> "Callable[[Replay], None]":
    """One commit a message: whoever sent it may mark it as sent."""
    from ioc.ingest.inbox import Inbox, Received
    from ioc.messages.mapping.maps import Maps
    from ioc.messages.privacy import Privacy

    settings = context.settings
    inbox, privacy = Inbox(settings.root / "inbox.sqlite"), Privacy(settings.inbox.private_keys)
    maps = Maps(settings.map, context.kinds)

    def append(message: "Replay") -> None:
        payload = maps.strip(message.topic, message.payload, privacy)
        inbox.append([Received(message.received_at, message.topic, payload, retained=False)])

    return append
