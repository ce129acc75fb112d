"""A reader stays in step with ingest: no gap between snapshot and deltas, nobody else's word believed."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ioc.config.settings import Settings
from ioc.live.deltas import DELTA_TOPIC, NOTICE_TOPIC, Delta, Notice, Patch, seal
from ioc.live.follow import Follower
from tests.clock import FakeClock
from tests.ingest.test_records import KIOSK, NOW, Line
from tests.live.worlds import kinds

KEY = b"k" * 32


class FakeBus:
    """Delivers at once what a test publishes."""

    def __init__(self) -> None:
        self.handlers = {}

    def subscribe(self, topic, handler, qos=0) -> None:
        self.handlers[topic] = handler

    def publish(self, topic: str, body: object, key: bytes = KEY) -> None:
        self.handlers[topic](topic, seal(key, body), False)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    line = Line(tmp_path / "ioc.sqlite")
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW, "waiting": 1}))
    line.flush()
    return line


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
def follower(tmp_path: Path, line: Line, bus: FakeBus) -> Follower:
    settings = Settings(data_dir=str(tmp_path))
    context = SimpleNamespace(settings=settings, db=line.db, kinds=kinds(), clock=FakeClock(NOW), live_key=KEY)
    return Follower(context, bus)


def delta(n: int, waiting: int, epoch: str = "e", t: int = NOW) -> Delta:
    return Delta(epoch, n, t, [Patch(KIOSK, {"waiting": (t + n, waiting)})])


def waiting(follower: Follower) -> object:
    return follower.world.of(KIOSK).values().get("waiting")


def test_a_snapshot_then_deltas(follower: Follower, bus: FakeBus) -> None:
    heard = []
    follower.on_change(heard.append)
    follower.tick()
    assert waiting(follower) == 1
    bus.publish(DELTA_TOPIC, delta(1, 5))
    assert waiting(follower) == 5
    assert heard == [{KIOSK}, {KIOSK}]


def test_a_delta_heard_before_the_snapshot_is_not_lost_to_it(follower: Follower, bus: FakeBus) -> None:
    bus.publish(DELTA_TOPIC, delta(7, 9))
    assert waiting(follower) == 9
    follower.tick()
    assert waiting(follower) == 9
    assert KIOSK in follower.world.inventory.sources


def test_after_a_gap_snapshots_are_taken_until_one_closes_it(line: Line, follower: Follower, bus: FakeBus) -> None:
    follower.tick()
    bus.publish(DELTA_TOPIC, delta(3, 4))  # 1 and 2 never came; one of them said that the paper is out
    assert waiting(follower) == 4
    follower.tick()
    assert follower.world.of(KIOSK).words() == {}
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW + 1, "waiting": 2, "paper": "out"}))
    line.records.world.n = 3
    line.flush()
    follower.tick()
    assert follower.world.of(KIOSK).words() == {"paper": "out"}
    assert waiting(follower) == 4


def test_a_new_life_of_ingest_is_followed(follower: Follower, bus: FakeBus) -> None:
    follower.tick()
    bus.publish(DELTA_TOPIC, delta(1, 8, epoch="next"))
    assert (follower.world.epoch, waiting(follower)) == ("next", 8)


def test_what_is_not_signed_by_us_is_dropped_and_counted(follower: Follower, bus: FakeBus) -> None:
    follower.tick()
    bus.publish(DELTA_TOPIC, delta(1, 99), key=b"another")
    bus.handlers[DELTA_TOPIC](DELTA_TOPIC, b"short", False)
    bus.publish(NOTICE_TOPIC, Notice("alerts", NOW), key=b"another")
    assert waiting(follower) == 1
    assert follower.unsigned == 3


def test_a_notice_says_what_to_look_at(follower: Follower, bus: FakeBus) -> None:
    heard = []
    follower.on_notice(heard.append)
    bus.publish(NOTICE_TOPIC, Notice("alerts", NOW))
    assert heard == ["alerts"]


def test_an_imported_source_appears_without_a_delta(line: Line, follower: Follower) -> None:
    follower.tick()
    line.take(("ioc/v1/hg/link/cap-2/state", {"ts": NOW, "up": True}))
    line.flush()
    heard = []
    follower.on_change(heard.append)
    follower.tick()
    assert {str(key) for keys in heard for key in keys} == {"hg/link/cap-2"}
