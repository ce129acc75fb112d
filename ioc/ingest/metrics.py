"""The metrics sink: samples into the metric store with a cursor of its own, which may lag while the store is away."""

import logging
import threading
from collections import deque
from typing import NamedTuple

import sqlalchemy as sa

from ioc.core.errors import Code, IocError
from ioc.core.model import Reason, Sample, SourceKey
from ioc.ingest.decode import Batch, Decoder
from ioc.ingest.decode.limits import Limits
from ioc.ingest.inbox import Inbox
from ioc.ingest.patches import ageless
from ioc.ingest.refused import quarantine
from ioc.metrics import MetricStore, RefusedSample, SamplesRefused
from ioc.platform.db import Database
from ioc.platform.db.tables import derived

log = logging.getLogger(__name__)

CURSOR = "metrics"
CATCH_UP = 5_000
DERIVED_ROWS = 5_000
DERIVED_EVERY = 8  # steps under load; whenever there is nothing else otherwise
RETRY_S = (0.5, 10.0)
_HANDED_SAMPLES = 50_000


class Handed(NamedTuple):
    """Samples already decoded, of the messages `first`..`last`."""

    first: int
    last: int
    samples: list[Sample]


class Handover:
    """Passes decoded batches on in memory; what does not fit is read from the inbox again by whoever lags."""

    def __init__(self) -> None:
        self._batches: deque[Handed] = deque()
        self._size = 0
        self._lock = threading.Lock()
        self.arrived = threading.Event()

    def put(self, first: int, batch: Batch) -> None:
        handed = Handed(first, batch.last, samples_of(batch))
        with self._lock:
            self._batches.append(handed)
            self._size += len(handed.samples)
            while self._size > _HANDED_SAMPLES and len(self._batches) > 1:
                self._size -= len(self._batches.popleft().samples)
        self.arrived.set()

    def after(self, seq: int) -> Handed | None:
        """What continues at `seq` + 1, several batches as one: a write costs a store about the same however large it
        is. Older ones are let go.
        """
        with self._lock:
            self.arrived.clear()
            while self._batches and self._batches[0].last <= seq:
                self._size -= len(self._batches.popleft().samples)
            samples: list[Sample] = []
            last = seq
            for batch in self._batches:
                if batch.first > last + 1 or len(samples) >= CATCH_UP:
                    break
                samples += batch.samples
                last = batch.last
            return Handed(seq + 1, last, samples) if last > seq else None


def samples_of(batch: Batch) -> list[Sample]:
    """What was measured; a retained state without a time of its own was, but nobody knows when.

    Figures of a period are not among them: a store keeps what was so at an instant.
    """
    measured = (good for good in batch.good if good.metrics and good.period is None and not ageless(good))
    return [Sample(good.key, good.t, good.metrics) for good in measured]


class MetricSink:
    """Runs in a thread of its own, so that a store that is slow or away delays nothing but itself."""

    def __init__(self, store: MetricStore, inbox: Inbox, decoder: Decoder, db: Database, handover: Handover) -> None:
        self._store = store
        self._inbox = inbox
        self._decoder = decoder
        self._db = db
        self._handover = handover
        self.position = inbox.cursor(CURSOR)
        self.trouble: str | None = None
        self._steps = 0
        self._limits = Limits()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`: whatever is there, at once; a failing store is tried again for ever, ever more slowly.

        A store that says when to come again is not asked before.
        """
        delay = RETRY_S[0]
        self._look()
        while not stop.is_set():
            try:
                moved = self.step()
                self._well()
                delay = RETRY_S[0]
            except IocError as error:
                self._note(str(error))
                stop.wait(max(delay, float(str(error.params.get("retry_after_s", 0)))))
                delay = min(delay * 2, RETRY_S[1])
                continue
            if not moved:
                self._handover.arrived.wait(0.2)

    def _note(self, trouble: str) -> None:
        if self.trouble is None:
            log.error("metric store: %s; readings wait in the inbox", trouble)
        self.trouble = trouble

    def _well(self) -> None:
        if self.trouble is not None:
            log.warning("metric store: takes readings again")
        self.trouble = None

    def step(self) -> bool:
        """Writes the batches that wait and, now and then, derived figures; True where there was anything."""
        moved = self._messages()
        self._steps += 1
        if moved and self._steps % DERIVED_EVERY:
            return True
        return self._derived() or moved

    def _messages(self) -> bool:
        handed = self._handover.after(self.position)
        if handed is None:
            run = self._inbox.after(self.position, CATCH_UP)
            if not run.messages:
                return False
            handed = Handed(run.first, run.last, samples_of(self._decoder.batch(run, self._limits)))
        self._write(handed.samples)
        self._inbox.advance(CURSOR, handed.last)
        self.position = handed.last
        return True

    def _derived(self) -> bool:
        with self._db.read() as conn:
            query = sa.select(derived).order_by(derived.c.id).limit(DERIVED_ROWS)
            rows = conn.execute(query).mappings().all()
        if not rows:
            return False
        self._write(
            [Sample(SourceKey(row["org"], row["kind"], row["source"]), row["t"], row["payload"]) for row in rows]
        )
        with self._db.write() as conn:
            conn.execute(sa.delete(derived).where(derived.c.id <= rows[-1]["id"]))
        return True

    def _write(self, samples: list[Sample]) -> None:
        """Quarantines samples that the store refuses for good, or that break us, before the cursor passes."""
        refused, broken = self._in_parts(samples)
        if broken and len(broken) == len(samples) > 1:
            raise IocError(Code.STORE_FAULT, f"metric store: {broken[0].words}")
        if refused:
            quarantine(self._db, refused)
            log.warning("metric store: %d readings refused: %s", len(refused), refused[0].words)
        if broken:
            quarantine(self._db, broken, Reason.NOT_UNDERSTOOD)

    def _in_parts(self, samples: list[Sample]) -> tuple[list[RefusedSample], list[RefusedSample]]:
        """Write all, halved until what breaks us stands alone: what was refused, and that."""
        refused: list[RefusedSample] = []
        broken: list[RefusedSample] = []
        parts = [samples]
        while parts:
            part = parts.pop()
            try:
                self._store.write(part)
            except SamplesRefused as error:
                refused += error.refused
            except IocError:
                raise
            except Exception as error:
                if len(part) > 1:
                    parts += [part[len(part) // 2 :], part[: len(part) // 2]]
                    continue
                log.exception("metric store: a reading of %s breaks us; it is in quarantine", part[0].key)
                broken.append(RefusedSample(part[0], f"a fault of ours, see the log: {type(error).__name__}"))
        return refused, broken

    def _look(self) -> None:
        """Say at the start what is wrong with the store, before there is anything to write."""
        health = self._store.health()
        if not health.ok:
            self._note(health.detail)
