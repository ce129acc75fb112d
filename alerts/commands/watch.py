"""watch: the watchman that runs on another machine."""

import argparse
import os
import signal
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ioc.cli.common import Commands, say
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from alerts.deadman.watch import Watch
    from alerts.message import ChannelPlugin


def add(commands: Commands) -> None:
    about = "On another machine: tell by channels of its own when an installation falls silent. Needs no database."
    show = commands.add_parser("watch", help=about, description=about)
    show.add_argument("url", metavar="URL", help="of the installation, such as https://ioc.example.vn")
    show.add_argument("--config", metavar="FILE", type=Path, required=True, help="token, channels, receivers")
    show.add_argument("--once", action="store_true", help="look once, tell nobody; exit code 1 where it is not well")
    show.set_defaults(run=watch)


def watch(arguments: argparse.Namespace) -> int:
    from ioc.config.settings import Log
    from ioc.platform import logs

    logs.configure(Log(), "watch")
    built = _built(arguments.url, arguments.config)
    seen = built.look()
    if arguments.once:
        say(f"{arguments.url}: {seen.why}{f' ({seen.detail})' if seen.detail else ''}")
        return 0 if seen.well else 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    say(f"watching {arguments.url} each {built.options.every_s:g} s; now: {seen.why}")
    built.run(stop)
    return 0


def _built(url: str, file: Path) -> "Watch":
    from zoneinfo import ZoneInfo

    from alerts.deadman import look, options
    from alerts.deadman.watch import Watch
    from alerts.deadman.words import WatchWords
    from ioc import bootstrap
    from ioc.core.clock import SystemClock
    from ioc.core.registry import Plugins, PluginSort

    if not url.startswith(("http://", "https://")):
        raise UsageError(Code.BAD_OPTION, f"{url!r}: expected http://HOST or https://HOST")
    plugins = cast("dict[str, ChannelPlugin]", Plugins().of(PluginSort.CHANNEL))
    read = options.load(file, plugins, os.environ)
    words = WatchWords(bootstrap.texts(), url, socket.gethostname(), ZoneInfo(read.tz))
    return Watch(
        options=read,
        channels={channel.name: (plugins[channel.kind], channel.options) for channel in read.channel},
        everybody=options.addressees(read, plugins),
        words=words,
        look=lambda: look.look(url, read),
        clock=SystemClock(),
        memory=Path(read.state) if read.state else file.with_suffix(".state"),
    )
