"""backup, restore, doctor."""

import argparse
import importlib
import os
import signal
from functools import partial
from importlib import metadata
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from ioc.cli.common import DEMO_DIR, PACKAGES, Commands, command, now_ms, open_context, say, settings_of
from ioc.core.errors import Code, IocError, UsageError


def add(commands: Commands) -> None:
    about = "Copy stores, inbox, keys and configuration while everything runs."
    command(commands, "backup", about, backup).add_argument("dir", metavar="DIR", type=Path)
    about = "Put a backup into an empty data directory."
    command(commands, "restore", about, restore).add_argument("dir", metavar="DIR", type=Path)
    look = command(commands, "doctor", "Look at disk, stores, broker, roles and clocks; say what to do.", doctor)
    look.add_argument("--broker", action="store_true", help="try out what a broker must do, a line each; nothing else")
    look.add_argument("--messages", metavar="N", type=int, default=50_000, help="how long a backlog it tries")
    about = "end that broker with -9 in the middle; whoever watches it starts it again"
    look.add_argument("--kill", metavar="PID_FILE", type=Path, help=about)
    about = "publish so much to a broker that is not embedded, to see what it does when it is full"
    look.add_argument("--fill", metavar="BYTES", type=int, help=about)


def backup(arguments: argparse.Namespace) -> None:
    from ioc.core.clock import rfc3339
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.ops import backup as copies

    settings = settings_of(arguments)
    made_at = rfc3339(now_ms(), ZoneInfo(DEFAULT_TZ))
    manifest = copies.backup(settings, arguments.dir, made_at, metadata.version("ioc"), arguments.config)
    for name, file in manifest.files.items():
        say(f"{name}: {file.size} bytes")
    for line in manifest.not_covered:
        say(f"not covered: {line}")


def restore(arguments: argparse.Namespace) -> None:
    from ioc.ops import backup as copies

    data_dir = arguments.data_dir or Path(DEMO_DIR)
    if arguments.config is not None:
        data_dir = settings_of(arguments).root
    manifest = copies.restore(arguments.dir, data_dir.absolute())
    say(f"{data_dir}: {len(manifest.files)} files of {manifest.made_at}")
    if copies.CONFIG in manifest.files:
        say(f"the configuration as it was: {data_dir / copies.CONFIG}")


def doctor(arguments: argparse.Namespace) -> int:
    from ioc.ops.doctor import CheckState, examine

    if arguments.broker:
        return _broker(arguments)
    worst = 0
    brought = [getattr(importlib.import_module(package), "CHECKS", ()) for package in PACKAGES]
    for verdict, what, detail in examine(open_context(settings_of(arguments)), chain.from_iterable(brought)):
        say(f"{verdict:<4} {what}: {detail}")
        worst = max(worst, int(verdict is CheckState.FAIL))
    return worst


def _broker(arguments: argparse.Namespace) -> int:
    from ioc.ops.conformance import Allowed, conform
    from ioc.ops.conformance.spare import scratch
    from ioc.platform.logins import as_bus, as_ingest

    for name in ("messages", "fill"):
        if (given := getattr(arguments, name)) is not None and given < 1:
            raise UsageError(Code.BAD_OPTION, f"--{name} {given}: must be above 0")
    worst, settings = 0, settings_of(arguments)
    allowed = Allowed(
        kill=None if arguments.kill is None else partial(_kill, arguments.kill),
        fill_bytes=arguments.fill,
        scratch=partial(scratch, settings.mqtt, now_ms()) if settings.mqtt.embedded else None,
    )
    for result in conform(as_bus(settings), as_ingest(settings), arguments.messages, allowed):
        verdict = {True: "ok", False: "FAIL", None: "-"}[result.ok]
        say(f"{verdict:<4} {result.what}: {result.detail}")
        worst = max(worst, int(result.ok is False))
    return worst


def _kill(pid_file: Path) -> None:
    try:
        os.kill(int(pid_file.read_text(encoding="ascii")), signal.SIGKILL)
    except (OSError, ValueError) as error:
        raise IocError(Code.KILL_FAILED, f"{pid_file}: no broker could be ended ({error})") from error
