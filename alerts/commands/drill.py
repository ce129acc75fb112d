"""drill start; drill list; drill end."""

import argparse
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of

if TYPE_CHECKING:
    from alerts.drills import DrillScene
    from ioc.config.settings import Settings
    from ioc.core.model import SourceKey
    from ioc.domain.inventory import Inventory, Scope
    from ioc.platform.db import Database

ACTOR = "cli"


def add(commands: Commands) -> None:
    drills = group(commands, "drill", "An incident that is played through people and channels.")
    about = "Play one: your own words, or an incident that was. Texts begin DIEN TAP; a real critical alert ends it."
    given = command(drills, "start", about, start)
    given.add_argument("--org", required=True, metavar="CODE")
    given.add_argument(
        "--source", metavar="ORG/KIND/SOURCE", help="what is said to be in trouble; the org itself when absent"
    )
    given.add_argument("--severity", choices=("warning", "critical"), default="critical")
    what = given.add_mutually_exclusive_group(required=True)
    what.add_argument("--what", metavar="TEXT", help="what is said to have happened")
    what.add_argument("--incident", type=int, metavar="N", help="the number of an incident to play again")
    given.add_argument("--minutes", type=float, default=30.0, metavar="N", help="how long; 30 by default")
    command(drills, "list", "Every drill, newest first.", show)
    command(drills, "end", "End one before its time.", end).add_argument("id", type=int, metavar="N")


def start(arguments: argparse.Namespace) -> None:
    from alerts import drills

    now, settings = now_ms(), settings_of(arguments)
    db = open_database(settings)
    inventory = _inventory(settings, db, now)
    scenes = _scenes(arguments, db, inventory)
    with db.write() as conn:
        going = drills.start(conn, arguments.org, scenes, arguments.minutes, now, ACTOR)
    say(f"drill {going.id} runs for {arguments.minutes:g} min; end it with: ioc drill end {going.id}")


def show(arguments: argparse.Namespace) -> None:
    from alerts import drills
    from ioc.core.clock import rfc3339

    settings, now = settings_of(arguments), now_ms()
    db = open_database(settings)
    inventory = _inventory(settings, db, now)
    with db.read() as conn:
        known, _ = drills.log(conn, _everything(inventory), 1, 100)
    for one in known:
        began, state = rfc3339(one.started_at, inventory.orgs.tz(one.org)), "runs" if one.ended_at > now else "over"
        say(f"{one.id}  {one.org}  {state}  since {began} by {one.started_by}, ended by {one.ended_by or 'its time'}")


def end(arguments: argparse.Namespace) -> None:
    from alerts import drills

    settings, now = settings_of(arguments), now_ms()
    db = open_database(settings)
    scope = _everything(_inventory(settings, db, now))
    with db.write() as conn:
        drills.end(conn, scope, arguments.id, now, ACTOR)
    say(f"drill {arguments.id} is over")


def _scenes(arguments: argparse.Namespace, db: "Database", inventory: "Inventory") -> "list[DrillScene]":
    from alerts import drills
    from ioc.core.model import Severity

    if arguments.incident is not None:
        with db.read() as conn:
            return drills.recorded(conn, inventory, _everything(inventory), arguments.incident)
    source = _source(arguments.source)
    return drills.invented(inventory, arguments.org, source, Severity(arguments.severity), arguments.what)


def _source(text: str | None) -> "SourceKey | None":
    from ioc.core.errors import Code, UsageError
    from ioc.core.model import SourceKey

    try:
        return SourceKey.parse(text) if text is not None else None
    except ValueError:
        raise UsageError(Code.BAD_OPTION, f"--source {text!r}: expected ORG/KIND/SOURCE") from None


def _inventory(settings: "Settings", db: "Database", now: int) -> "Inventory":
    from ioc import bootstrap
    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
    from ioc.domain.inventory.records import load

    with db.read() as conn:
        today = local(now, OrgTree([]).tz(DEFAULT_TZ)).date().isoformat()
        return load(conn, today, bootstrap.kinds_of(settings))


def _everything(inventory: "Inventory") -> "Scope":
    return inventory.orgs.reach(None)
