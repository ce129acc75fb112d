"""indicator list; indicator import."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ioc.cli.common import Commands, add_encoding, command, encoded, group, open_context, say, settings_of

if TYPE_CHECKING:
    from ioc.context import Context
    from ioc.domain.indicators.catalogue import Definitions


def add(commands: Commands) -> None:
    indicators = group(commands, "indicator", "Indicators by period and their values.")
    command(indicators, "list", "Every indicator: id, period, how it is made, name.", show_all)
    about = "Enter values from a CSV file or a workbook; somebody else signs them before they count."
    file = command(indicators, "import", about, take_in)
    columns = "columns indicator,org,period, then value or numerator,denominator or rank,rank_total; source,note"
    file.add_argument("file", metavar="FILE.(csv|xlsx)", type=Path, help=columns)
    add_encoding(file)
    file.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")


def show_all(arguments: argparse.Namespace) -> None:
    for of in _definitions(open_context(settings_of(arguments))):
        say(f"{of.id}  {of.cadence.value}  {of.of}  {of.name}")


def take_in(arguments: argparse.Namespace) -> None:
    from ioc.core.clock import local
    from ioc.domain.indicators.value_files import import_values
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.domain.inventory.records import load

    context = open_context(settings_of(arguments))
    now, given = context.clock.now_ms(), encoded(arguments)
    today = local(now, ZoneInfo(DEFAULT_TZ)).date()
    definitions = _definitions(context)
    with context.db.read() as conn:
        tree = load(conn, today.isoformat(), context.kinds).orgs
    report = import_values(context.db, given, definitions, tree, now, today, dry_run=arguments.dry_run)
    for line in report.lines():
        say(line)


def _definitions(context: "Context") -> "Definitions":
    """Of the book in the database, with what the file says since it was last loaded."""
    from alerts.configured import seed, store
    from ioc.domain.indicators.catalogue import SORT, Definitions
    from ioc.platform import documents

    seed.sync(context.db, context.settings, context.clock.now_ms())
    with context.db.read() as conn:
        return Definitions(store.indicators(conn), documents.newest(conn, SORT))
