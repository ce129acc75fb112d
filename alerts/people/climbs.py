"""The repository of ladders under way: table `ladder`."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, fields, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.model import ACTIVE, Alert, AlertState
from alerts.people.ladder import Climb
from ioc.platform.db.bulk import slices
from ioc.platform.db.tables import incident, ladder

_COLUMNS = [ladder.c[each.name] for each in fields(Climb)]


@dataclass(frozen=True, slots=True)
class Standing:
    """A ladder with what it depends on: the org of its incident, whether that is open, and how its alerts stand."""

    climb: Climb
    org: str
    open: bool
    loud: bool
    taken: bool
    level: int


@dataclass(slots=True)
class ClimbsAtHand:
    """The ladders of some incidents inside one transaction: read at once, written at once."""

    _climbs: dict[int, dict[str, Climb]] = field(default_factory=dict)  # by incident and route
    _changed: dict[tuple[int, str], None] = field(default_factory=dict)

    @classmethod
    def of_incidents(cls, conn: Connection, incident_ids: Collection[int]) -> "ClimbsAtHand":
        climbs: dict[int, dict[str, Climb]] = {}
        for ids in slices(sorted(incident_ids)):
            query = sa.select(*_COLUMNS).where(ladder.c.incident_id.in_(ids)).order_by(ladder.c.id)
            for row in conn.execute(query).mappings():
                climbs.setdefault(row["incident_id"], {})[row["route"]] = Climb(**row)
        return cls(climbs)

    def find(self, incident_id: int, route: str) -> Climb | None:
        return self._climbs.get(incident_id, {}).get(route)

    def of(self, incident_id: int) -> list[Climb]:
        """Every ladder of an incident."""
        return list(self._climbs.get(incident_id, {}).values())

    def save(self, climb: Climb) -> None:
        """As it stands now; one without an id is new."""
        self._climbs.setdefault(climb.incident_id, {})[climb.route] = climb
        self._changed[(climb.incident_id, climb.route)] = None

    def write(self, conn: Connection) -> None:
        changed = [self._climbs[incident_id][route] for incident_id, route in self._changed]
        self._changed = {}
        new, known = [climb for climb in changed if not climb.id], [climb for climb in changed if climb.id]
        if new:
            query = sa.insert(ladder).returning(ladder.c.id, sort_by_parameter_order=True)
            rows = [{name: value for name, value in asdict(climb).items() if name != "id"} for climb in new]
            for climb, number in zip(new, conn.execute(query, rows).scalars().all(), strict=True):
                self._climbs[climb.incident_id][climb.route] = replace(climb, id=number)
        if known:
            conn.execute(_SAVE, [{f"b_{name}": value for name, value in asdict(climb).items()} for climb in known])


def end(conn: Connection, ids: Iterable[int], now: int) -> None:
    conn.execute(sa.update(ladder).where(ladder.c.id.in_(list(ids))).values(ended_at=now))


def standing(
    conn: Connection, open_alerts: Iterable[Alert], incident_ids: Collection[int] | None = None
) -> list[Standing]:
    """Every ladder that has not ended, of some incidents or of all, as the alerts that are open have it."""
    loud: set[int | None] = set()
    taken: set[int | None] = set()
    levels: dict[int | None, int] = {}
    for each in open_alerts:
        levels[each.incident_id] = max(each.level, levels.get(each.incident_id, 0))
        if each.state in ACTIVE:
            (loud if each.state is AlertState.FIRING else taken).add(each.incident_id)
    query = (
        sa.select(*_COLUMNS, incident.c.org, incident.c.open)
        .join(incident, incident.c.id == ladder.c.incident_id)
        .where(ladder.c.ended_at.is_(None))
        .order_by(ladder.c.id)
    )
    parts = [None] if incident_ids is None else slices(sorted(incident_ids))
    found = []
    for ids in parts:
        for row in conn.execute(query if ids is None else query.where(ladder.c.incident_id.in_(ids))):
            *of_climb, org, is_open = row
            climb, number = Climb(*of_climb), row.incident_id
            found.append(Standing(climb, org, bool(is_open), number in loud, number in taken, levels.get(number, 0)))
    return found


_SAVE = (
    sa.update(ladder)
    .where(ladder.c.id == sa.bindparam("b_id"))
    .values({each.name: sa.bindparam(f"b_{each.name}") for each in fields(Climb) if each.name != "id"})
)
