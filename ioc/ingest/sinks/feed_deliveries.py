"""Deliveries of feeds, and by source and day how clean they were."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from ioc.core.model import Number, SourceKey
from ioc.ingest.decode import BadObject, Batch, Decoded
from ioc.ingest.sinks.contract import Commit
from ioc.platform.db.tables import feed_day, feed_delivery

DAY_MS = 86_400_000
_AT_MOST = 2**31 - 1
_FIGURES = ("rows", "changed", "bad_rows", "vanished")


class FeedDelivery(NamedTuple):
    """A complete delivery: when it came in, up to when it speaks, and its own figures."""

    at: int
    told_until: int | None
    figures: Mapping[str, int | None]


class FeedDeliveries:
    """Since the last commit, of the kinds that deliver; several deliveries of a source at one instant are one."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds = kinds
        self.clear()

    def take(self, batch: Batch) -> None:
        for good in batch.good:
            if good.key.kind in self._kinds:
                day = good.received_at // DAY_MS
                self._counts[good.key, day, "stored"] += 1
                if good.leniencies:
                    self._counts[good.key, day, "lenient"] += 1
                if _is_delivery(good):
                    self._deliveries[good.key, good.received_at] = _delivery(good)
        for bad in batch.bad:
            if (key := _key(bad)) is not None and key.kind in self._kinds:
                self._counts[key, bad.received_at // DAY_MS, "quarantined"] += 1

    def write(self, commit: Commit) -> None:
        self._write_days(commit)
        rows = [
            {"source_id": commit.id_of(key), "at": delivery.at, "told_until": delivery.told_until, **delivery.figures}
            for (key, _), delivery in self._deliveries.items()
        ]
        if rows:
            commit.conn.execute(commit.db.upsert(feed_delivery).on_conflict_do_nothing(), rows)

    def clear(self) -> None:
        self._deliveries: dict[tuple[SourceKey, int], FeedDelivery] = {}
        self._counts: Counter[tuple[SourceKey, int, str]] = Counter()

    def _write_days(self, commit: Commit) -> None:
        """A row in quarantine may name a source that is not there."""
        rows: dict[tuple[int, int], dict[str, int]] = {}
        for (key, day, name), n in self._counts.items():
            if (source := commit.inventory.sources.get(key)) is not None:
                row = {"source_id": source.id, "day": day, "stored": 0, "lenient": 0, "quarantined": 0}
                rows.setdefault((source.id, day), row)[name] += n
        if rows:
            insert = commit.db.upsert(feed_day)
            total = {name: feed_day.c[name] + insert.excluded[name] for name in ("stored", "lenient", "quarantined")}
            commit.conn.execute(
                insert.on_conflict_do_update(index_elements=["source_id", "day"], set_=total), [*rows.values()]
            )


def _is_delivery(good: Decoded) -> bool:
    """A retained one that comes again after a reconnect is none."""
    speaks = "as_of" in good.metrics or bool(good.texts.get("period"))
    return speaks and not good.retained and bool(good.metrics.get("complete", True))


def _delivery(good: Decoded) -> FeedDelivery:
    figures: dict[str, int | None] = {name: _count(good.metrics.get(name)) for name in _FIGURES}
    as_of = int(good.metrics["as_of"]) if "as_of" in good.metrics else None
    until = as_of if good.period is None else good.period.end
    return FeedDelivery(good.received_at, until, {**figures, "as_of": as_of})


def _count(value: Number | None) -> int | None:
    """None also for what is no count of rows: a figure of any size may stand under that name."""
    return int(value) if value is not None and 0 <= value <= _AT_MOST else None


def _key(bad: BadObject) -> SourceKey | None:
    """Of `ioc/v1/ORG/KIND/SOURCE/CHANNEL`; None on other topics."""
    levels = bad.topic.split("/")
    if len(levels) != 6:
        return None
    return SourceKey(levels[2], levels[3], levels[4])
