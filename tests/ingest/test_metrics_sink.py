"""The metrics sink and its store: what is refused for good goes to quarantine, what is not waits, nothing is lost."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.core.errors import Code, IocError
from ioc.core.model import Sample
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Inbox, Received
from ioc.ingest.metrics import CURSOR, Handover, MetricSink
from ioc.metrics import RefusedSample, SamplesRefused, StoreHealth
from ioc.platform.db.tables import counter, quarantine
from tests.databases import empty_records
from tests.live.worlds import KIOSK, inventory, kinds
from tests.running import wait_until

NOW = 1_795_222_800_000


class Fussy:
    """A store that will not have a certain figure, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.kept: dict[int, float] = {}
        self.failures: list[IocError] = []
        self.calls: list[float] = []

    def write(self, samples: Sequence[Sample]) -> int:
        self.calls.append(time.monotonic())
        if self.failures:
            raise self.failures.pop(0)
        good = [one for one in samples if one.values["waiting"] != 13]
        self.kept |= {one.t: float(one.values["waiting"]) for one in good}
        if len(good) < len(samples):
            bad = [RefusedSample(one, "no thirteen here") for one in samples if one not in good]
            raise SamplesRefused(len(good), bad)
        return len(good)

    def health(self) -> StoreHealth:
        return StoreHealth(True, "")


class Sink:
    def __init__(self, folder: Path, store: Fussy) -> None:
        self.db = empty_records(folder / "ioc.sqlite")
        self.inbox = Inbox(folder / "inbox.sqlite")
        self.metrics = MetricSink(store, self.inbox, Decoder(kinds(), inventory()), self.db, Handover())

    def receive(self, *figures: int) -> None:
        topic = f"ioc/v1/{KIOSK}/state"
        payloads = [json.dumps({"ts": NOW + i, "waiting": figure}).encode() for i, figure in enumerate(figures)]
        self.inbox.append([Received(NOW + 1_000, topic, payload, retained=False) for payload in payloads])

    def rows(self, table: sa.Table) -> list[dict]:
        with self.db.read() as conn:
            return [dict(row) for row in conn.execute(sa.select(table)).mappings()]


@pytest.fixture
def store() -> Fussy:
    return Fussy()


@pytest.fixture
def sink(tmp_path: Path, store: Fussy) -> Sink:
    return Sink(tmp_path, store)


def test_the_refused_one_is_kept_with_the_servers_words_and_counted(sink: Sink, store: Fussy) -> None:
    sink.receive(1, 13, 3)
    assert sink.metrics.step()
    assert store.kept == {NOW: 1, NOW + 2: 3}
    (row,) = sink.rows(quarantine)
    assert (row["reason"], row["detail"], row["topic"]) == (
        "store_refused", "no thirteen here", f"ioc/v1/{KIOSK}/state",
    )  # fmt: skip
    assert json.loads(row["payload"]) == {"ts": NOW + 1, "waiting": 13}
    assert {(r["name"], r["n"]) for r in sink.rows(counter)} == {("refused_by_store", 1)}
    assert sink.inbox.cursor(CURSOR) == 3, "one bad point holds nobody up"


def test_taken_again_after_a_crash_it_is_one_row(sink: Sink, tmp_path: Path) -> None:
    sink.receive(1, 13, 3)
    sink.metrics.step()
    sink.inbox.advance(CURSOR, 0)
    again = Sink(tmp_path, Fussy())
    again.metrics.step()
    assert len(again.rows(quarantine)) == 1


def test_what_was_replayed_and_refused_again_waits_again(sink: Sink) -> None:
    sink.receive(13)
    sink.metrics.step()
    with sink.db.write() as conn:
        conn.execute(sa.update(quarantine).values(replayed_at=NOW))
    sink.receive(13)
    sink.metrics.step()
    assert [row["replayed_at"] for row in sink.rows(quarantine)] == [None]


@pytest.mark.parametrize("code", [Code.STORE_UNAVAILABLE, Code.STORE_DENIED])
def test_a_failing_store_is_tried_again_and_nothing_is_passed(sink: Sink, store: Fussy, code: Code) -> None:
    store.failures = [IocError(code, "no") for _ in range(2)]
    sink.receive(1, 2)
    with running(sink.metrics):
        wait_until(lambda: sink.metrics.trouble == "no", "the trouble is told")
        assert sink.inbox.cursor(CURSOR) == 0
        wait_until(lambda: sink.inbox.cursor(CURSOR) == 2, "caught up")
        wait_until(lambda: sink.metrics.trouble is None, "the trouble is over")
    assert store.kept == {NOW: 1, NOW + 1: 2}


def test_retry_after_is_kept_to(sink: Sink, store: Fussy) -> None:
    store.failures = [IocError(Code.STORE_UNAVAILABLE, "later", retry_after_s=1.2)]
    sink.receive(1)
    with running(sink.metrics):
        wait_until(lambda: len(store.calls) == 2, "the second try")
    assert store.calls[1] - store.calls[0] >= 1.2


@contextmanager
def running(metrics: MetricSink) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=metrics.run, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join(10)
