"""Incidents: lists, and one with its alerts, all that happened to it, and what helped last time."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts.incidents import queries
from alerts.incidents.durations import durations
from alerts.incidents.queries import FormerIncident, Membership
from alerts.model import Alert, Incident, IncidentState
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, Severity, SourceKey
from ioc.domain.inventory import Scope
from web.api.alerts import AlertEntry, AlertItem, Message, entry, item, message
from web.boundary.answers import Instant, Page, extended
from web.boundary.call import Call
from web.boundary.ports import Reads
from web.boundary.route import V1, Route
from web.boundary.words import words

Watched = Counter[tuple[str, str | None]]


class IncidentQuery(Struct, frozen=True):
    """`state` takes a comma list; without it, all of them.

    `wall`: those that a wall shows: something of them is announced, is no duty, and is not played in a drill.
    """

    state: str | None = None
    org: str | None = None
    wall: bool = False


class IncidentCause(Struct, frozen=True, kw_only=True):
    """What it comes from; `alert` is null where that has raised none yet."""

    alert: int | None
    rule: str | None
    org: str
    org_name: str
    parent_name: str | None
    kind: str | None
    source: str | None
    source_name: str | None


class AffectedOrg(Struct, frozen=True, kw_only=True):
    """`n` of the `of` sources of the same kinds that are watched there."""

    org: str
    org_name: str
    parent_name: str | None
    n: int
    of: int


class IncidentHead(Struct, frozen=True, kw_only=True):
    """Figures are of the caller's orgs; a duration that does not apply is null.

    `detect_s`: until it was noticed; `acknowledge_s`: from the first firing until somebody took it; `recover_s`: from
    the beginning until it was over.
    """

    id: int
    title: str
    cause: IncidentCause
    state: IncidentState
    severity: Severity
    since: Instant
    ended_at: Instant | None
    owner: str | None
    affected: list[AffectedOrg]
    detect_s: int | None
    acknowledge_s: int | None
    recover_s: int | None
    simulated: bool


class IncidentItem(IncidentHead, frozen=True, kw_only=True):
    """`alerts`: how many."""

    alerts: int


class IncidentList(Page[IncidentItem], frozen=True, kw_only=True):
    as_of: Instant


class LastTime(Struct, frozen=True, kw_only=True):
    """The last incident of the same cause that is over: who had it, how long it took, and what was done."""

    id: int
    ended_at: Instant | None
    owner: str | None
    recover_s: int | None
    results: list[str]
    comments: list[str]


class WholeIncident(IncidentHead, frozen=True, kw_only=True):
    """`log` has what was done to several alerts at once as one entry."""

    as_of: Instant
    alerts: list[AlertItem]
    log: list[AlertEntry]
    notifications: list[Message]
    last_time: LastTime | None


def incidents(call: Call, query: IncidentQuery, records: Reads) -> IncidentList:
    scope, states = call.subtree(query.org), words("state", query.state, IncidentState)

    def read(conn: Connection) -> tuple[list[IncidentItem], int]:
        announced = call.duties if query.wall else None
        found, total = queries.incidents(conn, scope, states, *call.part, announced_without=announced)
        return list(items(conn, call, scope, found)), total

    found, total = records.read(read)
    page = call.part.read(found, total)
    return extended(IncidentList, page, as_of=call.at(call.now, query.org))


def one(call: Call, records: Reads) -> WholeIncident:
    number = call.id
    answer = records.read(lambda conn: _whole(conn, call, number))
    if answer is None:
        raise IocError(Code.UNKNOWN_INCIDENT, f"incident {number} is not known", incident=number)
    return answer


def items(conn: Connection, call: Call, scope: Scope, found: list[Incident]) -> Iterator[IncidentItem]:
    """Rows as they are shown, their alerts read at once."""
    causes, memberships, watched = queries.causes(conn, found), queries.memberships(conn, scope, found), _watched(call)
    for incident in found:
        membership = memberships[incident.id]
        head = _head(call, incident, causes.get(incident.id), membership, watched)
        yield IncidentItem(**head, alerts=membership.alerts)


def _whole(conn: Connection, call: Call, number: int) -> WholeIncident | None:
    incident = queries.one(conn, call.scope, number)
    if incident is None:
        return None
    number = incident.id
    cause = queries.causes(conn, [incident]).get(number)
    membership = queries.memberships(conn, call.scope, [incident])[number]
    members = queries.alerts_of(conn, call.scope, number)
    former = queries.last_time(conn, call.scope, incident, cause)
    entries = queries.log(conn, [alert.id for alert in members])
    return WholeIncident(
        **_head(call, incident, cause, membership, _watched(call)),
        as_of=call.at(call.now, incident.org),
        alerts=[item(call, alert) for alert in members],
        log=[entry(call, row, incident.org) for row in entries],
        notifications=[message(call, row, incident.org) for row in queries.messages(conn, call.scope, number)],
        last_time=None if former is None else _last_time(call, former),
    )


def _head(
    call: Call, incident: Incident, cause: Alert | None, membership: Membership, watched: Watched
) -> dict[str, Any]:
    took = durations(incident, cause, membership.fired_at)
    about = _cause(call, incident, cause)
    title = call.say(cause.title, **cause.params) if cause else call.say("incident.unconfirmed")
    return {
        "id": incident.id,
        "title": ": ".join(filter(None, (about.source_name, title))),
        "cause": about,
        "state": incident.state,
        "severity": incident.severity,
        "since": call.at(incident.since, incident.org),
        "ended_at": call.at(incident.ended_at, incident.org),
        "owner": incident.owner,
        "affected": list(_affected(call, membership, watched)),
        "simulated": incident.simulated,
        **took._asdict(),
    }


def _cause(call: Call, incident: Incident, cause: Alert | None) -> IncidentCause:
    org, subject = call.orgs.by_code.get(incident.org), incident.subject
    source = call.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    return IncidentCause(
        alert=incident.cause_alert,
        rule=cause.rule if cause else None,
        org=incident.org,
        org_name=org.name if org else incident.org,
        parent_name=call.above(incident.org),
        kind=incident.kind,
        source=incident.source,
        source_name=source.name if source else incident.source,
    )


def _watched(call: Call) -> Watched:
    """How many sources of each kind are watched in each org."""
    return Counter((source.key.org, source.key.kind) for source in call.inventory.sources.values() if source.counts)


def _affected(call: Call, membership: Membership, watched: Watched) -> Iterator[AffectedOrg]:
    """By org, the most first; an alert on an org affects that org as one."""
    by_org: dict[str, list[int]] = {}
    for place, sources in membership.sources.items():
        counts = by_org.setdefault(place[0], [0, 0])
        counts[0] += len(sources)
        counts[1] += max(watched[place], len(sources)) if place[1] else 1
    for code, (n, of) in sorted(by_org.items(), key=lambda item: (-item[1][0], item[0])):
        org = call.orgs.by_code.get(code)
        name = org.name if org else code
        yield AffectedOrg(org=code, org_name=name, parent_name=call.above(code), n=n, of=of)


def _last_time(call: Call, former: FormerIncident) -> LastTime:
    incident = former.incident
    return LastTime(
        id=incident.id,
        ended_at=call.at(incident.ended_at, incident.org),
        owner=incident.owner,
        recover_s=durations(incident, None, None).recover_s,
        results=list(former.results),
        comments=list(former.comments),
    )


ROUTES = (
    Route("GET", f"{V1}/incidents", Role.LEADER, incidents, "Incidents, newest first", (Code.UNKNOWN_ORG,)),
    Route(
        "GET", f"{V1}/incidents/<int:id>", Role.LEADER, one, "One incident with its alerts", (Code.UNKNOWN_INCIDENT,)
    ),
)
