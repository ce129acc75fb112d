"""readiness; and its line in doctor."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, open_context, say, settings_of

if TYPE_CHECKING:
    from alerts.delivery.readiness import Readiness
    from ioc.context import Context
    from ioc.ops.doctor import CheckResult

SHOWN = 5


def add(commands: Commands) -> None:
    about = "If something broke now: who would be told, by which channel, and could it reach them?"
    parser = command(commands, "readiness", about, show)
    parser.add_argument("--org", metavar="CODE", help="this org and all below it; all of them when absent")


def show(arguments: argparse.Namespace) -> int:
    """Exit code 1 where something would be told to nobody."""
    untold = 0
    for found in _survey(open_context(settings_of(arguments)), arguments.org):
        untold += not found.ready
        say(f"{'ok  ' if found.ready else 'FAIL'} {found.org} {found.severity}")
        for line in found.now:
            whom = ", ".join(line.persons) or "nobody"
            state = "" if line.obstacle is None else f"  ({line.obstacle})"
            after = f"after {line.after_min:g} min" if line.after_min else "at once"
            say(f"       {after}: {line.receiver}: {whom} by {', '.join(line.channels)}{state}")
        for kind in found.uncovered:
            say(f"       no route takes an alert of {kind or 'the org itself'}")
        for gap in found.gaps:
            say(f"       gap in rota {gap.rota}: {_span(found, gap.start)} to {_span(found, gap.end)} ({gap.obstacle})")
    return int(untold > 0)


def check(context: "Context") -> "Iterator[CheckResult]":
    """Where nobody would be told, and gaps of the week ahead."""
    from ioc.ops.doctor import CheckResult, CheckState

    found = _survey(context, None)
    untold = [f"{each.org} ({each.severity})" for each in found if not each.ready]
    if not any(each.now for each in found):
        yield CheckResult(
            CheckState.WARN, "readiness", "no route leads to anybody: alerts are shown and told to nobody"
        )
    elif untold:
        more = f" and {len(untold) - SHOWN} more" if len(untold) > SHOWN else ""
        detail = f"nobody would be told of trouble at {', '.join(untold[:SHOWN])}{more}; see `ioc readiness`"
        yield CheckResult(CheckState.FAIL, "readiness", detail)
    else:
        yield CheckResult(CheckState.OK, "readiness", f"somebody would be told at each of {len(found)} org × severity")
    gaps = {(gap.rota, gap.start): gap for each in found for gap in each.gaps}
    for gap in gaps.values():
        detail = f"rota {gap.rota} from {_span(found[0], gap.start)}: {gap.obstacle}"
        yield CheckResult(CheckState.WARN, "readiness", detail)


def _survey(context: "Context", org: str | None) -> "list[Readiness]":
    from alerts.configured import seed, store
    from alerts.configured.entry import Grounds
    from alerts.delivery import readiness
    from ioc.core.clock import local
    from ioc.core.errors import Code, UsageError
    from ioc.core.registry import PluginSort
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
    from ioc.domain.inventory.records import load

    now, plugins = context.clock.now_ms(), context.plugins
    grounds = Grounds.of(context.settings, plugins.of(PluginSort.RULE), plugins.of(PluginSort.CHANNEL))
    seed.sync(context.db, context.settings, now)
    today = local(now, OrgTree([]).tz(DEFAULT_TZ)).date().isoformat()
    with context.db.read() as conn:
        book, failing = store.load(conn, grounds), readiness.failing_channels(conn)
        inventory = load(conn, today, context.kinds)
    if org is not None and org not in inventory.orgs:
        raise UsageError(Code.UNKNOWN_ORG, f"--org {org!r}: not in the tree", org=org)
    scope = inventory.orgs.reach(org)
    return list(readiness.survey(book, grounds.address_of, inventory, failing, now).of(scope))


def _span(found: "Readiness", at: int) -> str:
    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree

    return f"{local(at, OrgTree([]).tz(DEFAULT_TZ)):%H:%M %d/%m}"
