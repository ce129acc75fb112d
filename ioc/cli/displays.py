"""display: the screens on walls, letting one in by its code, ending its right."""

import argparse

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of
from ioc.cli.people import table
from ioc.core.errors import Code, IocError

ACTOR = "cli"


def add(commands: Commands) -> None:
    displays = group(commands, "display", "Displays: the screens that show walls.")
    command(displays, "list", "Every display, with its last sign of life.", listed)
    let_in = command(displays, "approve", "Let in the display that shows this code.", approve)
    let_in.add_argument("code")
    let_in.add_argument("--name", required=True)
    let_in.add_argument("--title", default="", help="as people call it")
    let_in.add_argument("--org", metavar="CODE", help="this org and all below it; without it: the whole tree")
    let_in.add_argument("--replace", action="store_true", help="in the place of the display of that name")
    command(displays, "revoke", "End the right of a display at once.", revoke).add_argument("name")


def listed(arguments: argparse.Namespace) -> None:
    from ioc.domain.displays import records

    db = open_database(settings_of(arguments))
    with db.read() as conn:
        found = records.every(conn)
    rows = [
        {
            "name": one.name,
            "title": one.settings.title or None,
            "org": one.org,
            "heard_at": one.heard_at,
            "shows": one.report.scene if one.report else None,
            "build": one.report.build if one.report else None,
        }
        for one in found
    ]
    table(rows, ("name", "title", "org", "heard_at", "shows", "build"))


def approve(arguments: argparse.Namespace) -> None:
    from ioc.domain.displays import pairing
    from ioc.domain.displays.model import DisplaySettings

    db = open_database(settings_of(arguments))
    wanted = pairing.Approval(arguments.name, arguments.org, DisplaySettings(title=arguments.title), arguments.replace)
    with db.write() as conn:
        pairing.approve(db, conn, arguments.code, wanted, now_ms(), ACTOR)
    say(f"{arguments.name}: let in; it shows its scenes in a few seconds")


def revoke(arguments: argparse.Namespace) -> None:
    from ioc.domain.access import end_token
    from ioc.domain.displays import records

    db = open_database(settings_of(arguments))
    with db.write() as conn:
        found = records.named(conn, arguments.name)
        if found is None:
            raise IocError(Code.UNKNOWN_DISPLAY, f"no display {arguments.name!r}", display=arguments.name)
        end_token(conn, found.name, now_ms(), ACTOR, found.org)
