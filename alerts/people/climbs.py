"""The repository of ladders under way: table `ladder`."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.model import AlertState
from alerts.people.ladder import Climb
from ioc.platform.db.tables import alert, incident, ladder

_COLUMNS = [ladder.c[field.name] for field in fields(Climb)]


@dataclass(frozen=True, slots=True)
class Standing:
    """A ladder with what it depends on: the org of its incident, whether that is open, and how its alerts stand."""

    climb: Climb
    org: str
    open: bool
    loud: bool
    taken: bool
    level: int


def find(conn: Connection, incident_id: int, route: str) -> Climb | None:
    query = sa.select(*_COLUMNS).where(ladder.c.incident_id == incident_id, ladder.c.route == route)
    row = conn.execute(query).mappings().first()
    return None if row is None else Climb(**row)


def of(conn: Connection, incident_id: int) -> list[Climb]:
    """Every ladder of an incident."""
    query = sa.select(*_COLUMNS).where(ladder.c.incident_id == incident_id).order_by(ladder.c.id)
    return [Climb(**row) for row in conn.execute(query).mappings()]


def begin(conn: Connection, climb: Climb) -> Climb:
    """With its id."""
    values = {name: value for name, value in asdict(climb).items() if name != "id"}
    key = conn.execute(sa.insert(ladder).values(values)).inserted_primary_key
    return Climb(**values, id=int(key[0]) if key else 0)


def save(conn: Connection, climb: Climb) -> None:
    values = {name: value for name, value in asdict(climb).items() if name != "id"}
    conn.execute(sa.update(ladder).where(ladder.c.id == climb.id).values(values))


def end(conn: Connection, ids: Iterable[int], now: int) -> None:
    conn.execute(sa.update(ladder).where(ladder.c.id.in_(list(ids))).values(ended_at=now))


def standing(conn: Connection) -> list[Standing]:
    """Every ladder that has not ended, where there is something to do or to wait for."""
    level = sa.func.coalesce(sa.func.max(alert.c.level), 0)
    of_state = {
        state: sa.func.coalesce(sa.func.max(sa.case((alert.c.state == state, 1), else_=0)), 0)
        for state in (AlertState.FIRING, AlertState.ACKNOWLEDGED)
    }
    query = (
        sa.select(*_COLUMNS, incident.c.org, incident.c.open, level, *of_state.values())
        .join(incident, incident.c.id == ladder.c.incident_id)
        .outerjoin(alert, sa.and_(alert.c.incident_id == incident.c.id, alert.c.open))
        .where(ladder.c.ended_at.is_(None))
        .group_by(*_COLUMNS, incident.c.org, incident.c.open)
        .order_by(ladder.c.id)
    )
    found = []
    for row in conn.execute(query):
        *of_climb, org, is_open, acknowledged_out, loud, taken = row
        climb = Climb(**dict(zip([column.name for column in _COLUMNS], of_climb, strict=True)))
        found.append(Standing(climb, org, bool(is_open), bool(loud), bool(taken), int(acknowledged_out)))
    return found
