"""Figures that we worked out from events: they reach the metric store by way of a table of their own."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.ingest.decode import Batch
from ioc.ingest.sinks.contract import Commit
from ioc.live.deltas import Patch
from ioc.platform.db.tables import derived


class Derived:
    """Has nothing of its own: earlier sinks put the figures into the commit."""

    def take(self, batch: Batch) -> None:
        """Batches hold what was said, not what follows from it."""

    def write(self, commit: Commit) -> None:
        keep(commit.conn, commit.derived)

    def clear(self) -> None:
        """Nothing waits here."""


def keep(conn: Connection, patches: Iterable[Patch]) -> None:
    rows = [
        {**patch.source._asdict(), "t": t, "payload": {name: value}}
        for patch in patches
        for name, (t, value) in patch.metrics.items()
    ]
    if rows:
        conn.execute(sa.insert(derived), rows)
