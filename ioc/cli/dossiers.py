"""dossiers rejudge and snapshot."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, group, now_ms, open_context, open_database, say, settings_of
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from ioc.context import Context
    from ioc.domain.dossiers.reporting.snapshot import CutOff
    from ioc.live.world import World


def add(commands: Commands) -> None:
    dossiers = group(commands, "dossiers", "What is known of dossiers.")
    about = "Compute due dates again, after weekly hours in the configuration or the tree have changed."
    again = command(dossiers, "rejudge", about, rejudge)
    again.add_argument("--dry-run", action="store_true", help="say what would move and change nothing")
    about = "Freeze the figures of a day for every org, or of the days that are over and were not frozen yet."
    taken = command(dossiers, "snapshot", about, snapshot)
    taken.add_argument("--day", metavar="YYYY-MM-DD", help="this day only; it must be over")


def rejudge(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.domain.dossiers.importing.redate import Redating
    from ioc.domain.sheets.writing import transaction

    settings = settings_of(arguments)
    db = open_database(settings)
    redating = Redating(db, settings.dossiers, settings.calendar.weeks, bootstrap.kinds_of(settings), now_ms())
    with transaction(db, arguments.dry_run) as conn:
        lines = redating.all(conn, dry_run=arguments.dry_run)
    for line in lines:
        say(line)


def snapshot(arguments: argparse.Namespace) -> None:
    from ioc.domain.dossiers.counting.watermarks import imported
    from ioc.domain.dossiers.reporting import snapshot
    from ioc.domain.dossiers.reporting.freshness import sources_by_org
    from ioc.live.dossier_sources import reporters, watermarks

    context = open_context(settings_of(arguments))
    now, world = now_ms(), _world(context)
    cut = snapshot.cut_off(context.settings.dossiers.snapshot_at, world.inventory.orgs)
    with context.db.read() as conn:
        until = watermarks(world, imported(conn), now)
        assessed = reporters(world, until, sources_by_org(conn), now)
        days = [_day(arguments.day, cut, now)] if arguments.day else snapshot.due(conn, cut, now)
    for day in days:
        n = snapshot.take(context.db, world.inventory, assessed, until, cut, day, now, lambda _conn: None)
        say(f"{day}: frozen for {n} orgs" if n else f"{day}: frozen already")
    if not days:
        say("every day that is over is frozen")


def _day(text: str, cut: "CutOff", now: int) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(Code.BAD_DAY, f"--day {text!r}: expected YYYY-MM-DD") from None
    if cut.of(day) > now:
        raise UsageError(Code.BAD_DAY, f"--day {text}: it ends at {cut.hour:%H:%M}, which is not over yet")
    return day


def _world(context: "Context") -> "World":
    """The live state as ingest last wrote it."""
    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
    from ioc.domain.inventory.records import load
    from ioc.live.follow import snapshot
    from ioc.live.world import World

    today = local(now_ms(), OrgTree([]).tz(DEFAULT_TZ)).date().isoformat()
    with context.db.read() as conn:
        world = World(load(conn, today, context.kinds, context.settings.calendar.weeks), context.kinds)
        world.merge(snapshot(conn)[2])
    return world
