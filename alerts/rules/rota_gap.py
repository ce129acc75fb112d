"""Rule kind `rota_gap`: a rota has a time ahead in which nobody is on duty."""

from collections.abc import Iterator

from msgspec import Struct

from alerts.configured import store
from alerts.model import Condition, Finding, View
from alerts.people.directory import Directory
from ioc.config.alerting import Rule
from ioc.config.fields import Positive
from ioc.core.clock import local
from ioc.core.model import Severity

kind = "rota_gap"
default_hold_s = 0.0
every_s = 60.0
duty = True
DAY_MS = 86_400_000


class Options(Struct, frozen=True, kw_only=True):
    """So many `days` ahead; what is part time on purpose has no gaps."""

    days: Positive = 7


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    """One finding an org: the nearest gap of its rotas, those without an org being of each root."""
    options: Options = rule.options
    with view.db.read() as conn:
        directory = Directory(store.people(conn))
    inventory = view.world.inventory
    nearest: dict[str, tuple[int, str]] = {}
    for name in directory.rotas:
        holes = directory.holes(name, view.now, view.now + options.days * DAY_MS, inventory)
        for org in directory.orgs_of(name, inventory) if holes else ():
            nearest[org] = min(nearest.get(org, (holes[0].start, name)), (holes[0].start, name))
    for org, (start, name) in nearest.items():
        at = f"{local(start, inventory.orgs.tz(org)):%H:%M %d/%m/%Y}"
        params = {"rota": name, "at": at}
        yield Finding(rule.id, org, Condition.BAD, Severity(rule.severity), "alert.rota_gap", params, view.now)
