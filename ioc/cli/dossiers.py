"""dossiers rejudge."""

import argparse

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of


def add(commands: Commands) -> None:
    dossiers = group(commands, "dossiers", "What is known of dossiers.")
    about = "Compute due dates again, after weekly hours in the configuration or the tree have changed."
    again = command(dossiers, "rejudge", about, rejudge)
    again.add_argument("--dry-run", action="store_true", help="say what would move and change nothing")


def rejudge(arguments: argparse.Namespace) -> None:
    from ioc.dossiers.redate import Redating
    from ioc.inventory.writing import transaction

    settings = settings_of(arguments)
    db = open_database(settings)
    redating = Redating(db, settings.dossiers, settings.calendar.weeks, now_ms())
    with transaction(db, arguments.dry_run) as conn:
        lines = redating.all(conn, dry_run=arguments.dry_run)
    for line in lines:
        say(line)
