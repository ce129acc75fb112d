"""What people do about alerts, one at a time or many as one."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from alerts.actions.act import FOR_ASSIGNEES, FOR_LEADERS, Act, Action, check_allowed
from alerts.actions.performing import perform
from alerts.queries import one as find_one
from ioc.config.settings import Settings
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.platform.db import Database
from web.api.alerts import WholeAlert, one
from web.auth import RANK
from web.boundary.call import Call
from web.boundary.period import instant, moment
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route

MANY = 1_000
Told = str | int | None  # an instant: RFC 3339, or epoch milliseconds


class ActBody(Struct, frozen=True, kw_only=True):
    """`until` is when an acknowledgement or a shelf ends; `owner` and `due_at` can be set by every act."""

    comment: str | None = None
    owner: str | None = None
    due_at: Told = None
    until: Told = None


class ResultBody(ActBody, frozen=True, kw_only=True):
    text: str | None = None


class NoiseBody(ActBody, frozen=True, kw_only=True):
    reason: str | None = None


class BulkBody(Struct, frozen=True, kw_only=True):
    """One act on many alerts; `comment` is the text of a result and the reason of noise too."""

    ids: Annotated[list[int], Meta(min_length=1, max_length=MANY)]
    action: Action
    comment: str | None = None
    owner: str | None = None
    due_at: Told = None
    until: Told = None


class BulkAnswer(Struct, frozen=True):
    """How many alerts it changed; the others were so already."""

    changed: int


Handler = Callable[[Call, ActBody, Settings, Reads, Database, Announces], WholeAlert]


def bulk(call: Call, body: BulkBody, settings: Settings, db: Database, workers: Announces) -> BulkAnswer:
    """All of them or, where one cannot be, none."""
    given = ActBody(comment=body.comment, owner=body.owner, due_at=body.due_at, until=body.until)
    act = act_of(call, body.action, given)
    _check_leaders(body.action, settings)
    changed = workers.offload(perform, db, call.scope, body.ids, act, settings.alerts)
    workers.announce("alerts")
    return BulkAnswer(changed)


def result(
    call: Call, body: ResultBody, settings: Settings, records: Reads, db: Database, workers: Announces
) -> WholeAlert:
    return _done(call, Action.RESULT, replace(body, comment=body.text), settings, records, db, workers)


def noise(
    call: Call, body: NoiseBody, settings: Settings, records: Reads, db: Database, workers: Announces
) -> WholeAlert:
    return _done(call, Action.NOISE, replace(body, comment=body.reason), settings, records, db, workers)


def doing(action: Action) -> Handler:
    """The handler of an act that needs nothing but says what it may."""

    def handler(
        call: Call, body: ActBody, settings: Settings, records: Reads, db: Database, workers: Announces
    ) -> WholeAlert:
        return _done(call, action, body, settings, records, db, workers)

    return handler


def _done(
    call: Call,
    action: Action,
    body: ActBody,
    settings: Settings,
    records: Reads,
    db: Database,
    workers: Announces,
) -> WholeAlert:
    """The alert as it is now; every worker hears of it at once."""
    alert_id = call.id
    found = records.read(lambda conn: find_one(conn, call.scope, alert_id))
    if found is None:
        raise IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} is not known", alert=alert_id)
    check_allowed(action, call.actor, found.owner, operates=_operates(call))
    _check_leaders(action, settings)
    act = act_of(call, action, body, found.org)
    workers.offload(perform, db, call.scope, [alert_id], act, settings.alerts)
    workers.announce("alerts")
    return one(call, records)


def act_of(call: Call, action: Action, body: ActBody, org: str | None = None) -> Act:
    return Act(
        action,
        call.actor,
        _operates(call),
        call.now,
        comment=(body.comment or "").strip(),
        owner=None if body.owner is None else body.owner.strip(),
        due_at=None if body.due_at is None else moment(call, "due_at", str(body.due_at), org, end_of_day=True),
        until=None if body.until is None else instant(call, "until", str(body.until), org, 0),
    )


def _check_leaders(action: Action, settings: Settings) -> None:
    if action is Action.ESCALATE and not settings.alerts.leaders:
        raise IocError(Code.NO_LEADERS, "nobody is named in [alerts] leaders")


def _operates(call: Call) -> bool:
    return RANK[call.principal.role] >= RANK[Role.OPERATOR]


_ALERT = f"{V1}/alerts/<int:id>"
_REFUSED = (
    Code.UNKNOWN_ALERT,
    Code.ALERT_PENDING,
    Code.ALERT_MUTED,
    Code.NO_LEADERS,
    Code.CLOSE_UNEXPLAINED,
    Code.BAD_COMMENT,
    Code.MISSING_VALUE,
)
_PLAIN = {
    Action.ACKNOWLEDGE: "Take it, for as long as its severity allows or until an hour agreed with another unit",
    Action.ASSIGN: "Give it to somebody (`owner`), with a time by which it is due",
    Action.COMMENT: "Say something about it",
    Action.SEEN: "Note that it has been seen",
    Action.REMIND: "Tell its owner again, now",
    Action.ESCALATE: "Report it to the leaders (`[alerts] leaders`), now",
    Action.CONFIRM: "Say that it is still in hand: the acknowledgement begins anew",
    Action.SHELVE: "Put it aside until an hour",
    Action.UNSHELVE: "Take it up again",
    Action.CLOSE: "Close it; one that is not over needs a comment",
}


def _route(action: Action, handler: Callable[..., WholeAlert], summary: str) -> Route:
    role = Role.LEADER if action in FOR_LEADERS | FOR_ASSIGNEES else Role.OPERATOR
    return Route("POST", f"{_ALERT}/{action}", role, handler, summary, _REFUSED)


ROUTES = (
    Route("POST", f"{V1}/alerts/bulk", Role.LEADER, bulk, "One act on many alerts, all or none", _REFUSED),
    *(_route(action, doing(action), summary) for action, summary in _PLAIN.items()),
    _route(Action.RESULT, result, "Say what came of it"),
    _route(Action.NOISE, noise, "Close it as noise, which is counted against its rule"),
)
