"""No query runs while the world is locked: the bus's thread waits on that lock, and answers the broker's keepalive."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import pytest
import sqlalchemy as sa

from alerts import service
from alerts.daily import DailySnapshots
from alerts.engine.evaluator import LiveInput
from ioc.core import registry
from ioc.live.deltas import DELTA_TOPIC, Delta, Patch, seal
from ioc.live.follow import Follower
from ioc.platform.broker import KEEPALIVE_S
from ioc.platform.db import Database
from tests.alerts.conftest import Stage

RULES = """
[[rule]]
id = "offline"
kind = "offline"
severity = "critical"
[[rule]]
id = "threshold"
kind = "threshold"
severity = "warning"
on = { kind = "queue", metric = "waiting" }
above = 10
[[rule]]
id = "system"
kind = "system"
severity = "critical"
[[rule]]
id = "feed_late"
kind = "feed_late"
severity = "warning"
[[rule]]
id = "dossier_overdue"
kind = "dossier_overdue"
severity = "warning"
[[rule]]
id = "dossier_reconciliation"
kind = "dossier_reconciliation"
severity = "warning"
[[rule]]
id = "calendar_unconfirmed"
kind = "calendar_unconfirmed"
severity = "warning"
[[rule]]
id = "ratio"
kind = "ratio"
on = { kind = "queue", states = ["offline"] }
above = 50
[[rule]]
id = "no_counter_open"
kind = "no_counter_open"
[[rule]]
id = "call_left_open"
kind = "call_left_open"
[[rule]]
id = "conference_precheck"
kind = "conference_precheck"
[[rule]]
id = "clock_suspect"
kind = "clock_suspect"
[[rule]]
id = "dossier_near_due"
kind = "dossier_near_due"
[[rule]]
id = "display_silent"
kind = "display_silent"
[[rule]]
id = "rate_of_change"
kind = "rate_of_change"
on = { kind = "queue", metric = "waiting" }
above = 5
[[rule]]
id = "delivery_failing"
kind = "delivery_failing"
[[rota]]
name = "truc"
shifts = [{ days = "mon-sun", hours = "00:00-24:00", who = ["truc-ban"] }]
[[rule]]
id = "shift_untaken"
kind = "shift_untaken"
rota = "truc"
desk = "ban-truc"
[[rule]]
id = "rota_gap"
kind = "rota_gap"
[[rule]]
id = "dossier_waiting_at"
kind = "dossier_waiting_at"
[[rule]]
id = "org_overdue_share"
kind = "org_overdue_share"
above = 20
"""


class OwnedLock:
    """A re-entrant lock that knows whether the calling thread holds it."""

    def __init__(self) -> None:
        self._lock, self._held = threading.RLock(), threading.local()
        self.taken = 0

    @property
    def mine(self) -> bool:
        return getattr(self._held, "depth", 0) > 0

    def __enter__(self) -> None:
        self._lock.acquire()
        self._held.depth = getattr(self._held, "depth", 0) + 1
        self.taken += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._held.depth -= 1
        self._lock.release()


class Bus:
    """Hands a delta to whoever subscribed, in the thread that publishes: the broker's."""

    def __init__(self) -> None:
        self.handlers = {}

    def subscribe(self, topic, handler, qos=0) -> None:
        self.handlers[topic] = handler

    def deliver(self, delta: Delta) -> None:
        self.handlers[DELTA_TOPIC](DELTA_TOPIC, seal(b"key", delta), False)


class Followed:
    """An engine that looks at the world as the role does: through a follower of the live deltas."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.bus, self.lock = stage, Bus(), OwnedLock()
        self.kiosk = stage.add("xm/queue/kiosk-1")
        stage.add("hg/dossier/motcua")
        self.follower = Follower(stage.context, self.bus)
        self.follower._lock = self.lock
        self.follower.world.inventory = stage.world.inventory
        live = LiveInput(self.follower.snapshot, lambda: True)
        self.engine = service.build_engine(stage.context, stage.lease, live, stage.rules, {"pocket": stage.pocket})

    def hear(self, n: int, waiting: int) -> None:
        now = self.stage.clock.now_ms()
        self.bus.deliver(Delta("e", n, now, [Patch(self.kiosk, {"waiting": (now, waiting)}, heard_at=now)]))

    @property
    def waiting(self) -> object:
        return self.follower.world.of(self.kiosk).values().get("waiting")


@contextmanager
def guarded(db: Database, lock: OwnedLock) -> Iterator[list[str]]:
    """Every statement; one from a thread that holds the world is a failure."""
    statements: list[str] = []

    def check(_conn, _cursor, statement, *_rest) -> None:
        assert not lock.mine, f"the world is locked while this runs: {statement}"
        statements.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", check)
    try:
        yield statements
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", check)


@pytest.fixture
def followed(stage) -> Followed:
    return Followed(stage(RULES))


def test_every_kind_of_rule_is_among_them(stage) -> None:
    assert {rule.kind for rule in stage(RULES).context.settings.rule} == set(registry.scan("alerts.rules"))


def test_no_rule_queries_while_the_world_is_locked(followed: Followed) -> None:
    with guarded(followed.stage.db, followed.lock) as statements:
        for n in range(3):
            followed.hear(n + 1, 20)
            followed.engine.tick()
            followed.stage.clock.advance(60)
    assert followed.lock.taken, "the lock that is watched is the one in use"
    assert any("FROM dossier" in statement for statement in statements), "rules that query were looked at"
    assert "threshold" in {alert.rule for alert in followed.stage.alerts}


def test_the_figures_of_a_day_are_not_queried_while_the_world_is_locked(followed: Followed) -> None:
    stage = followed.stage
    with guarded(stage.db, followed.lock) as statements:
        DailySnapshots(stage.db, stage.clock, stage.lease, followed.follower.snapshot, "17:00").run()
    assert statements


def test_the_guard_sees_a_query_under_the_lock(followed: Followed) -> None:
    db, refused = followed.stage.db, pytest.raises(AssertionError, match="the world is locked")
    with guarded(db, followed.lock), followed.lock, refused, db.read() as conn:
        conn.execute(sa.text("SELECT 1"))


def test_a_database_that_hangs_keeps_no_delta_waiting(followed: Followed) -> None:
    stage = followed.stage
    hanging, answer = threading.Event(), threading.Event()

    def hang(*_args) -> None:
        if threading.current_thread() is ticking:
            hanging.set()
            answer.wait(30)

    ticking = threading.Thread(target=followed.engine.tick, daemon=True)
    sa.event.listen(stage.db.engine, "before_cursor_execute", hang)
    followed.hear(1, 3)
    ticking.start()
    assert hanging.wait(10), "a rule waits for its database"
    for second in range(2 * KEEPALIVE_S):
        stage.clock.advance(1)
        delivery = threading.Thread(target=followed.hear, args=(2 + second, 100 + second), daemon=True)
        delivery.start()
        delivery.join(5)
        assert not delivery.is_alive(), "the broker's thread waits for a rule's query"
    assert followed.waiting == 100 + 2 * KEEPALIVE_S - 1
    assert ticking.is_alive(), "the database still hangs"
    answer.set()
    ticking.join(10)
    assert not ticking.is_alive()


def test_a_snapshot_stands_still_and_the_next_one_has_moved_on(followed: Followed) -> None:
    followed.hear(1, 3)
    first = followed.follower.snapshot()
    followed.hear(2, 4)
    second = followed.follower.snapshot()
    assert [world.of(followed.kiosk).values()["waiting"] for world in (first, second)] == [3, 4]
    assert first.inventory is second.inventory
