"""The repository of incidents: table `incident`, and the incident that each alert names."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts import drills
from alerts.incidents.assessment import assess, worst
from alerts.incidents.joining import Causes, JoinPlan, plan
from alerts.model import Alert, Incident, IncidentState, NotificationState, Subject
from alerts.repository import read_alert, select_alerts
from ioc.core.model import Severity, SourceKey
from ioc.platform.db.bulk import slices
from ioc.platform.db.tables import alert, incident, ladder, notification

_COLUMNS = [incident.c[field.name] for field in fields(Incident)]


class StandingIncident(NamedTuple):
    """An incident with all its alerts."""

    incident: Incident
    alerts: Sequence[Alert]


def read_incident(row: RowMapping) -> Incident:
    values = dict(row)
    return Incident(**{**values, "severity": Severity(values["severity"]), "state": IncidentState(values["state"])})


def select_incidents() -> sa.Select[Any]:
    return sa.select(*_COLUMNS)


def open_incidents(conn: Connection) -> list[Incident]:
    return [read_incident(row) for row in conn.execute(select_incidents().where(incident.c.open)).mappings()]


def by_ids(conn: Connection, ids: Collection[int]) -> list[Incident]:
    rows = conn.execute(select_incidents().where(incident.c.id.in_(ids)).order_by(incident.c.id)).mappings()
    return [read_incident(row) for row in rows]


def join(conn: Connection, alerts: Collection[Alert], open_alerts: Collection[Alert], causes: Causes) -> dict[int, int]:
    """Give each alert its incident, the open one of its cause or a new one; by alert id that incident.

    What is played in a drill and what is real are never one.
    """
    if not alerts:
        return {}
    incidents = open_incidents(conn)
    homes: dict[int, int] = {}
    for played in (False, True):
        of_kind = [each for each in alerts if (each.rule == drills.RULE.id) is played]
        members = {
            each.subject: each.incident_id
            for each in open_alerts
            if each.incident_id is not None and (each.rule == drills.RULE.id) is played
        }
        standing = set(members.values())
        made = plan(of_kind, [each for each in incidents if each.id in standing], members, causes)
        homes |= _write(conn, made)
    rows = [{"b_id": alert_id, "b_incident": number} for alert_id, number in homes.items()]
    joined = sa.update(alert).where(alert.c.id == sa.bindparam("b_id"))
    conn.execute(joined.values(incident_id=sa.bindparam("b_incident")), rows)
    return homes


def _write(conn: Connection, made: JoinPlan) -> dict[int, int]:
    for first, others in made.merged.items():
        merge(conn, first, others)
    named = [{"b_id": number, **_place(subject, "b_")} for number, subject in made.subjects.items()]
    if named:
        conn.execute(_NAME, named)
    homes = {each.id: number for number, of_it in made.joined.items() for each in of_it}
    numbers = _begin(conn, made.begun)
    for number, of_it in zip(numbers, made.begun.values(), strict=True):
        homes |= dict.fromkeys((each.id for each in of_it), number)
    return homes


def merge(conn: Connection, first: int, others: Sequence[int]) -> None:
    """Make several open incidents one: alerts with their log, messages and ladders go to the first."""
    for table in (alert, notification):
        conn.execute(sa.update(table).where(table.c.incident_id.in_(others)).values(incident_id=first))
    held = sa.and_(notification.c.incident_id == first, notification.c.state == NotificationState.HELD)
    conn.execute(sa.update(notification).where(held).values(subject=f"incident/{first}"))
    has = set(conn.scalars(sa.select(ladder.c.route).where(ladder.c.incident_id == first)))
    for row in conn.execute(sa.select(ladder).where(ladder.c.incident_id.in_(others)).order_by(ladder.c.id)).mappings():
        if row["route"] not in has:
            has.add(row["route"])
            conn.execute(sa.update(ladder).where(ladder.c.id == row["id"]).values(incident_id=first))
    taken = sa.select(sa.func.min(incident.c.taken_at)).where(incident.c.id.in_([first, *others]))
    conn.execute(sa.update(incident).where(incident.c.id == first).values(taken_at=taken.scalar_subquery()))
    gone = {"open": False, "state": IncidentState.OVER, "merged_into": first}
    conn.execute(sa.update(incident).where(incident.c.id.in_(others)).values(gone))


def refresh(conn: Connection, ids: Iterable[int], now: int) -> list[StandingIncident]:
    """Bring incidents in step with their alerts, in the transaction that changed these; what they are then."""
    changed: list[Incident] = []
    standing: list[StandingIncident] = []
    for some in slices(sorted(set(ids))):
        alerts = _alerts_of(conn, some)
        for before in by_ids(conn, some):
            after = assess(before, alerts[before.id], now) if before.id in alerts else before
            standing.append(StandingIncident(after, alerts.get(before.id, [])))
            if after != before:
                changed.append(after)
    if changed:
        conn.execute(_UPDATE, [_row(each) for each in changed])
    return standing


def close(conn: Connection, ids: Sequence[int]) -> None:
    """Nothing is left to be told of these."""
    conn.execute(sa.update(incident).where(incident.c.id.in_(ids)).values(open=False))


_NAMES = [field.name for field in fields(Incident)]
_UPDATE = (
    sa.update(incident)
    .where(incident.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(f"b_{name}") for name in _NAMES if name != "id"})
)


def _row(changed: Incident) -> dict[str, Any]:
    return {f"b_{name}": getattr(changed, name) for name in _NAMES}


def _alerts_of(conn: Connection, ids: Sequence[int]) -> dict[int, list[Alert]]:
    found: dict[int, list[Alert]] = {}
    for row in conn.execute(select_alerts().where(alert.c.incident_id.in_(ids)).order_by(alert.c.id)).mappings():
        found.setdefault(row["incident_id"], []).append(read_alert(row))
    return found


def _begin(conn: Connection, begun: Mapping[Subject, Sequence[Alert]]) -> Sequence[int]:
    """New ones, by the subject of their cause; `refresh` says the rest of them."""
    rows = [
        {
            **_place(subject if isinstance(subject, SourceKey) else alerts[0].subject),
            "severity": worst(alerts),
            "state": IncidentState.OPEN,
            "since": min(each.since for each in alerts),
            "simulated": any(each.simulated for each in alerts),
            "open": True,
        }
        for subject, alerts in begun.items()
    ]
    query = sa.insert(incident).returning(incident.c.id, sort_by_parameter_order=True)
    return conn.execute(query, rows).scalars().all() if rows else ()


def _place(subject: Subject, prefix: str = "") -> dict[str, str | None]:
    org, kind, source = subject if isinstance(subject, SourceKey) else (subject, None, None)
    return {f"{prefix}org": org, f"{prefix}kind": kind, f"{prefix}source": source}


_NAME = (
    sa.update(incident)
    .where(incident.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(f"b_{name}") for name in ("org", "kind", "source")})
)
