"""A mail server or an SMS gateway that refuses, hangs, defers or drops while hundreds of alerts wait.

Small by default; `scripts/long alerts-away` has 500 alerts and the waits of the product.
"""

import sys
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from alerts.delivery import health
from alerts.delivery.workers import DeliveryWorkers
from ioc.core.clock import SystemClock
from ioc.platform.db.tables import notification
from tests.alerts.backlog import SECONDS, Gateway, Mailbox, double, fill, outbox
from tests.databases import empty_records
from tests.long import running_long, size
from tests.running import wait_until

ALERTS, RECEIVERS = size("alerts-away", 15, 500), size("alerts-away", 2, 1)
AWAY_S = size("alerts-away", 1, 40)
MODES = ["ok", "refuses", "hangs", "defers", "drops"]  # the first is the control
KINDS = [Mailbox, Gateway]


@pytest.fixture
def db(tmp_path):
    made = empty_records(tmp_path / "ioc.sqlite")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    if not running_long("alerts-away"):
        monkeypatch.setattr(health, "LONGEST_WAIT_S", 1)


@contextmanager
def delivering(db, name, channel, limits=SECONDS):
    box = outbox(db, name, channel, limits)
    workers = DeliveryWorkers(box, {name: None})
    workers.start()
    try:
        yield workers
    finally:
        workers.stop(5)


def states(db):
    with db.read() as conn:
        query = sa.select(notification.c.state, sa.func.count()).group_by(notification.c.state)
        return {state: n for state, n in conn.execute(query)}


def of(address, taken):
    return [ref for to, ref in taken if to == address]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS, ids=["mail", "sms"])
def test_all_come_once_and_in_order_soon_after_it_is_well_again(db, kind, mode):
    with double(kind, mode) as far:
        addresses = far.addresses(RECEIVERS)
        refs = fill(db, ALERTS, addresses, channel=far.kind)
        with delivering(db, far.kind, far.channel):
            time.sleep(AWAY_S if mode != "ok" else 0)
            if mode != "ok":
                assert far.taken == []
                far.become("ok")
            began = time.monotonic()
            wait_until(lambda: states(db) == {"delivered": ALERTS * RECEIVERS}, "all delivered", 60)
            took = time.monotonic() - began
        sys.stdout.write(f"{far.kind} {mode}: {ALERTS * RECEIVERS} messages {took:.1f} s after it was well again\n")
        for i, address in enumerate(addresses):
            assert of(address, far.taken) == refs[i::RECEIVERS]


@pytest.mark.parametrize("away", [False, True], ids=["no fault", "an hour away"])
@pytest.mark.parametrize("kind", KINDS, ids=["mail", "sms"])
def test_well_again_too_late_it_is_one_message_a_receiver(db, kind, away):
    now = SystemClock().now_ms()
    with double(kind, "refuses" if away else "ok") as far:
        addresses = far.addresses(RECEIVERS)
        fill(db, ALERTS, addresses, channel=far.kind, at=now - (3_601_000 if away else 0))
        with delivering(db, far.kind, far.channel):
            if away:
                time.sleep(1)
                far.become("ok")
            wait_until(lambda: set(states(db)) <= {"delivered", "replaced"}, "all told", 60)
        told = {address: len(of(address, far.taken)) for address in addresses}
    assert told == dict.fromkeys(addresses, 1 if away else ALERTS)
    replaced = {"replaced": ALERTS * RECEIVERS} if away else {}
    assert states(db) == {**replaced, "delivered": sum(told.values())}


@pytest.mark.parametrize("poisoned", [False, True], ids=["no fault", "a poison receiver"])
@pytest.mark.parametrize("kind", KINDS, ids=["mail", "sms"])
def test_a_poison_receiver_blocks_nobody(db, kind, poisoned):
    with double(kind, "ok") as far:
        poison, *others = far.addresses(3)
        far.poison = poison if poisoned else ""
        refs = fill(db, ALERTS, [poison, *others], channel=far.kind)
        with delivering(db, far.kind, far.channel):
            began = time.monotonic()
            wait_until(lambda: all(len(of(to, far.taken)) == ALERTS for to in others), "the others", 60)
            took = time.monotonic() - began
            if poisoned:
                assert of(poison, far.taken) == []
                far.poison = ""
            wait_until(lambda: states(db) == {"delivered": ALERTS * 3}, "everybody", 60)
        assert of(poison, far.taken) == refs[::3]
        sys.stdout.write(f"{far.kind}: the others were told in {took:.1f} s, poisoned: {poisoned}\n")
