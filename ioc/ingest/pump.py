"""Moves messages from the inbox through decoding into records, metrics and live deltas, in the order they came."""

import logging
import threading

from ioc.clock import Clock, local
from ioc.db import Database
from ioc.decode import Decoder
from ioc.errors import IocError
from ioc.inbox import Inbox
from ioc.ingest.metrics import Handover
from ioc.ingest.outlet import Outlet
from ioc.ingest.records import Records
from ioc.inventory import Inventory
from ioc.inventory.records import load
from ioc.meta import Fact, get

log = logging.getLogger(__name__)

BATCH = 2_000
FLUSH_S = 1.0
URGENT_S = 0.25
MAX_PENDING = 100_000
RECOUNT_S = 15.0
INVENTORY_S = 1.0
IDLE_S = 0.05


class Pump:
    """One thread; what it has taken but not yet committed is taken again after a crash."""

    def __init__(
        self,
        inbox: Inbox,
        decoder: Decoder,
        records: Records,
        handover: Handover,
        outlet: Outlet,
        db: Database,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._decoder = decoder
        self._records = records
        self._handover = handover
        self._outlet = outlet
        self._db = db
        self._clock = clock
        self.position = self.committed = records.position()
        self.trouble: str | None = None
        self._flushed_at = self._recounted_at = self._looked_at = 0.0
        self._day = ""

    def run(self, stop: threading.Event, arrived: threading.Event) -> None:
        while not stop.is_set():
            try:
                moved = self.step()
                self.trouble = None
            except IocError as error:
                self._note(str(error))
                stop.wait(1)
                continue
            if not moved:
                arrived.wait(IDLE_S)
                arrived.clear()

    def _note(self, trouble: str) -> None:
        if self.trouble is None:
            log.error("records: %s; messages wait in the inbox", trouble)
        self.trouble = trouble

    def step(self) -> bool:
        """One turn: take a batch, tell the readers, commit what is due; whether a batch was there."""
        self._look_at_inventory()
        moved = self._records.size < MAX_PENDING and self._take()
        self._publish()
        self._flush()
        return moved

    def drain(self) -> None:
        """Take and commit whatever is in the inbox, for an orderly stop."""
        while self._take():
            pass
        self._commit()
        self._publish(force=True)

    def _take(self) -> bool:
        run = self._inbox.after(self.position, BATCH)
        if not run.messages:
            return False
        batch = self._decoder.batch(run)
        self._records.take(batch)
        self._handover.put(run.first, batch)
        self.position = batch.last
        return True

    def _publish(self, *, force: bool = False) -> None:
        waiting, monotonic = self._records.pending_patches, self._clock.monotonic()
        if force or self._outlet.due(monotonic, waiting=bool(waiting)):
            self._records.pending_patches = {}
            self._outlet.send(self._records.world, list(waiting.values()), self._clock.now_ms(), monotonic)

    def _flush(self) -> None:
        now = self._clock.monotonic()
        if now - self._flushed_at >= (URGENT_S if self._records.urgent else FLUSH_S):
            self._commit()
            self._flushed_at = now
        if now - self._recounted_at >= RECOUNT_S:
            self._records.recount(self._clock.now_ms())
            self._recounted_at = now

    def _commit(self) -> None:
        inventory = self._records.flush(self._clock.now_ms())
        self.committed = self.position
        if inventory is not None:
            self._use(inventory)
            self._outlet.inventory_changed(self._clock.now_ms())

    def _look_at_inventory(self) -> None:
        """Another process may have imported; the local day may have turned."""
        monotonic = self._clock.monotonic()
        if monotonic - self._looked_at < INVENTORY_S:
            return
        self._looked_at = monotonic
        world = self._records.world
        day = local(self._clock.now_ms(), world.inventory.orgs.tz("")).date().isoformat()
        with self._db.read() as conn:
            if int(get(conn, Fact.INVENTORY_REV, "0")) == world.inventory.rev and day == self._day:
                return
            inventory = load(conn, day, world.inventory.calendars.weeks)
        self._day = day
        self._use(inventory)

    def _use(self, inventory: Inventory) -> None:
        self._records.world.inventory = inventory
        self._decoder.use(inventory)
