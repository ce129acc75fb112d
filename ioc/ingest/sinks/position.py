"""The position of the records: the cursor of the inbox, and the number of the live delta that belongs to it."""

import sqlalchemy as sa

from ioc.ingest.decode import Batch
from ioc.ingest.sinks.contract import Commit
from ioc.live.world import World
from ioc.platform import meta
from ioc.platform.db import Database
from ioc.platform.db.tables import cursor
from ioc.platform.meta import Fact

CURSOR = "records"


class Position:
    """The number of the last message taken; a new inbox starts at 0."""

    def __init__(self, inbox_id: str, world: World, epoch: str) -> None:
        self._inbox_id = inbox_id
        self._world = world
        self._epoch = epoch
        self._last = 0

    def load(self, db: Database) -> int:
        """The number up to which this inbox is recorded, from which on it goes on."""
        with db.read() as conn:
            row = conn.execute(sa.select(cursor).where(cursor.c.name == CURSOR)).first()
        self._last = row.seq if row is not None and row.inbox == self._inbox_id else 0
        return self._last

    def take(self, batch: Batch) -> None:
        self._last = batch.last

    def write(self, commit: Commit) -> None:
        values = {"inbox": self._inbox_id, "seq": self._last}
        insert = commit.db.upsert(cursor).values(name=CURSOR, **values)
        commit.conn.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
        meta.put(commit.db, commit.conn, Fact.LIVE_EPOCH, self._epoch)
        meta.put(commit.db, commit.conn, Fact.LIVE_N, self._world.n)

    def clear(self) -> None:
        """It stands where it is; `load` takes it back."""
