"""Alerts: lists, and one with all that happened to it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts import queries
from alerts.configured import store
from alerts.configured.entry import Table
from alerts.model import (
    Alert,
    AlertState,
    DeliveryFailure,
    NotificationState,
    NotificationType,
    ReceiptState,
    Transition,
)
from alerts.queries import AlertOrder
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, Severity, SourceKey
from ioc.domain.inventory import Source
from web.api import _guidance
from web.api._guidance import GuideStepItem
from web.boundary.answers import Instant, Page, extended
from web.boundary.call import Call
from web.boundary.ports import Reads
from web.boundary.route import V1, Route
from web.boundary.words import words
from web.contacts import AlertContact, contacts

Counts = Mapping[tuple[str, AlertState, Severity], int]


class Query(Struct, frozen=True):
    """`state` and `severity` take a comma list; without `state`, all of them.

    `duty`: duties alone, or none of them.
    `sort`: the newest first, or by urgency: what nobody has, then by severity, then the oldest first.
    """

    state: str | None = None
    severity: str | None = None
    org: str | None = None
    duty: bool | None = None
    sort: AlertOrder = AlertOrder.NEWEST


class NotificationQuery(Struct, frozen=True):
    receiver: str | None = None
    state: str | None = None


class Text(Struct, frozen=True):
    """A text of the catalogue, for who renders it themselves."""

    key: str
    params: dict[str, Any]


class AlertItem(Struct, frozen=True, kw_only=True):
    """`accountable` answers for it: the owner of its source, else the head of the nearest org that has one.

    `duty`: it is to be done by a date and breaks nothing now.
    `held_by` is what holds it back, by its id: `source:ORG/KIND/SOURCE` where that is down. `level` is how many
    acknowledgements have run out, `noise` why it was called that. From `flapping_since` on it stays one alert, however
    often it comes and goes.
    """

    id: int
    rule: str
    severity: Severity
    state: AlertState
    org: str
    org_name: str
    parent_name: str | None
    kind: str | None
    source: str | None
    source_name: str | None
    title: str
    text: Text
    since: Instant
    fired_at: Instant | None
    ended_at: Instant | None
    hold_until: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    acknowledged_until: Instant | None
    shelved_until: Instant | None
    owner: str | None
    due_at: Instant | None
    accountable: str | None
    result: str | None
    noise: str | None
    level: int
    flaps: int
    flapping_since: Instant | None
    simulated: bool
    open: bool
    incident: int | None
    held_by: str | None
    duty: bool


class AlertList(Page[AlertItem], frozen=True, kw_only=True):
    """`counts`: how many a list of each state and severity would hold, whatever is asked for now; `duties` of them."""

    as_of: Instant
    counts: dict[AlertState, dict[Severity, int]]
    duties: dict[AlertState, dict[Severity, int]]


class AlertEntry(Struct, frozen=True):
    """A transition or a comment; `detail` is what it set: owner, due time, an end, a level."""

    id: int
    alert_id: int
    at: Instant
    what: Transition
    actor: str
    comment: str | None
    detail: dict[str, Any] | None


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt to deliver a message; `not_sent` where it ended without one."""

    id: int
    notification_id: int
    at: Instant
    channel: str
    outcome: Literal["delivered", "failed", "not_sent"]
    failure: DeliveryFailure | None
    ok: bool
    detail: str


class PutBackChannel(Struct, frozen=True):
    """A channel that was not tried first, because the source it hangs on was in trouble."""

    channel: str
    because: str


class WhyTold(Struct, frozen=True):
    """Why one got a message: by which route, which ladder, by which rota one was on duty, and why not another way."""

    route: str | None
    escalation: str | None
    rota: str | None
    put_back: list[PutBackChannel]


