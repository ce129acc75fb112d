"""The incidents that stand now, as screens show them: their alerts in short, and what is told next."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts import drills
from alerts.configured import store
from alerts.incidents import queries
from alerts.incidents.repository import read_incident, select_incidents
from alerts.model import ACTIVE, Alert, AlertState, Incident, IncidentState
from alerts.people.directory import Directory
from alerts.people.ladder import Climb, Ladder
from ioc.config.book import Book
from ioc.core.model import Severity
from ioc.domain.inventory import Inventory, Scope
from ioc.platform.db.tables import alert, alert_entry, incident, ladder

STANDING = (IncidentState.OPEN, IncidentState.TAKEN)
MANY = 2_000  # so many alerts are not read again each second while none of them changed
READ_AGAIN_MS = 10_000


class IncidentMember(NamedTuple):
    """One alert of an incident, in short."""

    incident: int
    org: str
    kind: str | None
    source: str | None
    rule: str
    severity: Severity
    state: AlertState
    fired_at: int | None


class NextStep(NamedTuple):
    """What a ladder tells next: when (epoch ms), which step of it, and whom."""

    at: int
    step: int
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandingNow:
    """An incident that is not over."""

    incident: Incident
    cause: Alert | None
    members: tuple[IncidentMember, ...]
    next_step: NextStep | None = None

    def announced(self, duties: Collection[str]) -> list[IncidentMember]:
        """What of it is loud or in hand; neither what is a duty nor what is played in a drill."""
        return [one for one in self.members if one.state in ACTIVE and one.rule not in duties and not _played(one.rule)]

    def within(self, scope: Scope) -> bool:
        return self.incident.org in scope or any(one.org in scope for one in self.members)


@dataclass(frozen=True, slots=True)
class IncidentsNow:
    """All that stand, as read at `at` (epoch ms); `mark` rises with the changes of alerts, `version` with the book."""

    at: int = 0
    mark: int = -1
    standing: tuple[StandingNow, ...] = ()
    version: int = -1
    book: Book = field(default_factory=Book)


def load(conn: Connection, inventory: Inventory, now: int, before: IncidentsNow) -> IncidentsNow:
    """As the database has it; of very many only every few seconds, or when an alert changed."""
    version = store.version(conn)
    book = before.book if version == before.version else store.ways(conn)
    mark = conn.scalar(sa.select(sa.func.max(alert_entry.c.id))) or 0
    is_many = sum(len(one.members) for one in before.standing) > MANY
    is_same = is_many and mark == before.mark and 0 <= now - before.at < READ_AGAIN_MS
    found = before.standing if is_same else tuple(_standing(conn))
    steps = _next_steps(conn, book, inventory, now)
    told = tuple(replace(one, next_step=steps.get(one.incident.id)) for one in found)
    return IncidentsNow(before.at if is_same else now, mark, told, version, book)


def _standing(conn: Connection) -> Iterator[StandingNow]:
    rows_ = conn.execute(select_incidents().where(incident.c.state.in_(STANDING)).order_by(incident.c.id)).mappings()
    found = [read_incident(row) for row in rows_]
    causes, members = queries.causes(conn, found), _members(conn)
    for one in found:
        if one.id in members:
            yield StandingNow(one, causes.get(one.id), tuple(members[one.id]))


def _members(conn: Connection) -> dict[int, list[IncidentMember]]:
    columns = [
        alert.c[name] for name in ("incident_id", "org", "kind", "source", "rule", "severity", "state", "fired_at")
    ]
    query = sa.select(*columns).join(incident, incident.c.id == alert.c.incident_id)
    found: dict[int, list[IncidentMember]] = {}
    for row in conn.execute(query.where(incident.c.state.in_(STANDING)).order_by(alert.c.id)):
        number, org, kind, source, rule, severity, state, fired_at = row
        one = IncidentMember(number, org, kind, source, rule, Severity(severity), AlertState(state), fired_at)
        found.setdefault(number, []).append(one)
    return found


def _next_steps(conn: Connection, book: Book, inventory: Inventory, now: int) -> Mapping[int, NextStep]:
    """By incident the earliest step that is still to come on any of its ladders that run."""
    directory, routes = Directory(book), {route.name: route for route in book.route}
    escalations = {each.name: each for each in book.escalation}
    found: dict[int, NextStep] = {}
    for climb in _running(conn):
        route = routes.get(climb.route)
        way = None if route is None else Ladder.of(route, escalations)
        if way is None or climb.next_at is None:
            continue
        persons = directory.persons(way.upcoming(climb.step).receivers, now, inventory)
        names = tuple(one.person.title or one.person.name for one in persons)
        step = NextStep(climb.next_at, min(climb.step, len(way.steps) - 1) + 1, names)
        found[climb.incident_id] = min(found.get(climb.incident_id, step), step)
    return found


def _running(conn: Connection) -> Iterable[Climb]:
    running = (ladder.c.ended_at.is_(None), ladder.c.rested_at.is_(None), ladder.c.next_at.is_not(None))
    columns = [ladder.c[name] for name in Climb.__dataclass_fields__]
    return [Climb(*row) for row in conn.execute(sa.select(*columns).where(*running))]


def _played(rule: str) -> bool:
    return rule == drills.RULE.id
