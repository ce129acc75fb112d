"""rota list; rota show."""

import argparse
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ioc.cli.common import Commands, command, group, open_context, say, settings_of

if TYPE_CHECKING:
    from alerts.people.directory import Directory
    from ioc.context import Context
    from ioc.domain.inventory import Inventory

AHEAD_DAYS = 7


def add(commands: Commands) -> None:
    rotas = group(commands, "rota", "Who is on duty.")
    command(rotas, "list", "Every rota: who is on duty now, and who is next.", show_all)
    about = "Who is on duty in the next days, hand-over by hand-over, and where nobody is."
    one = command(rotas, "show", about, show)
    one.add_argument("name", metavar="NAME")
    one.add_argument("--days", type=int, default=AHEAD_DAYS, metavar="N", help="how many days; 7 by default")


def show_all(arguments: argparse.Namespace) -> None:
    context = open_context(settings_of(arguments))
    directory, inventory = _directory(context)
    now = context.clock.now_ms()
    for name in directory.rotas:
        found, tz = directory.on(name, now, inventory), directory.plan(name, inventory)[1].tz
        following = f"; from {_at(found.until, tz)}: {_names(found.following)}" if found.until is not None else ""
        say(f"{name}  {_names(found.who)}{following}")


def show(arguments: argparse.Namespace) -> int:
    """Exit code 1 where there is a hole."""
    from ioc.core.duty import DAY_MS
    from ioc.core.errors import Code, IocError

    context = open_context(settings_of(arguments))
    directory, inventory = _directory(context)
    name = arguments.name
    if name not in directory.rotas:
        known = ", ".join(directory.rotas) or "none is defined"
        raise IocError(Code.UNKNOWN_ENTRY, f"there is no rota {name!r}; known: {known}", section="rota", name=name)
    plan, calendar = directory.plan(name, inventory)
    at = context.clock.now_ms()
    end = at + arguments.days * DAY_MS
    holes = directory.holes(name, at, end, inventory)
    while at < end:
        until = min(plan.handover(at, calendar) or end, end)
        say(f"{_at(at, calendar.tz)} - {_at(until, calendar.tz)}  {_names(plan.on(at, calendar))}")
        at = until
    for hole in holes:
        say(f"! nobody from {_at(hole.start, calendar.tz)} to {_at(hole.end, calendar.tz)}")
    return int(bool(holes))


def _directory(context: "Context") -> "tuple[Directory, Inventory]":
    """Of the book in the database, with what the file says since it was last loaded."""
    from alerts.configured import seed, store
    from alerts.configured.entry import Grounds
    from alerts.people.directory import Directory
    from ioc.core.clock import local
    from ioc.core.registry import PluginSort
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.domain.inventory.records import load

    now, plugins = context.clock.now_ms(), context.plugins
    seed.sync(context.db, context.settings, now)
    grounds = Grounds.of(context.settings, plugins.of(PluginSort.RULE), plugins.of(PluginSort.CHANNEL))
    today = local(now, ZoneInfo(DEFAULT_TZ)).date().isoformat()
    with context.db.read() as conn:
        weeks = context.settings.calendar.weeks
        return Directory(store.load(conn, grounds)), load(conn, today, context.kinds, weeks)


def _names(who: tuple[str, ...]) -> str:
    return ", ".join(who) or "nobody"


def _at(ms: int, tz: ZoneInfo) -> str:
    from ioc.core.clock import local

    return f"{local(ms, tz):%a %d/%m %H:%M}"
