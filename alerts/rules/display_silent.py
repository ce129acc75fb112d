"""Rule kind `display_silent`: a wall display that used to show us shows nothing any more."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule
from ioc.core.model import Severity
from ioc.platform import displays
from ioc.platform.beat import pulses
from ioc.platform.displays import DisplayBeat

kind = "display_silent"
default_hold_s = 120.0  # after we were away ourselves, displays are given so long to come back
every_s = 5.0
WEB = "web"
NAMED = 3


class Options(Struct, frozen=True, kw_only=True):
    """Silent for `after_s` within the working hours of its org (with hours = "always": at any time).

    Expected is a display that has been seen over `settled_h` hours: who opens a wall for a while owes us nothing.
    """

    after_s: Annotated[float, Meta(ge=3 * displays.EVERY_S)] = 180.0
    settled_h: Annotated[float, Meta(ge=0, le=10_000)] = 24.0


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    """One finding an org: that of the display's token, else each root."""
    options: Options = rule.options
    with view.db.read() as conn:
        beats = displays.known(conn)
        serving = any(pulse.role == WEB and pulse.alive for pulse in pulses(conn, view.now))
    settled = [one for one in beats if one.seen_at - one.first_at >= options.settled_h * 3_600_000]
    scope = view.world.inventory.orgs.reach(rule.org)
    for org, mine in _by_org(view, settled).items():
        if org in scope and (finding := _of_org(view, rule, org, mine, serving=serving)) is not None:
            yield finding


def _of_org(view: View, rule: Rule, org: str, mine: Sequence[DisplayBeat], *, serving: bool) -> Finding | None:
    options: Options = rule.options
    severity = Severity(rule.severity)
    opened = 0 if rule.hours == "always" else view.world.inventory.calendar(org).opened_at(view.now)
    if opened is None:
        return Finding(rule.id, org, Condition.CLOSED, severity)
    silent = [one for one in mine if view.now - max(one.seen_at, opened) > options.after_s * 1000]
    if not silent:
        return None
    if not serving:
        return Finding(rule.id, org, Condition.UNKNOWN, severity)  # it is us who show nothing
    names = ", ".join(one.name for one in silent[:NAMED])
    more = f" (+{len(silent) - NAMED})" if len(silent) > NAMED else ""
    params = {"n": len(silent), "of": len(mine), "displays": names + more}
    since = min(max(one.seen_at, opened) for one in silent)
    return Finding(rule.id, org, Condition.BAD, severity, "alert.display_silent", params, since)


def _by_org(view: View, beats: Sequence[DisplayBeat]) -> dict[str, list[DisplayBeat]]:
    orgs = view.world.inventory.orgs
    roots = orgs.roots()
    found: defaultdict[str, list[DisplayBeat]] = defaultdict(list)
    for one in beats:
        org = orgs.heir(one.org) if one.org is not None else roots[0].code if roots else None
        if org is not None and org in orgs:
            found[org].append(one)
    return found
