"""Maintenance windows: those in force, creating or replacing one by its name, taking one away."""

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts import queries
from alerts.configured import store
from alerts.configured.entry import Grounds
from alerts.model import Alert
from alerts.mutes import checks, silences, windows
from alerts.mutes.match import muted
from alerts.mutes.silences import SilenceState
from ioc.config.alerting import MaintenanceOptions, MuteMatch
from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.core.registry import PluginSort
from ioc.platform.db import Database
from web.api._own_part import MatchBody, own_part
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route


class MaintenanceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`days`: `mon-fri`, `1,15`, `last`, `first-sun`, `working`, `off`; `hours` may go over midnight."""

    name: str
    match: MatchBody
    hours: str
    days: str = "mon-sun"


class MaintenanceItem(Struct, frozen=True, kw_only=True):
    """`starts_at` and `ends_at` of the window that is open now, else of the next; `muted`: the alerts it holds back."""

    name: str
    match: dict[str, str]
    days: str
    hours: str
    state: SilenceState
    starts_at: Instant | None
    ends_at: Instant | None
    muted: int
    yours: bool


def every(call: Call, records: Reads) -> Page[MaintenanceItem]:
    """Those that may hold back an alert the caller sees, in their order."""

    def read(conn: Connection) -> tuple[list[MaintenanceOptions], list[Alert]]:
        return windows.in_force(conn), queries.held(conn, call.scope)

    found, held = records.read(read)
    wanted = [one for one in found if checks.touches(one.match, call.inventory, call.scope)]
    return call.part.of(wanted, lambda one: _shown(call, one, held))


def put(
    call: Call, body: MaintenanceBody, context: Context, records: Reads, db: Database, workers: Announces
) -> MaintenanceItem:
    """Without an org it is one of the caller's own subtree."""
    match = own_part(call, body.match)
    checks.check(match, call.inventory, context.kinds, records.read(windows.rule_ids))
    before = _named(records, body.name)
    if before is not None:
        _check_own(call, before)
    table = {"name": body.name, "match": silences.named(match), "days": body.days, "hours": body.hours}
    workers.offload(store.put, db, _grounds(context), windows.SECTION, table, call.actor, call.now)
    workers.announce("alerts")
    held = records.read(lambda conn: queries.held(conn, call.scope))
    return _shown(call, MaintenanceOptions(name=body.name, match=match, days=body.days, hours=body.hours), held)


def remove(call: Call, context: Context, records: Reads, db: Database, workers: Announces) -> None:
    """At once: what it held back and still is bad is told now."""
    name = call.path["name"]
    found = _named(records, name)
    if found is None or not checks.touches(found.match, call.inventory, call.scope):
        raise IocError(Code.UNKNOWN_ENTRY, f"there is no maintenance {name!r}", section=windows.SECTION, name=name)
    _check_own(call, found)
    workers.offload(store.remove, db, _grounds(context), windows.SECTION, name, call.actor, call.now)
    workers.announce("alerts")


def _named(records: Reads, name: str) -> MaintenanceOptions | None:
    return next((one for one in records.read(windows.in_force) if one.name == name), None)


def _check_own(call: Call, window: MaintenanceOptions) -> None:
    if not checks.lies_in(window.match, call.inventory, call.scope):
        raise IocError(Code.BEYOND_SCOPE, f"maintenance {window.name!r} is for more than your part of the tree")


def _grounds(context: Context) -> Grounds:
    return Grounds.of(context.settings, context.plugins.of(PluginSort.RULE))


def _shown(call: Call, one: MaintenanceOptions, held: list[Alert]) -> MaintenanceItem:
    """Its instants are by the calendar of its org, of the caller's own where it names none."""
    org = _zone(call, one.match)
    calendar = call.inventory.calendar(org or "")
    span = one.window.span(call.now, calendar)
    starts_at, ends_at = span or one.window.following(call.now, calendar) or (None, None)
    return MaintenanceItem(
        name=one.name,
        match=silences.named(one.match),
        days=one.days,
        hours=one.hours,
        state=SilenceState.PENDING if span is None else SilenceState.ACTIVE,
        starts_at=call.at(starts_at, org),
        ends_at=call.at(ends_at, org),
        muted=len(_held_back(call, one, held)),
        yours=checks.lies_in(one.match, call.inventory, call.scope),
    )


def _held_back(call: Call, one: MaintenanceOptions, held: list[Alert]) -> list[Alert]:
    meant = muted(one.match, held, call.orgs)
    return [alert for alert in meant if one.window.span(call.now, call.inventory.calendar(alert.org)) is not None]


def _zone(call: Call, match: MuteMatch) -> str | None:
    return match.org if match.org is not None and match.org in call.orgs else call.home


_MAINTENANCES = f"{V1}/maintenances"
_GONE = (Code.UNKNOWN_ENTRY, Code.BEYOND_SCOPE)
ROUTES = (
    Route("GET", _MAINTENANCES, Role.LEADER, every, "Maintenance windows in force"),
    Route(
        "POST", _MAINTENANCES, Role.OPERATOR, put, "Create or replace a maintenance window by its name",
        (Code.UNKNOWN_ORG, Code.BAD_CONFIG, Code.BEYOND_SCOPE), status=201,
    ),
    Route("DELETE", f"{_MAINTENANCES}/<name>", Role.OPERATOR, remove, "Take a window away", _GONE, status=204),
)  # fmt: skip
