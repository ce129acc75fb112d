"""org import, list, merge, close, change: the tree of units and its reforms."""

import argparse
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, add_encoding, command, encoded, group, now_ms, open_database, say, settings_of

if TYPE_CHECKING:
    from ioc.domain.inventory import Org, OrgTree
    from ioc.domain.reform.plan import New, Reform


def add(commands: Commands) -> None:
    orgs = group(commands, "org", "The tree of units.")
    file = command(orgs, "import", "Add and correct units from a CSV file; the same file twice changes nothing.",
                   org_import)  # fmt: skip
    file.add_argument("file", metavar="FILE.csv", type=Path)
    add_encoding(file)
    file.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")
    listed = command(orgs, "list", "The tree of a day, with the closed units that count for each.", org_list)
    listed.add_argument("--on", metavar="DATE", help="the day; today without it")
    merge = command(orgs, "merge", "Units end and one stands for them: one of them, another, or a new one.", org_merge)
    merge.add_argument("codes", metavar="CODE", nargs="+")
    merge.add_argument("--into", metavar="CODE", required=True, help="a new one is made after the first unit")
    close = command(orgs, "close", "Units end without a successor, as a level that is dropped.", org_close)
    close.add_argument("codes", metavar="CODE", nargs="+")
    change = command(orgs, "change", "A unit has another name, kind or parent from a day on.", org_change)
    change.add_argument("code", metavar="CODE")
    for parser in (merge, close, change):
        parser.add_argument("--on", metavar="DATE", required=True, help="the first day of the new order")
        parser.add_argument("--dry-run", action="store_true", help="show what and whom it concerns and change nothing")
    for parser in (merge, change):
        parser.add_argument("--name", help="what it is called from that day on")
        parser.add_argument("--kind", help="what it is from that day on")
        parser.add_argument("--parent", metavar="CODE", help="what it hangs on from that day on")


def org_import(arguments: argparse.Namespace) -> None:
    from ioc.domain.importing.inventory import import_orgs

    db = open_database(settings_of(arguments))
    for line in import_orgs(db, encoded(arguments), now_ms(), arguments.dry_run).lines():
        say(line)


def org_list(arguments: argparse.Namespace) -> None:
    from ioc.domain.inventory.records import load_orgs
    from ioc.domain.reform.plan import tree_of

    db = open_database(settings_of(arguments))
    with db.read() as conn:
        tree = tree_of(load_orgs(conn, today()), arguments.on or today())
    for line in _drawn(tree, tree.roots(), 0):
        say(line)


def org_merge(arguments: argparse.Namespace) -> None:
    from ioc.domain.reform.plan import merge

    _reform(arguments, lambda tree: merge(tree, arguments.codes, arguments.into, arguments.on, _new(arguments)))


def org_close(arguments: argparse.Namespace) -> None:
    from ioc.domain.reform.plan import close

    _reform(arguments, lambda tree: close(tree, arguments.codes, arguments.on))


def org_change(arguments: argparse.Namespace) -> None:
    from ioc.domain.reform.plan import change

    _reform(arguments, lambda tree: change(tree, arguments.code, arguments.on, _new(arguments)))


def today() -> str:
    """The local day of the country."""
    from zoneinfo import ZoneInfo

    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    return local(now_ms(), ZoneInfo(DEFAULT_TZ)).date().isoformat()


def _reform(arguments: argparse.Namespace, plan: Callable[["OrgTree"], "Reform"]) -> None:
    from ioc.domain.reform.concerned import concerned
    from ioc.domain.reform.execution import carry_out

    settings = settings_of(arguments)
    verb = arguments.run.__name__.removeprefix("org_")
    db = open_database(settings)
    lines = carry_out(db, plan, partial(concerned, settings), verb, now_ms(), arguments.dry_run)
    for line in lines:
        say(line)
    say(f"from {arguments.on} on" + (": nothing was changed yet" if arguments.dry_run else ""))


def _new(arguments: argparse.Namespace) -> "New":
    found: New = {}
    if arguments.name:
        found["name"] = unicodedata.normalize("NFC", arguments.name)
    if arguments.kind:
        found["kind"] = unicodedata.normalize("NFC", arguments.kind)
    if arguments.parent:
        found["parent"] = arguments.parent
    return found


def _drawn(tree: "OrgTree", orgs: "list[Org]", depth: int) -> Iterator[str]:
    for org in sorted(orgs, key=lambda org: org.code):
        folded = ", ".join(sorted(tree.own(org.code) - {org.code}))
        stands_for = f"  [stands for {folded}]" if folded else ""
        yield f"{'  ' * depth}{org.code}  {org.name}{f' ({org.kind})' if org.kind else ''}{stands_for}"
        yield from _drawn(tree, tree.children(org.code), depth + 1)
