"""Signed figures on their way: the same messages any feed would send, so that they end where all figures end."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.db import Database
from ioc.db.tables import figure_entry
from ioc.figures.entries import Row, State
from ioc.inventory import Inventory
from ioc.inventory.records import adopt, set_status
from ioc.model import SourceKey, SourceStatus
from ioc.periods import days
from ioc.wire import ROOT

KIND = "feed"


def key_of(row: Row) -> SourceKey:
    return SourceKey(row["org"], KIND, row["source"])


def messages(conn: Connection, row: Row, now: int) -> Iterator[tuple[str, bytes]]:
    """Topic and payload; after a correction of an earlier period the latest one again, as it is what stands now."""
    yield _message(row, now)
    latest = _latest(conn, row)
    if latest is not None:
        yield _message(latest, now + 1)


def accept(db: Database, conn: Connection, inventory: Inventory, row: Row, now: int) -> None:
    """A feed that somebody signed for needs nobody to confirm it."""
    key = key_of(row)
    known = inventory.sources.get(key)
    if known is None:
        adopt(db, conn, [key], now)
    if known is None or known.status is SourceStatus.PENDING:  # ingest may have met it first
        set_status(db, conn, key, SourceStatus.ACTIVE)


def _message(row: Row, at: int) -> tuple[str, bytes]:
    body = {"ts": at, "period": row["period"], "values": row["values"]}
    return f"{ROOT}{key_of(row)}/state", json.dumps(body).encode()


def _latest(conn: Connection, row: Row) -> Row | None:
    """The newest signed entry of a later period of the same feed."""
    t = figure_entry.c
    rows = sa.select(figure_entry).where(
        t.org == row["org"], t.source == row["source"], t.state == State.SIGNED, t.period != row["period"]
    )
    found = [dict(other) for other in conn.execute(rows.order_by(t.id)).mappings()]
    later = [other for other in found if _after(other) > _after(row)]
    return max(later, key=lambda other: (_after(other), other["id"]), default=None)


def _after(row: Row) -> str:
    spoken_of = days(row["period"])
    return "" if spoken_of is None else spoken_of.after.isoformat()
