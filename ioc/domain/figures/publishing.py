"""Signed figures on their way: the same messages any feed would send, so that they end where all figures end."""

import json

from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.figures.entries import KIND, Row
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.records import adopt, set_status
from ioc.messages.wire import ROOT
from ioc.platform.db import Database


def key_of(row: Row) -> SourceKey:
    return SourceKey(row["org"], KIND, row["source"])


def message(row: Row, now: int) -> tuple[str, bytes]:
    """Topic and payload."""
    body = {"ts": now, "period": row["period"], "values": row["values"]}
    return f"{ROOT}{key_of(row)}/state", json.dumps(body).encode()


def accept(db: Database, conn: Connection, inventory: Inventory, row: Row, now: int) -> None:
    """A feed that somebody signed for needs nobody to confirm it."""
    key = key_of(row)
    known = inventory.sources.get(key)
    if known is None:
        adopt(db, conn, [key], now)
    if known is None or known.status is SourceStatus.PENDING:  # ingest may have met it first
        set_status(db, conn, key, SourceStatus.ACTIVE)
