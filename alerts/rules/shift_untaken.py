"""Rule kind `shift_untaken`: by the rota others have been on duty for a while, and nobody has taken the shift."""

from collections.abc import Iterator

from msgspec import Struct

from alerts.configured import store
from alerts.model import Condition, Finding, View
from alerts.people import shifts
from alerts.people.directory import Directory
from ioc.config.alerting import Rule
from ioc.config.fields import Name, Positive
from ioc.core.clock import local
from ioc.core.model import Severity
from ioc.domain.inventory import Inventory

kind = "shift_untaken"
default_hold_s = 0.0
every_s = 15.0
MINUTE_MS = 60_000
EARLY_MS = 60 * MINUTE_MS  # who takes it so much before the hand-over has taken the new one
LOOK_BACK_MS = 2 * 86_400_000


class Options(Struct, frozen=True, kw_only=True):
    """The `rota` says when it is handed over, `desk` is the shared account where it is taken."""

    rota: Name
    desk: Name
    within_min: Positive = 15


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    with view.db.read() as conn:
        directory = Directory(store.people(conn))
        taken = shifts.current(conn, options.desk, view.now)
    if options.rota not in directory.rotas:
        return
    inventory = view.world.inventory
    since = handed_over(directory, options.rota, view.now, inventory)
    late_at = since + options.within_min * MINUTE_MS
    if not since or view.now < late_at or (taken is not None and taken.taken_at >= since - EARLY_MS):
        return
    for org in directory.orgs_of(options.rota, inventory):
        params = {"rota": options.rota, "at": f"{local(since, inventory.orgs.tz(org)):%H:%M %d/%m}"}
        yield Finding(rule.id, org, Condition.BAD, Severity(rule.severity), "alert.shift_untaken", params, late_at)


def handed_over(directory: Directory, rota: str, now: int, inventory: Inventory) -> int:
    """The last instant at which others came on duty; 0 where there was none of late, or nobody is on duty now."""
    plan, calendar = directory.plan(rota, inventory)
    who = plan.on(now, calendar)
    begun = sorted({duty.start for duty in plan.duties(now - LOOK_BACK_MS, now + 1, calendar)}, reverse=True)
    if not who:
        return 0
    return next((at for at in begun if plan.on(at - 1, calendar) != plan.on(at, calendar)), 0)
