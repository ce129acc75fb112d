"""Statuses that sources gave of themselves, kept beside their latest values so that they outlive the process."""

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.ingest.decode import Decoded
from ioc.ingest.tickets import FIGURES
from ioc.live.world import MISSED_INTERVALS
from ioc.platform.db.tables import latest, source

STATE_FRESH_MS = 10 * 60_000


class _Former(NamedTuple):
    """The legacy of the ingest before this one: the last sign of a source, and how long it came without a state."""

    heard_at: int
    unstated_ms: int


class OwnWords:
    """The statuses that the broker keeps, and when each source last told a figure we would work out."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._kept: dict[SourceKey, bool] = {}
        self._stated: dict[SourceKey, int] = {}
        self._former: dict[SourceKey, _Former] = {}

    def load(self, conn: Connection) -> None:
        """As it was committed; what was heard since is forgotten."""
        self._forget()
        columns = (source.c.org, source.c.kind, source.c.source, latest.c.kept, latest.c.stated_at, latest.c.heard_at)
        for row in conn.execute(sa.select(*columns).join(source)):
            key = SourceKey(row.org, row.kind, row.source)
            if row.kept is not None:
                self._kept[key] = row.kept
            if row.stated_at is not None:
                heard_at = row.heard_at or row.stated_at
                self._former[key] = _Former(heard_at, max(0, heard_at - row.stated_at))

    def kept(self, key: SourceKey) -> bool | None:
        """The retained status as the broker last delivered it; None once the source has said another."""
        return self._kept.get(key)

    def hear_status(self, key: SourceKey, *, online: bool, retained: bool) -> bool:
        """True where the broker's copy has changed; of a live status nobody tells whether it is kept."""
        before = self._kept.get(key)
        if retained:
            self._kept[key] = online
        elif before is not online:
            self._kept.pop(key, None)
        return self._kept.get(key) is not before

    def hear_state(self, good: Decoded) -> None:
        if not good.retained and good.key.kind == "queue" and not FIGURES.isdisjoint(good.metrics):
            self._stated[good.key] = good.received_at

    def states(self, key: SourceKey, interval_s: int, heard_at: int) -> bool:
        """Whether it is to be taken at its word: until it is heard for long without one.

        Neither its own silence counts nor the time in which nobody listened.
        """
        former = self._former.get(key)
        if former is not None and heard_at > former.heard_at:
            self._stated.setdefault(key, heard_at - former.unstated_ms)
            del self._former[key]
        unstated_ms = former.unstated_ms if key in self._former and former else heard_at - self._stated.get(key, 0)
        return unstated_ms < max(STATE_FRESH_MS, MISSED_INTERVALS * interval_s * 1000)

    def row(self, key: SourceKey, heard_at: int | None) -> Mapping[str, bool | int | None]:
        stated_at, former = self._stated.get(key), self._former.get(key)
        if stated_at is None and former is not None:
            stated_at = (heard_at or former.heard_at) - former.unstated_ms
        return {"kept": self._kept.get(key), "stated_at": stated_at}
