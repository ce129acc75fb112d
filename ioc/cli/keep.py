"""backup, restore, doctor."""

import argparse
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from ioc.cli.common import DEMO_DIR, Commands, command, now_ms, open_context, say, settings_of


def add(commands: Commands) -> None:
    about = "Copy stores, inbox, keys and configuration while everything runs."
    command(commands, "backup", about, backup).add_argument("dir", metavar="DIR", type=Path)
    about = "Put a backup into an empty data directory."
    command(commands, "restore", about, restore).add_argument("dir", metavar="DIR", type=Path)
    command(commands, "doctor", "Look at disk, stores, broker, roles and clocks; say what to do.", doctor)


def backup(arguments: argparse.Namespace) -> None:
    from ioc import backup as copies
    from ioc.clock import rfc3339
    from ioc.inventory.orgs import DEFAULT_TZ

    settings = settings_of(arguments)
    made_at = rfc3339(now_ms(), ZoneInfo(DEFAULT_TZ))
    manifest = copies.backup(settings, arguments.dir, made_at, metadata.version("ioc"), arguments.config)
    for name, file in manifest.files.items():
        say(f"{name}: {file.size} bytes")
    for line in manifest.not_covered:
        say(f"not covered: {line}")


def restore(arguments: argparse.Namespace) -> None:
    from ioc import backup as copies

    data_dir = arguments.data_dir or Path(DEMO_DIR)
    if arguments.config is not None:
        data_dir = settings_of(arguments).root
    manifest = copies.restore(arguments.dir, data_dir.absolute())
    say(f"{data_dir}: {len(manifest.files)} files of {manifest.made_at}")
    if copies.CONFIG in manifest.files:
        say(f"the configuration as it was: {data_dir / copies.CONFIG}")


def doctor(arguments: argparse.Namespace) -> int:
    from ioc.doctor import Verdict, examine

    worst = 0
    for verdict, what, detail in examine(open_context(settings_of(arguments))):
        say(f"{verdict:<4} {what}: {detail}")
        worst = max(worst, int(verdict is Verdict.FAIL))
    return worst
