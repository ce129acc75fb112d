"""Counts of what was received and how it ended, added to the totals."""

from collections import Counter
from enum import StrEnum

import sqlalchemy as sa

from ioc.core.model import Leniency, Outcome, SourceKey
from ioc.ingest.decode import Batch
from ioc.ingest.sinks.contract import Commit
from ioc.platform.db.tables import counter, leniency

RUN_GAP_MS = 3_600_000  # so long without one ends a run of leniencies


class Count(StrEnum):
    """Counters beside the outcomes."""

    RECEIVED = "received"
    DUPLICATE = "duplicate"
    READINGS = "readings"
    REFUSED_BY_STORE = "refused_by_store"


class OutcomeCounts:
    """Objects by outcome and reason, and leniencies by source, since the last commit."""

    def __init__(self) -> None:
        self.clear()

    def take(self, batch: Batch) -> None:
        self._objects[Count.RECEIVED, ""] += batch.received
        self._objects[Outcome.STORED, ""] += len(batch.good)
        for bad in batch.bad:
            self._objects[Outcome.QUARANTINED, bad.reason] += 1
        for refusal in batch.refused:
            self._objects[Outcome.REFUSED, refusal] += 1
        for key in batch.limited:
            self._leniencies[key, Leniency.RATE_LIMITED] += 1
        readings = 0
        for good in batch.good:
            readings += len(good.metrics)
            for name in good.leniencies:
                self._leniencies[good.key, name] += 1
        self._objects[Count.READINGS, ""] += readings

    def write(self, commit: Commit) -> None:
        self._write_objects(commit, self._objects + Counter({(str(Count.DUPLICATE), ""): commit.duplicates}))
        self._write_leniencies(commit, self._leniencies + commit.leniencies)

    def clear(self) -> None:
        self._objects: Counter[tuple[str, str]] = Counter()
        self._leniencies: Counter[tuple[SourceKey, str]] = Counter()

    @staticmethod
    def _write_objects(commit: Commit, objects: Counter[tuple[str, str]]) -> None:
        if objects:
            insert = commit.db.upsert(counter)
            total = insert.on_conflict_do_update(
                index_elements=["name", "label"], set_={"n": counter.c.n + insert.excluded.n}
            )
            rows = [{"name": name, "label": label, "n": n} for (name, label), n in objects.items()]
            commit.conn.execute(total, rows)

    @staticmethod
    def _write_leniencies(commit: Commit, leniencies: Counter[tuple[SourceKey, str]]) -> None:
        if leniencies:
            insert = commit.db.upsert(leniency)
            new, known = insert.excluded, leniency.c
            goes_on = new.last_at - known.last_at <= RUN_GAP_MS
            total = insert.on_conflict_do_update(
                index_elements=["source_id", "name"],
                set_={
                    "n": known.n + new.n,
                    "last_at": new.last_at,
                    "run_n": sa.case((goes_on, known.run_n + new.n), else_=new.n),
                    "run_since": sa.case((goes_on, known.run_since), else_=new.last_at),
                },
            )
            at = commit.now
            rows = [
                {"source_id": commit.id_of(key), "name": name, "n": n, "last_at": at, "run_n": n, "run_since": at}
                for (key, name), n in leniencies.items()
            ]
            commit.conn.execute(total, rows)