class Message(Struct, frozen=True, kw_only=True):
    """One message to one receiver over one channel."""

    id: int
    ref: str
    receiver: str
    channel: str
    address: str
    what: NotificationType
    subject: str
    payload: dict[str, Any]
    state: NotificationState
    created_at: Instant
    next_try_at: Instant
    attempts: int
    delivered_at: Instant | None
    receipt: str | None
    receipt_state: ReceiptState | None  # what the gateway reported later
    receipt_at: Instant | None
    replaced_by: int | None  # the summary, or the next of its chain, that says it instead
    incident: int | None
    severity: Severity
    step: int | None  # of the ladder, from 1
    why: WhyTold


class AlertMessageAnswer(Message, frozen=True, kw_only=True):
    deliveries: list[Attempt]


class WholeAlert(AlertItem, frozen=True, kw_only=True):
    """With every transition, comment, message and attempt, oldest first; what to do about it and whom to call."""

    guide: list[GuideStepItem]
    contacts: list[AlertContact]
    history: list[AlertEntry]
    notifications: list[AlertMessageAnswer]


def alerts(call: Call, query: Query, records: Reads) -> AlertList:
    scope = call.subtree(query.org)
    states, severities = words("state", query.state, AlertState), words("severity", query.severity, Severity)

    def read(conn: Connection) -> tuple[list[Alert], int, Counts, Counts]:
        page, per_page = call.part
        found = queries.alerts(
            conn,
            scope,
            states=states,
            severities=severities,
            sort=query.sort,
            page=page,
            per_page=per_page,
            only=call.duties if query.duty else None,
            without=call.duties if query.duty is False else (),
        )
        return *found, queries.counts(conn, scope), queries.counts(conn, scope, only=call.duties)

    rows, total, counts, duties = records.read(read)
    page = call.part.read((AlertItem(**_shown(call, alert)) for alert in rows), total)
    return extended(
        AlertList, page, as_of=call.at(call.now, query.org), counts=_counted(counts), duties=_counted(duties)
    )


def _counted(counts: Counts) -> dict[AlertState, dict[Severity, int]]:
    table = {state: dict.fromkeys(Severity, 0) for state in AlertState}
    for (_, state, severity), n in counts.items():
        table[state][severity] += n
    return table


def one(call: Call, records: Reads) -> WholeAlert:
    alert_id = call.id
    found, rule = records.read(lambda conn: _with_rule(conn, call, alert_id))
    if found is None:
        raise _unknown(alert_id)
    org = found.alert.org
    messages = [_with_attempts(call, sent.notification, sent.deliveries, org) for sent in found.notifications]
    entries = [AlertEntry(**_zoned(call, row, org) | {"detail": _detail(call, row, org)}) for row in found.entries]
    return WholeAlert(
        **_shown(call, found.alert),
        guide=_guidance.guide(call, found.alert, rule, found.entries),
        contacts=contacts(call.inventory, found.alert, rule),
        history=entries,
        notifications=messages,
    )


def _with_rule(conn: Connection, call: Call, alert_id: int) -> tuple[queries.AlertHistory | None, Table]:
    found = queries.history(conn, call.scope, alert_id)
    rule = None if found is None else store.table(conn, "rule", found.alert.rule)
    return found, rule or {}


def notifications(call: Call, query: NotificationQuery, records: Reads) -> Page[AlertMessageAnswer]:
    states = words("state", query.state, NotificationState)
    page, per_page = call.part

    def read(conn: Connection) -> tuple[list[queries.Row], int, Mapping[int, list[queries.Row]]]:
        rows, total = queries.notifications(
            conn, call.scope, receiver=query.receiver, states=states, page=page, per_page=per_page
        )
        return rows, total, queries.attempts(conn, [row["id"] for row in rows])

    rows, total, attempts = records.read(read)
    return call.part.read((_with_attempts(call, row, attempts.get(row["id"], ()), None) for row in rows), total)


