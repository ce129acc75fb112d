"""Common ground of the commands: finding the installation, opening its stores, printing an answer."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from ioc.config.settings import Settings
    from ioc.context import Context
    from ioc.domain.sheets.sheet import Encoded
    from ioc.platform.db import Database

DEMO_DIR = "ioc-demo"
PACKAGES = (
    "connectors.commands",
    "alerts.commands",
    "web.commands",
)  # each brings its own commands, and checks of `ioc doctor`
Commands = Any  # argparse keeps the type of its subparsers to itself
Run = Callable[[argparse.Namespace], int | None]


def command(commands: Commands, name: str, about: str, run: Run) -> argparse.ArgumentParser:
    """A command that knows which installation it speaks about."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--config", metavar="FILE", type=Path, help="the configuration file of the installation")
    where.add_argument("--data-dir", metavar="DIR", type=Path, help="the data directory of an embedded installation")
    parser.set_defaults(run=run)
    return parser


def group(commands: Commands, name: str, about: str) -> Commands:
    """`ioc NAME SUBCOMMAND`."""
    parser = commands.add_parser(name, help=about, description=about)
    return parser.add_subparsers(metavar="SUBCOMMAND", required=True)


def settings_of(arguments: argparse.Namespace) -> "Settings":
    """The configuration file; or for a data directory what was started there last, else the sample's defaults."""
    from ioc import bootstrap

    if arguments.config is not None:
        return bootstrap.load_settings(arguments.config)
    data_dir = arguments.data_dir or Path(DEMO_DIR)
    if arguments.data_dir is None and not data_dir.is_dir():
        raise UsageError(Code.NO_INSTALLATION, "give --config FILE or --data-dir DIR")
    return bootstrap.settings_in(data_dir)


def open_database(settings: "Settings") -> "Database":
    """The records database, created and migrated where needed."""
    from ioc import bootstrap
    from ioc.platform.db import Database, migrate

    bootstrap.open_data_dir(settings)
    db = Database(settings.database_url)
    migrate.upgrade(db)
    return db


def open_context(settings: "Settings") -> "Context":
    """Everything a role is given, on a migrated database."""
    from ioc import bootstrap

    open_database(settings).close()
    return bootstrap.build(settings)


def now_ms() -> int:
    from ioc.core.clock import SystemClock

    return SystemClock().now_ms()


def say(line: str = "") -> None:
    """One line of the command's answer, on stdout, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def add_encoding(parser: argparse.ArgumentParser) -> None:
    about = "of a CSV file that is not UTF-8: tcvn3, vni, windows-1258 …"
    parser.add_argument("--encoding", metavar="NAME", default="utf-8", help=about)


def encoded(arguments: argparse.Namespace) -> "Encoded":
    """The file of a command, in the encoding it is said to have; UsageError where nobody knows that."""
    from ioc.core import charsets
    from ioc.domain.sheets.sheet import Encoded

    try:
        charsets.check(arguments.encoding)
    except ValueError as error:
        raise UsageError(Code.UNKNOWN_ENCODING, str(error)) from None
    return Encoded(arguments.file, arguments.encoding)
