"""Queries for incidents: lists, one with all that happened, and what helped last time; each takes the caller's scope.

An incident is seen by who may see its org or one of its alerts; alerts and figures are those of the caller's scope.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts import drills
from alerts.incidents.repository import read_incident, select_incidents
from alerts.model import ACTIVE, Alert, Incident, IncidentState, Transition
from alerts.repository import read_alert, select_alerts
from ioc.core.model import SourceKey
from ioc.domain.inventory import Scope
from ioc.platform.db.tables import alert, alert_entry, incident, notification, notification_alert

LOGGED = 1_000


@dataclass(slots=True)
class Membership:
    """What the alerts of an incident add up to: how many, the sources by org and kind, and when the first fired."""

    alerts: int = 0
    sources: dict[tuple[str, str | None], set[str]] = field(default_factory=dict)
    fired_at: int | None = None


@dataclass(frozen=True, slots=True)
class FormerIncident:
    """The last one of the same cause: who had it, and what was done."""

    incident: Incident
    results: Sequence[str]
    comments: Sequence[str]


def incidents(
    conn: Connection,
    scope: Scope,
    states: Collection[IncidentState] = (),
    page: int = 1,
    per_page: int = 50,
    *,
    announced_without: Collection[str] | None = None,
) -> tuple[list[Incident], int]:
    """One page, newest first, and how many there are; those that became part of another are in no list.

    `announced_without`: those alone of which something is announced that is not by one of these rules, nor played.
    """
    wanted = [_within(scope), _has_alerts()]
    if announced_without is not None:
        wanted.append(_announced({*announced_without, drills.RULE.id}))
    if states:
        wanted.append(incident.c.state.in_(states))
    total = conn.scalar(sa.select(sa.func.count()).select_from(incident).where(*wanted)) or 0
    query = select_incidents().where(*wanted).order_by(incident.c.since.desc(), incident.c.id.desc())
    rows = conn.execute(query.limit(per_page).offset((page - 1) * per_page)).mappings()
    return [read_incident(row) for row in rows], total


def one(conn: Connection, scope: Scope, incident_id: int) -> Incident | None:
    """That one, or what it became part of; None when there is none, or the caller may not see it."""
    became: int | None = incident_id
    while became is not None:
        incident_id, became = became, conn.scalar(sa.select(incident.c.merged_into).where(incident.c.id == became))
    wanted = sa.and_(incident.c.id == incident_id, _within(scope), _has_alerts())
    row = conn.execute(select_incidents().where(wanted)).mappings().first()
    return read_incident(row) if row else None


def alerts_of(conn: Connection, scope: Scope, incident_id: int) -> list[Alert]:
    """In the order they were raised."""
    query = select_alerts().where(alert.c.incident_id == incident_id, _alert_within(scope)).order_by(alert.c.id)
    return [read_alert(row) for row in conn.execute(query).mappings()]


def causes(conn: Connection, found: Iterable[Incident]) -> dict[int, Alert]:
    """By incident the alert that names its cause."""
    of_alert = {each.cause_alert: each.id for each in found if each.cause_alert is not None}
    rows = conn.execute(select_alerts().where(alert.c.id.in_(of_alert))).mappings()
    return {of_alert[row["id"]]: read_alert(row) for row in rows}


def memberships(conn: Connection, scope: Scope, found: Collection[Incident]) -> Mapping[int, Membership]:
    """Of open incidents the sources that are in trouble still, of those that are over all that were."""
    over = {each.id: each.state is IncidentState.OVER for each in found}
    subjects = {each.id: each.subject for each in found}
    made = {each.id: Membership() for each in found}
    columns = [alert.c[name] for name in ("incident_id", "org", "kind", "source", "open", "fired_at")]
    wanted = sa.and_(alert.c.incident_id.in_(over), _alert_within(scope))
    for row in conn.execute(sa.select(*columns).where(wanted)):
        one_of = made[row.incident_id]
        one_of.alerts += 1
        one_of.fired_at = min(filter(None, (one_of.fired_at, row.fired_at)), default=None)
        if row.open or over[row.incident_id]:
            one_of.sources.setdefault((row.org, row.kind), set()).add(row.source or "")
    for number, one_of in made.items():
        _leave_out(one_of, subjects[number])
    return made


def log(conn: Connection, ids: Collection[int]) -> list[RowMapping]:
    """The entries of its alerts, oldest first; what was done to several of them in one act stands once."""
    query = sa.select(alert_entry).where(alert_entry.c.alert_id.in_(ids)).order_by(alert_entry.c.at, alert_entry.c.id)
    seen: dict[tuple[object, ...], RowMapping] = {}
    for row in conn.execute(query).mappings():
        seen.setdefault((row["at"], row["what"], row["actor"], row["comment"]), row)
    return list(seen.values())[-LOGGED:]


def messages(conn: Connection, scope: Scope, incident_id: int) -> list[RowMapping]:
    """The messages about those of its alerts that the caller may see, oldest first."""
    about = sa.exists().where(
        notification_alert.c.notification_id == notification.c.id,
        notification_alert.c.alert_id == alert.c.id,
        alert.c.incident_id == incident_id,
        _alert_within(scope),
    )
    return list(conn.execute(sa.select(notification).where(about).order_by(notification.c.id)).mappings())


def last_time(conn: Connection, scope: Scope, now: Incident, cause: Alert | None) -> FormerIncident | None:
    """The last incident that is over whose cause was the same subject by the same rule."""
    if cause is None or cause.rule == drills.RULE.id:
        return None
    same = (
        incident.c.id != now.id,
        incident.c.state == IncidentState.OVER,
        alert.c.fingerprint == cause.fingerprint,
        _within(scope),
    )
    query = select_incidents().join(alert, alert.c.id == incident.c.cause_alert).where(*same)
    row = conn.execute(query.order_by(incident.c.ended_at.desc(), incident.c.id.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    former = read_incident(row)
    of_it = alerts_of(conn, scope, former.id)
    said = [entry for entry in log(conn, [each.id for each in of_it]) if entry["what"] == Transition.COMMENTED]
    results = dict.fromkeys(each.result for each in of_it if each.result)
    return FormerIncident(former, list(results), [entry["comment"] for entry in said])


def _leave_out(membership: Membership, cause: object) -> None:
    """The cause is not among what it affects, unless it stands alone."""
    if isinstance(cause, SourceKey) and sum(map(len, membership.sources.values())) > 1:
        place = (cause.org, cause.kind)
        rest = membership.sources.get(place, set()) - {cause.source}
        if rest:
            membership.sources[place] = rest
        else:
            membership.sources.pop(place, None)


def _has_alerts() -> sa.ColumnElement[bool]:
    return sa.exists().where(alert.c.incident_id == incident.c.id)


def _announced(without: Collection[str]) -> sa.ColumnElement[bool]:
    loud = sa.and_(alert.c.incident_id == incident.c.id, alert.c.state.in_(ACTIVE), alert.c.rule.not_in(without))
    return sa.exists().where(loud)


def _within(scope: Scope) -> sa.ColumnElement[bool]:
    if scope.root is None:
        return sa.true()
    its_alerts = alert.alias("its_alerts")
    seen = sa.exists().where(its_alerts.c.incident_id == incident.c.id, its_alerts.c.org.in_(scope.codes))
    return sa.or_(incident.c.org.in_(scope.codes), seen)


def _alert_within(scope: Scope) -> sa.ColumnElement[bool]:
    return sa.true() if scope.root is None else alert.c.org.in_(scope.codes)