def _with_attempts(
    call: Call, row: Mapping[Any, Any], attempts: Iterable[Mapping[Any, Any]], org: str | None
) -> AlertMessageAnswer:
    return AlertMessageAnswer(
        **_message(call, row, org),
        deliveries=[
            Attempt(**_zoned(call, one, org), channel=row["channel"], outcome=_outcome(one)) for one in attempts
        ],
    )


def _outcome(attempt: Mapping[Any, Any]) -> Literal["delivered", "failed", "not_sent"]:
    if attempt["ok"]:
        return "delivered"
    return "not_sent" if attempt["failure"] is None else "failed"


def message(call: Call, row: Mapping[Any, Any], org: str | None) -> Message:
    return Message(**_message(call, row, org))


def item(call: Call, alert: Alert) -> AlertItem:
    return AlertItem(**_shown(call, alert))


def entry(call: Call, row: Mapping[Any, Any], org: str) -> AlertEntry:
    return AlertEntry(**_zoned(call, row, org) | {"detail": _detail(call, row, org)})


def _message(call: Call, row: Mapping[Any, Any], org: str | None) -> dict[str, Any]:
    plain = {name: row[name] for name in Message.__struct_fields__ if name in row}
    put_back = [PutBackChannel(**each) for each in row["put_back"] or ()]
    why = WhyTold(row["route"], row["escalation"], row["rota"], put_back)
    return {**_zoned(call, plain, org), "incident": row["incident_id"], "why": why}


def _unknown(alert_id: int) -> IocError:
    return IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} is not known", alert=alert_id)


def _shown(call: Call, alert: Alert) -> dict[str, Any]:
    """The title in the reader's language, instants in the org's offset, names beside codes."""
    orgs, subject = call.orgs, alert.subject
    source = call.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    return {
        **_zoned(call, {name: getattr(alert, name) for name in _OF_THE_ROW}, alert.org),
        "org_name": orgs.by_code[alert.org].name if alert.org in orgs else alert.org,
        "parent_name": call.above(alert.org),
        "source_name": source.name if source else alert.source,
        "accountable": _accountable(call, alert, source),
        "title": call.say(alert.title, **alert.params),
        "incident": alert.incident_id,
        "duty": alert.rule in call.duties,
        "text": Text(alert.title, dict(alert.params)),
    }


_WORKED_OUT = {"duty", "incident", "org_name", "parent_name", "source_name", "accountable", "title", "text"}
_OF_THE_ROW = [name for name in AlertItem.__struct_fields__ if name not in _WORKED_OUT]


def _accountable(call: Call, alert: Alert, source: Source | None) -> str | None:
    heads = [org.head_name for org in call.orgs.path(alert.org) if org.head_name and not call.orgs.closed(org.code)]
    return (source.owner if source else None) or (heads[-1] if heads else None)


def _zoned(call: Call, row: Mapping[Any, Any], org: str | None) -> dict[str, Any]:
    """Every instant of a row in an org's offset."""
    zone = org if org is not None and org in call.orgs else None
    return {
        name: call.at(value, zone) if _is_instant(name) and isinstance(value, int) else value
        for name, value in row.items()
    }


def _detail(call: Call, row: Mapping[Any, Any], org: str) -> dict[str, Any] | None:
    return None if row["detail"] is None else _zoned(call, row["detail"], org)


def _is_instant(name: str) -> bool:
    return name in ("since", "at", "until") or name.endswith(("_at", "_until", "_since"))


_ALERT = f"{V1}/alerts/<int:id>"
_UNKNOWN = (Code.UNKNOWN_ALERT,)
ROUTES = (
    Route("GET", f"{V1}/alerts", Role.LEADER, alerts, "Alerts", (Code.UNKNOWN_ORG,)),
    Route("GET", _ALERT, Role.LEADER, one, "One alert with all that happened to it", _UNKNOWN),
    Route("GET", f"{V1}/notifications", Role.OPERATOR, notifications, "Messages and their deliveries"),
)
