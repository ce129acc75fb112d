"""Reading the inventory from the database, registering newcomers, changing a source's status."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.core.cadence import Cadence
from ioc.core.hours import Hours
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.calendar import NO_WEEKS, Weeks
from ioc.domain.calendar import records as calendar_records
from ioc.domain.inventory.orgs import OrgTree
from ioc.domain.inventory.sources import Inventory, Source
from ioc.domain.inventory.units import Org, Past
from ioc.messages.kinds import Kinds, KindSpec
from ioc.platform.db import Database
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import org_past
from ioc.platform.db.tables import source as source_table
from ioc.platform.meta import Fact, bump, get


def load(conn: Connection, today: str, kinds: Kinds, weeks: Weeks = NO_WEEKS) -> Inventory:
    """Everything the database knows, as it stands on `today` (ISO date), with the weekly hours of the configuration.

    A source of a kind that this build no longer knows stays in it and owes nothing.
    """
    orgs = load_orgs(conn, today)
    rows = conn.execute(sa.select(source_table)).mappings()
    sources = {source.key: source for source in (_source(row, today, kinds) for row in rows)}
    return Inventory(orgs, sources, int(get(conn, Fact.INVENTORY_REV, "0")), calendar_records.load(conn, weeks))


def load_orgs(conn: Connection, day: str) -> OrgTree:
    """The tree as it stands on a day (ISO date)."""
    orgs = [Org(**row) for row in conn.execute(sa.select(org_table).order_by(org_table.c.code)).mappings()]
    return OrgTree(orgs, (Past(**row) for row in conn.execute(sa.select(org_past)).mappings()), day)


def register(db: Database, conn: Connection, key: SourceKey, now_ms: int, *, simulated: bool = False) -> int:
    """Write an unseen source as `pending` and return its id; an existing one is left as it is."""
    insert = db.upsert(source_table).values(
        org=key.org,
        kind=key.kind,
        source=key.source,
        status=SourceStatus.PENDING,
        first_seen=now_ms,
        simulated=simulated,
    )
    conn.execute(insert.on_conflict_do_nothing(index_elements=["org", "kind", "source"]))
    bump(db, conn, Fact.INVENTORY_REV)
    return int(conn.execute(sa.select(source_table.c.id).where(_is(key))).scalar_one())


def adopt(
    db: Database,
    conn: Connection,
    keys: Iterable[SourceKey],
    now_ms: int,
    *,
    simulated: bool = False,
    **said: str | int,
) -> None:
    """Write sources nobody has to confirm as `active`, with what is `said` of them; existing ones stay as they are."""
    row = {"status": SourceStatus.ACTIVE, "first_seen": now_ms, "simulated": simulated, **said}
    insert = db.upsert(source_table).on_conflict_do_nothing(index_elements=SourceKey._fields)
    conn.execute(insert, [{**key._asdict(), **row} for key in keys])
    bump(db, conn, Fact.INVENTORY_REV)


def set_status(db: Database, conn: Connection, key: SourceKey, status: SourceStatus) -> bool:
    """Confirm or retire a source; False when there is no such source."""
    result = conn.execute(sa.update(source_table).where(_is(key)).values(status=status))
    bump(db, conn, Fact.INVENTORY_REV)
    return result.rowcount == 1


def _is(key: SourceKey) -> sa.ColumnElement[bool]:
    t = source_table.c
    return sa.and_(t.org == key.org, t.kind == key.kind, t.source == key.source)


def _source(row: RowMapping, today: str, kinds: Kinds) -> Source:
    spec = kinds.get(row["kind"]) or KindSpec(row["kind"], interval_s=0)
    status = SourceStatus(row["status"])
    if row["valid_to"] is not None and row["valid_to"] < today:
        status = SourceStatus.RETIRED
    elif row["valid_from"] is not None and row["valid_from"] > today and status is SourceStatus.ACTIVE:
        status = SourceStatus.PENDING
    cadence = Cadence.parse(row["cadence"]) if row["cadence"] else None
    interval_s = _interval(row, cadence, spec.interval_s)
    return Source(
        id=row["id"],
        key=SourceKey(row["org"], row["kind"], row["source"]),
        name=row["name"] or row["source"],
        status=status,
        interval_s=interval_s,
        agreed=_is_agreed(row, cadence) and status is SourceStatus.ACTIVE and interval_s > 0,
        cadence=cadence,
        hours=Hours.parse(row["hours"] or spec.hours),
        parent=SourceKey.parse(row["parent"]) if row["parent"] else None,
        serves=tuple(row["serves"].split(";")) if row["serves"] else (),
        agreed_at=None if row["interval_s"] is None and cadence is None else row["agreed_at"],
        **{name: row[name] for name in _PLAIN},
    )


def _is_agreed(row: RowMapping, cadence: Cadence | None) -> bool:
    """The simulator goes as fast as it was told to."""
    said = row["interval_s"] is not None or (cadence is not None and cadence.every_s is not None)
    return said and not row["simulated"]


def _interval(row: RowMapping, cadence: Cadence | None, default: int) -> int:
    """Seconds of silence are counted for cadences in seconds only, whichever column says it."""
    if row["interval_s"] is not None:
        return int(row["interval_s"])
    return default if cadence is None or cadence.every_s is None else cadence.every_s


_PLAIN = ("cut_off", "owner", "contact", "valid_from", "valid_to", "replaces", "lat", "lon", "simulated")
