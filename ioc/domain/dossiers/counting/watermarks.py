"""Watermarks: up to when the records of each source of dossiers are known; nothing becomes overdue after them."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.platform.db import Database
from ioc.platform.db.tables import dossier_delivery

Watermarks = Mapping[int, int]  # source id to epoch ms; sources that are not counted are not in it


def imported(conn: Connection) -> dict[int, int]:
    """The watermarks of what was imported by hand."""
    return {row.source_id: row.as_of for row in conn.execute(sa.select(dossier_delivery))}


def note_import(db: Database, conn: Connection, source_id: int, as_of: int, now: int, rows: int) -> None:
    """Move the watermark of a source to that of a complete delivery; an older delivery never moves it back."""
    insert = db.upsert(dossier_delivery)
    newer = insert.excluded.as_of > dossier_delivery.c.as_of
    values = {name: insert.excluded[name] for name in ("as_of", "delivered_at", "rows")}
    statement = insert.on_conflict_do_update(index_elements=["source_id"], set_=values, where=newer)
    conn.execute(statement, [{"source_id": source_id, "as_of": as_of, "delivered_at": now, "rows": rows}])
