"""Alerts: lists, one with all that happened to it, and what people do about them."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts import actions, queries
from alerts.model import Alert, AlertState, NotificationState
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, Severity, SourceKey
from ioc.domain.inventory import Source
from ioc.platform.db import Database
from web.boundary.route import V1, Call, Route, paged

Word = TypeVar("Word", bound=StrEnum)
_NOT_YET = frozenset({"shelved", "out_of_service"})  # words of the contract that no alert can be in so far
_FIELDS = [field.name for field in fields(Alert) if field.name not in ("fingerprint", "title", "params")]


class Query(Struct, frozen=True):
    """`state` and `severity` take a comma list; without `state`, all of them."""

    state: str | None = None
    severity: str | None = None
    org: str | None = None


class NotificationQuery(Struct, frozen=True):
    receiver: str | None = None
    state: str | None = None


class Remark(Struct, frozen=True):
    comment: str | None = None


def alerts(call: Call) -> dict[str, Any]:
    query = call.query
    scope = call.subtree(query.org)
    if query.state is not None and set(query.state.split(",")) <= _NOT_YET:
        return paged(call, [], 0) | {"counts": _counted(call.site.read(lambda conn: queries.counts(conn, scope)))}
    states, severities = _words("state", query.state, AlertState), _words("severity", query.severity, Severity)

    def read(conn: Connection) -> tuple[list[Alert], int, Mapping[tuple[str, AlertState, Severity], int]]:
        found = queries.alerts(
            conn, scope, states=states, severities=severities, page=call.part.page, per_page=call.part.per_page
        )
        return *found, queries.counts(conn, scope)

    rows, total, counts = call.site.read(read)
    shown = [_shown(call, alert) for alert in rows]
    return {"as_of": call.at(call.now, query.org)} | paged(call, shown, total) | {"counts": _counted(counts)}


def _counted(counts: Mapping[tuple[str, AlertState, Severity], int]) -> dict[str, dict[str, int]]:
    """How many a list of each state and severity would hold, whatever is asked for now."""
    table = {state.value: dict.fromkeys((severity.value for severity in Severity), 0) for state in AlertState}
    for (_, state, severity), n in counts.items():
        table[state][severity] += n
    return table


def one(call: Call) -> dict[str, Any]:
    """The alert with every transition, comment, message and attempt."""
    alert_id = _id(call)
    found = call.site.read(lambda conn: queries.history(conn, call.scope, alert_id))
    if found is None:
        raise IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} is not known", alert=alert_id)
    org = found.alert.org
    told = [
        _zoned(call, told.notification, org) | {"deliveries": [_zoned(call, row, org) for row in told.deliveries]}
        for told in found.notifications
    ]
    entries = [_zoned(call, row, org) for row in found.entries]
    return _shown(call, found.alert) | {"history": entries, "notifications": told}


def acknowledge(call: Call) -> dict[str, Any]:
    """Take it; a comment may come along."""
    db, alert_id, text = _act(call)
    call.site.offload(actions.acknowledge, db, alert_id, call.principal.name, call.now, text or None)
    return _done(call)


def comment(call: Call) -> dict[str, Any]:
    db, alert_id, text = _act(call)
    call.site.offload(actions.comment, db, alert_id, call.principal.name, call.now, text)
    return _done(call)


def seen(call: Call) -> dict[str, Any]:
    db, alert_id, text = _act(call)
    if text:
        call.site.offload(actions.comment, db, alert_id, call.principal.name, call.now, text)
    call.site.offload(actions.seen, db, alert_id, call.principal.name, call.now)
    return _done(call)


def notifications(call: Call) -> dict[str, Any]:
    query = call.query
    states = _words("state", query.state, NotificationState)
    rows, total = call.site.read(
        lambda conn: queries.notifications(
            conn, call.scope, receiver=query.receiver, states=states, page=call.part.page, per_page=call.part.per_page
        )
    )
    return paged(call, [_zoned(call, row, None) for row in rows], total)


def _act(call: Call) -> tuple[Database, int, str]:
    """Only what the caller may see can be acted on."""
    alert_id = _id(call)
    if call.site.read(lambda conn: queries.one(conn, call.scope, alert_id)) is None:
        raise IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} is not known", alert=alert_id)
    return call.site.context.db, alert_id, (call.body.comment or "").strip()


def _done(call: Call) -> dict[str, Any]:
    """Every worker hears of it at once."""
    call.site.announce("alerts")
    return one(call)


def _id(call: Call) -> int:
    """Beyond what a database counts to there is no alert."""
    return min(int(call.path["id"]), 2**63 - 1)


def _shown(call: Call, alert: Alert) -> dict[str, Any]:
    """The title in the reader's language, instants in the org's offset, names beside codes."""
    orgs, sources = call.site.orgs, call.site.world.inventory.sources
    source = sources.get(alert.subject) if isinstance(alert.subject, SourceKey) else None
    return _zoned(call, {name: getattr(alert, name) for name in _FIELDS}, alert.org) | {
        "org_name": orgs.by_code[alert.org].name if alert.org in orgs else alert.org,
        "source_name": source.name if source else alert.source,
        "accountable": _accountable(call, alert, source),
        "result": None,  # what came of it: told when an alert is closed by hand, which nobody can do yet
        "title": call.site.context.texts.render(call.lang, alert.title, alert.params),
        "text": {"key": alert.title, "params": alert.params},
    }


def _accountable(call: Call, alert: Alert, source: Source | None) -> str | None:
    """Who answers for it: the owner of its source, else the head of the nearest org that has one."""
    orgs = call.site.orgs
    heads = [org.head_name for org in orgs.path(alert.org) if org.head_name and not orgs.closed(org.code)]
    return (source.owner if source else None) or (heads[-1] if heads else None)


def _zoned(call: Call, row: Mapping[Any, Any], org: str | None) -> dict[str, Any]:
    """Every instant of a row in an org's offset."""
    zone = org if org is not None and org in call.site.orgs else None
    return {
        name: call.at(value, zone) if _is_instant(name) and isinstance(value, int) else value
        for name, value in row.items()
    }


def _is_instant(name: str) -> bool:
    return name in ("since", "at", "hold_until") or name.endswith("_at")


def _words(name: str, text: str | None, allowed: type[Word]) -> tuple[Word, ...]:
    """A comma list of known words; none of them stands for all."""
    words = [word.strip() for word in (text or "").split(",") if word.strip() and word.strip() not in _NOT_YET]
    known = {str(member): member for member in allowed}
    for word in words:
        if word not in known:
            detail = f"{name}: {', '.join(known)}"
            raise IocError(Code.INVALID_VALUE, f"{word!r}; {detail}", name=name, detail=detail)
    return tuple(known[word] for word in words)


ROUTES = (
    Route("GET", f"{V1}/alerts", Role.LEADER, alerts, "Alerts", Query, answers="list"),
    Route("GET", f"{V1}/alerts/<int:id>", Role.LEADER, one, "One alert with all that happened to it"),
    Route("POST", f"{V1}/alerts/<int:id>/acknowledge", Role.OPERATOR, acknowledge, "Take it", body=Remark),
    Route("POST", f"{V1}/alerts/<int:id>/comment", Role.OPERATOR, comment, "Say something about it", body=Remark),
    Route("POST", f"{V1}/alerts/<int:id>/seen", Role.LEADER, seen, "Note that it has been seen", body=Remark),
    Route(
        "GET",
        f"{V1}/notifications",
        Role.OPERATOR,
        notifications,
        "Messages and their deliveries",
        NotificationQuery,
        answers="list",
    ),
)
