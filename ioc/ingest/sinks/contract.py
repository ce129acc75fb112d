"""The contract of a sink, and the transaction that is handed from sink to sink."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.ingest.decode import Batch
from ioc.live.deltas import Patch
from ioc.platform.db import Database


@dataclass(slots=True)
class Commit:
    """One transaction of the records; later sinks read what earlier ones found out.

    `inventory` holds every source of the batches, `derived` the figures that events imply (not yet in the live state),
    `leniencies` those that only the records show.
    """

    db: Database
    conn: Connection
    now: int
    inventory: Inventory
    duplicates: int = 0
    leniencies: Counter[tuple[SourceKey, str]] = field(default_factory=Counter)
    derived: list[Patch] = field(default_factory=list)

    def id_of(self, key: SourceKey) -> int:
        return self.inventory.sources[key].id


class Sink(Protocol):
    """Remembers what batches say until it is written.

    `take` gets every batch once, in order. `write` may be called again for the same batches after a transaction that
    failed, so it changes nothing but the database and the commit. `clear` forgets what was taken: it is committed, or
    will be taken again.
    """

    def take(self, batch: Batch) -> None: ...

    def write(self, commit: Commit) -> None: ...

    def clear(self) -> None: ...
