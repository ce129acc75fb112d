"""Counts since the last commit, written in the same transaction as the work they count."""

from collections import Counter
from enum import StrEnum

from sqlalchemy.engine import Connection

from ioc.core.model import Leniency, Outcome, SourceKey
from ioc.ingest.decode import Batch
from ioc.platform.db import Database
from ioc.platform.db.tables import counter, leniency


class Count(StrEnum):
    """What is counted beside the outcomes."""

    RECEIVED = "received"
    DUPLICATE = "duplicate"
    READINGS = "readings"
    REFUSED_BY_STORE = "refused_by_store"


class Tally:
    """Objects by outcome and reason, and leniencies by source."""

    def __init__(self) -> None:
        self.objects: Counter[tuple[str, str]] = Counter()
        self.leniencies: Counter[tuple[SourceKey, str]] = Counter()

    def batch(self, batch: Batch) -> None:
        self.objects[Count.RECEIVED, ""] += batch.received
        self.objects[Outcome.STORED, ""] += len(batch.good)
        for bad in batch.bad:
            self.objects[Outcome.QUARANTINED, bad.reason] += 1
        for refusal in batch.refused:
            self.objects[Outcome.REFUSED, refusal] += 1
        for key in batch.limited:
            self.leniencies[key, Leniency.RATE_LIMITED] += 1
        readings = 0
        for good in batch.good:
            readings += len(good.metrics)
            for name in good.leniencies:
                self.leniencies[good.key, name] += 1
        self.objects[Count.READINGS, ""] += readings

    def write(
        self, db: Database, conn: Connection, ids: dict[SourceKey, int], now: int, *, duplicates: int = 0
    ) -> None:
        """Add to the totals; the caller's transaction decides whether it happened."""
        objects = self.objects + Counter({(str(Count.DUPLICATE), ""): duplicates})
        if objects:
            insert = db.upsert(counter)
            total = insert.on_conflict_do_update(
                index_elements=["name", "label"], set_={"n": counter.c.n + insert.excluded.n}
            )
            conn.execute(total, [{"name": name, "label": label, "n": n} for (name, label), n in objects.items()])
        if self.leniencies:
            insert = db.upsert(leniency)
            total = insert.on_conflict_do_update(
                index_elements=["source_id", "name"],
                set_={"n": leniency.c.n + insert.excluded.n, "last_at": insert.excluded.last_at},
            )
            rows = [
                {"source_id": ids[key], "name": name, "n": n, "last_at": now}
                for (key, name), n in self.leniencies.items()
            ]
            conn.execute(total, rows)
