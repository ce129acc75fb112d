"""Up to when the records of each source of dossiers are known: nothing becomes overdue for a later instant."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.domain.inventory import Source
from ioc.live.world import World
from ioc.platform.db import Database
from ioc.platform.db.tables import dossier_delivery

LONGEST_TELLING_MS = 3_600_000  # whoever has not come to the end of its past by then is held to what it said

Known = Mapping[int, int]  # source id to epoch ms; sources that are not counted are not in it


def known(world: World, deliveries: Known, now: int) -> dict[int, int]:
    """For every source of dossiers that stands in denominators."""
    return {
        source.id: _until(world, source, deliveries.get(source.id, 0), now)
        for source in world.inventory.sources.values()
        if source.key.kind == "dossier" and source.counts
    }


def telling(world: World, now: int) -> set[int]:
    """Sources of dossiers that said `complete: false` and not yet `true`: what they tell next may explain what is."""
    return {
        source.id
        for source in world.inventory.sources.values()
        if source.key.kind == "dossier"
        and (said := world.of(source.key).metrics.get("complete")) is not None
        and not said[1]
        and now - said[0] < LONGEST_TELLING_MS
    }


def deliveries(conn: Connection) -> dict[int, int]:
    """What was imported by hand, by source id."""
    return {row.source_id: row.as_of for row in conn.execute(sa.select(dossier_delivery))}


def year_start(world: World, now: int) -> int:
    """The first instant of the year where the tree begins."""
    roots = world.inventory.orgs.roots()
    tz = world.inventory.orgs.tz(roots[0].code if roots else "")
    return int(datetime(local(now, tz).year, 1, 1, tzinfo=tz).timestamp() * 1000)


def delivered(db: Database, conn: Connection, source_id: int, as_of: int, now: int, rows: int) -> None:
    """Note a complete delivery; an older one never takes back what a newer one said."""
    insert = db.upsert(dossier_delivery)
    newer = insert.excluded.as_of > dossier_delivery.c.as_of
    values = {name: insert.excluded[name] for name in ("as_of", "delivered_at", "rows")}
    statement = insert.on_conflict_do_update(index_elements=["source_id"], set_=values, where=newer)
    conn.execute(statement, [{"source_id": source_id, "as_of": as_of, "delivered_at": now, "rows": rows}])


def _until(world: World, source: Source, delivered_as_of: int, now: int) -> int:
    """What a batch system says of its records; else now while it keeps its contract, or when it was last heard."""
    live = world.of(source.key)
    if (said := live.metrics.get("as_of")) is not None:
        return min(now, max(int(said[1]), delivered_as_of))
    if live.heard_at is None and delivered_as_of:
        return min(now, delivered_as_of)
    if world.offline_since(source, now) is None:
        return now
    return min(now, max(live.heard_at or 0, delivered_as_of))
