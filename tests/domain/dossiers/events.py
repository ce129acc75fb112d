"""Dossiers as ingest would have written them, told in one line each."""

from itertools import count
from typing import Any

import sqlalchemy as sa

from ioc.config.settings import Dossiers
from ioc.domain.dossiers.history.record import RecordBuilder
from ioc.domain.dossiers.importing import records
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.records import load
from ioc.messages.events import DossierEvent
from ioc.platform.db import Database
from ioc.platform.db.tables import source
from tests.live.worlds import kinds

_NUMBER = count(1)


def event(code: str, ts: int, event_id: str | None = None, **fields: Any) -> DossierEvent:
    return DossierEvent(event_id or f"e{next(_NUMBER)}", ts, code, fields)


def tell(
    db: Database,
    *events: DossierEvent,
    source_id: int = 1,
    inventory: Inventory | None = None,
    policy: Dossiers | None = None,
    now: int | None = None,
) -> None:
    """Fold events of one source into the records."""
    with db.write() as conn:
        found = inventory or load(conn, "2026-11-21", kinds())
        org = conn.scalar(sa.select(source.c.org).where(source.c.id == source_id)) or ""
        builder = RecordBuilder(found, policy or Dossiers())
        reported = [records.ReportedEvent(source_id, org, one) for one in events]
        records.apply(conn, builder, reported, max(one.ts for one in events) if now is None else now)
