"""silence add; silence list; silence end."""

import argparse
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of

if TYPE_CHECKING:
    from ioc.config.alerting import MuteMatch
    from ioc.config.settings import Settings
    from ioc.domain.inventory import Inventory
    from ioc.platform.db import Database

ACTOR = "cli"
MATCH = ("org", "kind", "source", "rule", "severity")


def add(commands: Commands) -> None:
    given = group(commands, "silence", "What is muted until an instant: watched as ever, told to nobody.")
    about = "Mute the alerts that match all that is named; what still is wrong at the end is told then."
    new = command(given, "add", about, begin)
    new.add_argument("--org", metavar="CODE", help="this org and all below it")
    new.add_argument("--kind", help="a kind of source, such as queue")
    new.add_argument("--source", metavar="NAME", help="the last part of ORG/KIND/SOURCE")
    new.add_argument("--rule", metavar="ID")
    new.add_argument("--severity", choices=("info", "warning", "critical"))
    new.add_argument("--reason", required=True, metavar="TEXT")
    new.add_argument("--from", dest="start", metavar="INSTANT", help="2026-12-01T22:00:00+07:00; now when absent")
    until = new.add_mutually_exclusive_group(required=True)
    until.add_argument("--until", metavar="INSTANT")
    until.add_argument("--minutes", type=float, metavar="N", help="how long")
    listing = command(given, "list", "Silences that hold or will, newest first.", show)
    listing.add_argument("--all", action="store_true", help="also those that have ended")
    command(given, "end", "End one now; what it held back is told.", end).add_argument("id", type=int, metavar="N")


def begin(arguments: argparse.Namespace) -> None:
    from alerts.mutes import silences
    from alerts.mutes.silences import Silence

    now, settings = now_ms(), settings_of(arguments)
    db = open_database(settings)
    match = _match(arguments)
    _check(match, settings, db, now)
    starts_at = now if arguments.start is None else _instant("--from", arguments.start)
    ends_at, reason = _ends(arguments, starts_at, now), silences.reason_of(arguments.reason)
    with db.write() as conn:
        made = silences.add(conn, Silence(0, match, starts_at, ends_at, ACTOR, reason, now), now)
    say(f"silence {made.id} holds until {_shown(made.ends_at)}; end it with: ioc silence end {made.id}")


def show(arguments: argparse.Namespace) -> None:
    from alerts.mutes import silences
    from alerts.mutes.silences import SilenceState

    now, db = now_ms(), open_database(settings_of(arguments))
    with db.read() as conn:
        known = silences.every(conn)
    for one in known:
        state = one.state(now)
        if arguments.all or state is not SilenceState.ENDED:
            match = " ".join(f"{name}={value}" for name, value in silences.named(one.match).items())
            span = f"{_shown(one.starts_at)} to {_shown(one.ends_at)}"
            say(f"{one.id}  {state}  {match}  {span}  {one.author}: {one.reason}")


def end(arguments: argparse.Namespace) -> None:
    from alerts.mutes import silences
    from ioc.core.errors import Code, IocError

    db = open_database(settings_of(arguments))
    with db.write() as conn:
        found = silences.find(conn, arguments.id)
        if found is None:
            raise IocError(Code.UNKNOWN_SILENCE, f"there is no silence {arguments.id}", silence=arguments.id)
        silences.end(conn, found, ACTOR, now_ms())
    say(f"silence {arguments.id} has ended")


def _match(arguments: argparse.Namespace) -> "MuteMatch":
    from ioc.config.alerting import MuteMatch
    from ioc.core.errors import Code, UsageError

    try:
        return MuteMatch(**{name: getattr(arguments, name) for name in MATCH})
    except ValueError:
        raise UsageError(Code.BAD_OPTION, f"name what is muted: {', '.join(f'--{name}' for name in MATCH)}") from None


def _check(match: "MuteMatch", settings: "Settings", db: "Database", now: int) -> None:
    from alerts.configured.seed import sync
    from alerts.mutes import checks, windows
    from ioc import bootstrap

    sync(db, settings, now)
    inventory = _inventory(settings, db, now)
    with db.read() as conn:
        rules = windows.rule_ids(conn)
    checks.check(match, inventory, bootstrap.kinds_of(settings), rules)


def _inventory(settings: "Settings", db: "Database", now: int) -> "Inventory":
    from zoneinfo import ZoneInfo

    from ioc import bootstrap
    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.domain.inventory.records import load

    today = local(now, ZoneInfo(DEFAULT_TZ)).date().isoformat()
    with db.read() as conn:
        return load(conn, today, bootstrap.kinds_of(settings))


def _ends(arguments: argparse.Namespace, starts_at: int, now: int) -> int:
    from ioc.core.errors import Code, UsageError

    given = arguments.minutes
    ends_at = _instant("--until", arguments.until) if given is None else starts_at + round(given * 60_000)
    if ends_at <= max(starts_at, now):
        raise UsageError(Code.BAD_OPTION, f"it would end at {_shown(ends_at)}; allowed: after its start and now")
    return ends_at


def _instant(option: str, text: str) -> int:
    from zoneinfo import ZoneInfo

    from ioc.core.errors import Code, UsageError
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.messages.wire import Rejected, parse_time

    try:
        return parse_time(text, ZoneInfo(DEFAULT_TZ))[0]
    except Rejected as error:
        raise UsageError(Code.BAD_OPTION, f"{option} {text!r}: {error.detail}") from None


def _shown(at: int) -> str:
    from zoneinfo import ZoneInfo

    from ioc.core.clock import rfc3339
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    return rfc3339(at // 1000 * 1000, ZoneInfo(DEFAULT_TZ))
