"""Moves messages from the inbox through decoding into records, metrics and live deltas, in the order they came."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ioc.core.clock import Clock, local
from ioc.core.errors import Code, IocError
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.records import load
from ioc.ingest.decode import Batch, Decoder
from ioc.ingest.decode.decoder import not_understood
from ioc.ingest.decode.limits import Limits
from ioc.ingest.inbox import Inbox, Run
from ioc.ingest.metrics import Handover
from ioc.ingest.outlet import DeltaPublisher
from ioc.ingest.records import Records
from ioc.platform.db import Database
from ioc.platform.meta import Fact, get

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
        outlet: DeltaPublisher,
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
        self._suspect = 0  # up to where a message breaks us, or did
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
        self._mend()
        moved = self._records.size < MAX_PENDING and self._take()
        if self._records.live.commit_first and not self._broken:
            self._commit()
        if not self._broken:
            self._publish()
            self._flush()
        return moved

    def drain(self) -> None:
        """Take and commit whatever is in the inbox, for an orderly stop."""
        while self._take():
            self._mend()
        self._commit()
        self._mend()
        self._publish(force=True)

    def _take(self) -> bool:
        run = self._inbox.after(self.position, BATCH)
        if not run.messages:
            return False
        batch = self._decoder.batch(run, look=self._look)
        with self._suspecting(batch.last):
            self._records.take(batch)
        self._handover.put(run.first, batch)
        self.position = batch.last
        return True

    def _publish(self, *, force: bool = False) -> None:
        live, monotonic = self._records.live, self._clock.monotonic()
        if force or self._outlet.due(monotonic, waiting=bool(live.patches)):
            self._outlet.send(live.world, live.drain(), self._clock.now_ms(), monotonic)

    def _flush(self) -> None:
        now = self._clock.monotonic()
        if now - self._flushed_at >= (URGENT_S if self._records.urgent else FLUSH_S):
            self._commit()
            self._flushed_at = now
        if now - self._recounted_at >= RECOUNT_S:
            self._records.recount(self._clock.now_ms())
            self._recounted_at = now

    def _commit(self) -> None:
        with self._suspecting(self.position):
            self._flush_records()
            self.committed = self.position

    def _flush_records(self) -> None:
        inventory = self._records.flush(self._clock.now_ms())
        if inventory is not None:
            self._use(inventory)

    @contextmanager
    def _suspecting(self, last: int) -> Iterator[None]:
        """Leaves a batch that breaks us to a search in the next step; a database that is away is waited for."""
        try:
            yield
        except Exception as error:
            if isinstance(error, IocError) and error.transient:
                raise
            log.exception("records: a fault of ours in the messages up to %d; it is looked for", last)
            self._suspect = last

    @property
    def _broken(self) -> bool:
        return self._suspect > self.committed

    def _mend(self) -> None:
        """Commit again what was not committed, halved until the message that breaks us stands alone in quarantine."""
        if not self._broken:
            return
        self.position = self.committed = self._records.undo()
        try:
            self._records.probe()
        except Exception as error:
            raise _at_fault_ourselves(error) from error
        while self.position < self._suspect:
            run = self._inbox.after(self.position, min(BATCH, self._suspect - self.position))
            self._in_parts(Run(run.first, run.messages[: self._suspect - self.position]))

    def _in_parts(self, run: Run) -> None:
        parts = [run]
        while parts:
            part = parts.pop()
            try:
                self._all_of(self._decoder.batch(part, Limits()))
            except Exception as error:
                if isinstance(error, IocError) and error.transient:
                    raise
                self._records.undo()
                if len(part.messages) == 1:
                    self._quarantine(part, error)
                else:
                    half = len(part.messages) // 2
                    parts += [
                        Run(part.first + half, part.messages[half:]),
                        Run(part.first, part.messages[:half]),
                    ]

    def _all_of(self, batch: Batch) -> None:
        self._records.take(batch)
        self._flush_records()
        self.position = self.committed = batch.last

    def _quarantine(self, one: Run, error: Exception) -> None:
        """Whole, as one that breaks us while it is decoded; where even that fails it is not the message."""
        log.error("message %d on %s breaks us; it is in quarantine", one.first, one.messages[0].topic, exc_info=error)
        bad = not_understood(one.first, one.messages[0], error)
        try:
            self._all_of(Batch(one.last, 1, [], [bad], [], []))
        except IocError:
            raise
        except Exception as worse:
            raise _at_fault_ourselves(worse) from worse

    def _look_at_inventory(self) -> None:
        """Another process may have imported; the local day may have turned."""
        if self._clock.monotonic() - self._looked_at >= INVENTORY_S:
            self._look()

    def _look(self) -> bool:
        """True where the inventory has changed; the parts that have not are not read again."""
        self._looked_at = self._clock.monotonic()
        world = self._records.world
        day = local(self._clock.now_ms(), world.inventory.orgs.tz("")).date().isoformat()
        with self._db.read() as conn:
            if int(get(conn, Fact.INVENTORY_REV, "0")) == world.inventory.rev and day == self._day:
                return False
            inventory = load(conn, day, world.kinds, world.inventory.calendars.weeks)
        self._day = day
        self._use(inventory)
        return True

    def _use(self, inventory: Inventory) -> None:
        """From now on here, and at once with the readers: they are as far behind an import as we are."""
        self._records.world.inventory = inventory
        self._decoder.use(inventory)
        self._outlet.inventory_changed(self._clock.now_ms())


def _at_fault_ourselves(error: Exception) -> IocError:
    if isinstance(error, IocError) and error.transient:
        return error
    log.error("records: nothing can be committed", exc_info=error)
    return IocError(Code.RECORDS_UNWRITABLE, f"records: nothing can be committed ({error})")
