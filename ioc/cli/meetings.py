"""meeting import; meeting list; meeting copy-week."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, add_encoding, command, encoded, group, now_ms, open_context, say, settings_of

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from ioc.context import Context
    from ioc.domain.meetings.importing import MeetingDesk
    from ioc.domain.meetings.plan import PlannedMeeting

ACTOR = "cli"
DAY_MS = 86_400_000


def add(commands: Commands) -> None:
    meetings = group(commands, "meeting", "Video conferences: what is planned, and for whom.")
    about = (
        "Enter meetings from a .csv file (date, start, end, title, org, sites, confidential, id) or a calendar (.ics)."
    )
    file = command(meetings, "import", about, import_file)
    file.add_argument("file", metavar="FILE", type=Path)
    add_encoding(file)
    file.add_argument("--org", metavar="CODE", help="whose meetings these are where the file does not say")
    file.add_argument("--sites", metavar="SITES", default="", help="for whom, likewise: @commune, hg.dong-van/*, …")
    file.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")
    about = "Every meeting that begins in the next days, those called off among them."
    command(meetings, "list", about, show).add_argument("--days", type=int, default=7, metavar="N")
    about = "Enter the meetings of the week before once more, a week later."
    copied = command(meetings, "copy-week", about, copy_week)
    copied.add_argument("--org", metavar="CODE", required=True)
    copied.add_argument("--monday", metavar="YYYY-MM-DD", required=True, help="of the week they are copied into")
    copied.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")


def import_file(arguments: argparse.Namespace) -> None:
    from ioc.domain.meetings import importing
    from ioc.domain.meetings.plan import MeetingOrigin

    context, now = open_context(settings_of(arguments)), now_ms()
    desk = _desk(context, arguments.org, arguments.sites.split(), now)
    if arguments.file.suffix.lower() == ".ics":
        told = importing.from_ics(desk, _content(arguments.file), now)
        on, off, origin = told.on, [(arguments.org, one) for one in told.off], MeetingOrigin.ICS
    else:
        on, off, origin = importing.from_csv(desk, encoded(arguments)), [], MeetingOrigin.CSV
    report = importing.take(context.db, on, off, origin, ACTOR, now, dry_run=arguments.dry_run)
    for line in report.lines():
        say(line)


def show(arguments: argparse.Namespace) -> None:
    from ioc.core.clock import local
    from ioc.domain.meetings import plan

    context, now = open_context(settings_of(arguments)), now_ms()
    orgs = _desk(context, None, (), now).inventory.orgs
    with context.db.read() as conn:
        found = plan.listing(conn, None, now - DAY_MS, now + arguments.days * DAY_MS)
    for one in found:
        begins = f"{local(one.starts_at, orgs.tz(one.org if one.org in orgs else '')):%Y-%m-%d %H:%M}"
        title = "(confidential)" if one.confidential else one.title or ""
        state = "  cancelled" if one.cancelled_at is not None else ""
        say(f"{begins}  {one.org}  {one.id}  {one.origin}  {len(one.sites)} sites  {title}{state}".rstrip())


def copy_week(arguments: argparse.Namespace) -> None:
    from datetime import date

    from ioc.core.errors import Code, UsageError
    from ioc.domain.meetings import importing
    from ioc.domain.meetings.plan import MeetingOrigin

    try:
        monday = date.fromisoformat(arguments.monday)
    except ValueError:
        raise UsageError(Code.BAD_OPTION, f"--monday {arguments.monday}: expected YYYY-MM-DD") from None
    context, now = open_context(settings_of(arguments)), now_ms()
    desk = _desk(context, arguments.org, (), now)
    again = _read(context, lambda conn: importing.last_week(desk, conn, monday))
    report = importing.take(context.db, again, (), MeetingOrigin.COPY, ACTOR, now, dry_run=arguments.dry_run)
    for line in report.lines():
        say(line)


def _desk(context: "Context", org: str | None, sites: "tuple[str, ...] | list[str]", now: int) -> "MeetingDesk":
    from ioc.core.clock import local
    from ioc.core.errors import Code, UsageError
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
    from ioc.domain.inventory.records import load
    from ioc.domain.meetings.importing import MeetingDesk
    from ioc.domain.meetings.sites import groups_of

    today = local(now, OrgTree([]).tz(DEFAULT_TZ)).date().isoformat()
    with context.db.read() as conn:
        inventory = load(conn, today, context.kinds, context.settings.calendar.weeks)
        if org is not None and org not in inventory.orgs:
            raise UsageError(Code.BAD_OPTION, f"--org {org!r} is not in the tree")
        codes = [one.code for one in reversed(inventory.orgs.path(org))] if org is not None else []
        return MeetingDesk(inventory, groups_of(conn, codes), org, sites)


def _read(context: "Context", query: "Callable[[Connection], list[PlannedMeeting]]") -> "list[PlannedMeeting]":
    with context.db.read() as conn:
        return query(conn)


def _content(file: Path) -> bytes:
    from ioc.core.errors import Code, UsageError

    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(Code.BAD_OPTION, f"{file}: cannot be read ({error.strerror})") from error
