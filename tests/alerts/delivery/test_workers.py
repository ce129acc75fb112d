"""The delivery workers: one that is at a notification for too long is named, with its channel."""

import threading
from types import SimpleNamespace

import pytest

from alerts.delivery.workers import DeliveryWorkers
from tests.clock import FakeClock


class SlowOutbox:
    """Its channel `sms` does not come back before it is let go; `mail` has nothing to do."""

    def __init__(self) -> None:
        self.clock, self.stop = FakeClock(), threading.Event()
        self.at_work, self.let_go = threading.Event(), threading.Event()

    def step(self, channel: str) -> bool:
        if channel == "sms":
            self.at_work.set()
            self.let_go.wait(10)
        return False


@pytest.fixture
def slow():
    outbox = SlowOutbox()
    workers = DeliveryWorkers(outbox, {"sms": 60, "mail": None})
    workers.start()
    assert outbox.at_work.wait(5)
    yield SimpleNamespace(outbox=outbox, workers=workers)
    outbox.let_go.set()
    workers.stop(5)


def test_who_hangs_is_named_while_it_hangs(slow):
    assert slow.workers.stuck(20) == []
    slow.outbox.clock.advance(21)
    assert slow.workers.stuck(20) == ["sms"]
    slow.outbox.let_go.set()
    slow.outbox.stop.set()
    for thread in slow.workers._threads:
        thread.join(5)
    assert slow.workers.stuck(20) == []
