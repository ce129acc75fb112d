"""figures import."""

import argparse
from pathlib import Path

from ioc.cli.common import Commands, add_encoding, command, encoded, group, now_ms, open_database, say, settings_of


def add(commands: Commands) -> None:
    figures = group(commands, "figures", "Monthly and yearly figures that no system sends.")
    about = "Enter figures from a CSV file; somebody else signs them off before they count."
    file = command(figures, "import", about, figures_import)
    file.add_argument("file", metavar="FILE.csv", type=Path, help="columns org,source,period,name,value,note")
    add_encoding(file)
    file.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")


def figures_import(arguments: argparse.Namespace) -> None:
    from ioc.core.clock import local
    from ioc.domain.importing.figures import import_figures
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree

    db, now = open_database(settings_of(arguments)), now_ms()
    today = local(now, OrgTree([]).tz(DEFAULT_TZ)).date()
    for line in import_figures(db, encoded(arguments), now, today, arguments.dry_run).lines():
        say(line)
