"""Sources never heard of before: registered first, so that every later sink finds them in the inventory."""

from ioc.core.clock import local
from ioc.core.model import SourceKey
from ioc.domain.inventory.records import load, register
from ioc.ingest.decode import Batch, Decoded
from ioc.ingest.sinks.contract import Commit
from ioc.live.world import World
from ioc.platform.meta import Fact, get


class Newcomers:
    """The first message of each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.first: dict[SourceKey, Decoded] = {}

    def take(self, batch: Batch) -> None:
        for good in batch.good:
            if good.source is None:
                self.first.setdefault(good.key, good)

    def write(self, commit: Commit) -> None:
        """Register them; the commit goes on with the inventory as they, or an import, have changed it."""
        for key, good in self.first.items():
            register(commit.db, commit.conn, key, good.received_at, simulated=good.simulated)
        before = commit.inventory
        if int(get(commit.conn, Fact.INVENTORY_REV, "0")) != before.rev:
            today = local(commit.now, before.orgs.tz("")).date().isoformat()
            commit.inventory = load(commit.conn, today, self._world.kinds, before.calendars.weeks)

    def clear(self) -> None:
        self.first = {}
