"""calendar import and show."""

import argparse
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, add_encoding, command, encoded, group, now_ms, open_database, say, settings_of

if TYPE_CHECKING:
    from ioc.config.settings import Settings
    from ioc.core.weeks import Week
    from ioc.domain.calendar.year import CalendarYear, OddDay
    from ioc.domain.inventory import Inventory


def add(commands: Commands) -> None:
    days = group(commands, "calendar", "Days off and days worked that weeks and holidays do not tell.")
    about = "Add and change special days of orgs and all below them from a CSV file."
    file = command(days, "import", about, calendar_import)
    file.add_argument("file", metavar="FILE.csv", type=Path)
    add_encoding(file)
    file.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")
    about = "Print the weekly hours of a year and every day that is not as they say."
    shown = command(days, "show", about, calendar_show)
    shown.add_argument("--org", metavar="CODE", help="an org; the root of the tree when absent and there is only one")
    shown.add_argument("--year", metavar="YYYY", type=int, help="this year when absent")


def calendar_import(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.domain.dossiers.importing.redate import Redating
    from ioc.domain.importing.calendar import import_days

    settings, now = settings_of(arguments), now_ms()
    db = open_database(settings)
    effect = Redating(db, settings.dossiers, settings.calendar.weeks, bootstrap.kinds_of(settings), now)
    for line in import_days(db, encoded(arguments), now, arguments.dry_run, effect=effect).lines():
        say(line)


def calendar_show(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.core.clock import local
    from ioc.domain.calendar.seed import checked_year
    from ioc.domain.calendar.year import tell
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
    from ioc.domain.inventory.records import load

    settings = settings_of(arguments)
    today = local(now_ms(), OrgTree([]).tz(DEFAULT_TZ)).date()
    with open_database(settings).read() as conn:
        inventory = load(conn, today.isoformat(), bootstrap.kinds_of(settings), settings.calendar.weeks)
    org = _org(inventory, arguments.org)
    year = tell(inventory.calendar(org), checked_year(arguments.year or today.year))
    say(f"{inventory.orgs.get(org).name} ({org}), {year.number}" if org else f"every org, {year.number}")
    for line in (*_lines(year), *_unknown(settings, inventory)):
        say(line)


def _org(inventory: "Inventory", code: str | None) -> str:
    """The one asked for, else the only root; none stands for what every org has unless it says otherwise."""
    roots = inventory.orgs.roots()
    if code is None:
        return roots[0].code if len(roots) == 1 else ""
    return inventory.orgs.get(code).code


def _lines(year: "CalendarYear") -> Iterator[str]:
    for span in year.weeks:
        yield f"{span.first} to {span.last}"
        yield from (f"  {days:<20}{hours}" for days, hours in _week(span.week))
    yield "special days"
    yield from map(_day, year.days)
    if year.estimated:
        yield "estimated: the days off around Tết are not confirmed; put them in with `ioc calendar import`"


def _week(week: "Week") -> Iterator[tuple[str, str]]:
    """Days in a row that share their hours on one line."""
    from ioc.core.hours import write_periods
    from ioc.core.weeks import WEEKDAYS

    for periods, days in groupby(zip(WEEKDAYS, week, strict=True), key=lambda day: day[1]):
        yield " ".join(name for name, _ in days), write_periods(periods) or "closed"


def _day(odd: "OddDay") -> str:
    from ioc.core.hours import write_periods
    from ioc.core.weeks import WEEKDAYS

    day = odd.day
    what = write_periods(day.periods) or "off"
    words = f"{day.note} [{day.source}]" if day.source else day.note
    mark = "estimated" if odd.estimated else ""
    return f"  {day.date} {WEEKDAYS[day.date.weekday()]}  {what:<24}{day.reason:<13}{mark:<11}{words}".rstrip()


def _unknown(settings: "Settings", inventory: "Inventory") -> Iterator[str]:
    """Orgs that the configuration names and that are not there."""
    for org in settings.calendar.weeks:
        if org and org not in inventory.orgs:
            yield f"calendar.week: org {org!r} is not in the tree"
