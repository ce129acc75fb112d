"""The records: every batch through every sink, written in one transaction a step with the cursor of the inbox."""

from ioc.core.model import SourceKey
from ioc.domain.dossiers.history.judgement import Policy
from ioc.domain.inventory import Inventory
from ioc.ingest import kiosks
from ioc.ingest.decode import Batch
from ioc.ingest.own_words import OwnWords
from ioc.ingest.sinks import derived
from ioc.ingest.sinks.contract import Commit, Sink
from ioc.ingest.sinks.counts import OutcomeCounts
from ioc.ingest.sinks.derived import Derived
from ioc.ingest.sinks.events import Events
from ioc.ingest.sinks.feed_deliveries import FeedDeliveries
from ioc.ingest.sinks.feed_figures import FeedFigures
from ioc.ingest.sinks.latest import Latest
from ioc.ingest.sinks.newcomers import Newcomers
from ioc.ingest.sinks.position import Position
from ioc.ingest.sinks.quarantine import Quarantine
from ioc.live.world import World
from ioc.messages.kinds import delivering
from ioc.platform.db import Database


class Records:
    """Takes batches into memory and writes them in `flush`; `live.world` is as of the last batch taken."""

    def __init__(self, db: Database, world: World, inbox_id: str, epoch: str, policy: Policy) -> None:
        self._db = db
        self._own = OwnWords()
        with db.read() as conn:
            self._own.load(conn)
        self._newcomers = Newcomers(world)
        self._events = Events(world, policy, self._sends_states)
        self.live = Latest(world, self._own)
        self._position = Position(inbox_id, world, epoch)
        rows = (
            OutcomeCounts(),
            Quarantine(inbox_id),
            Derived(),
            FeedFigures(),
            FeedDeliveries(delivering(world.kinds)),
        )
        self._sinks: tuple[Sink, ...] = (self._newcomers, self._events, *rows, self.live, self._position)
        self.size = 0  # objects taken since the last commit

    @property
    def world(self) -> World:
        return self.live.world

    @property
    def urgent(self) -> bool:
        """Something waits that people should see sooner than the regular step."""
        return bool(self._events.waiting or self._newcomers.first)

    def position(self) -> int:
        """The number up to which this inbox is recorded; a new inbox starts at 0."""
        return self._position.load(self._db)

    def take(self, batch: Batch) -> None:
        """Merge a batch into the live state and remember what the next step must write."""
        for sink in self._sinks:
            sink.take(batch)
        self.size += batch.received

    def flush(self, now: int) -> Inventory | None:
        """Commit everything taken so far with the cursor; the inventory when it is another than before."""
        if not self.size and not self.live.changed:
            return None
        before = self.world.inventory
        with self._db.write() as conn:
            commit = Commit(self._db, conn, now, before)
            for sink in self._sinks:
                sink.write(commit)
        self._clear()
        for patch in commit.derived:
            self.live.merge(patch)
        return None if commit.inventory is before else commit.inventory

    def undo(self) -> int:
        """Forget what was taken and not committed: the live state is again that of the position, which is returned."""
        self._clear()
        with self._db.read() as conn:
            self.live.reload(conn)
        return self.position()

    def probe(self) -> None:
        """Commit nothing but where we are; what fails here is no message's fault."""
        with self._db.write() as conn:
            self._position.write(Commit(self._db, conn, 0, self.world.inventory))

    def recount(self, now: int) -> None:
        """Bring event-only kiosks up to `now`: a wait grows while nothing happens, and a day ends."""
        with self._db.read() as conn:
            patches = list(kiosks.counted_anew(conn, self.world, self._sends_states, now))
        with self._db.write() as conn:
            derived.keep(conn, patches)
        for patch in patches:
            self.live.merge(patch)

    def _clear(self) -> None:
        for sink in self._sinks:
            sink.clear()
        self.size = 0

    def _sends_states(self, key: SourceKey, now: int) -> bool:
        source = self.world.inventory.sources.get(key)
        return self._own.states(key, source.interval_s if source else 0, self.world.of(key).heard_at or now)
