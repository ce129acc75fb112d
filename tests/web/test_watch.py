"""Watching: one computation for many, sequence without gaps, merging for the slow, an end for the stalled."""

import json
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ioc.core.clock import rfc3339
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, SourceKey
from ioc.domain.access import Principal, Via
from ioc.platform.beat import LATE_MS
from ioc.platform.db.tables import role_beat
from tests.web.conftest import KIOSKS, NORTH, SOUTH, Province
from web.clients import STALL_S, Client
from web.mergepatch import apply
from web.pump import DeltaPump
from web.subject import Request, subject
from web.turns import AskingPace
from web.watch import Board

AWAY = IocError(Code.STORE_UNAVAILABLE, "not reached")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WHO = Principal("wall", Role.WALL, None, "vi", Via.BEARER)


@dataclass
class Screen:
    """An outlet that keeps what it is sent; `full` is how much it has not taken."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    full: int = 0
    was_cut: bool = False

    def waiting(self) -> int:
        return self.full

    def send(self, event: str) -> None:
        name, body = json.loads(event)
        self.events.append((name, body))

    def cut(self) -> None:
        self.was_cut = True

    def payload(self) -> Any:
        """What the screen shows after all it was sent."""
        shown: Any = None
        for name, body in self.events:
            shown = body["payload"] if name == "snapshot" else apply(shown, body["patch"]) if name == "delta" else shown
        return shown

    def names(self) -> list[str]:
        return [name for name, _ in self.events if name != "beat"]


class Desk:
    """A pump with screens around it."""

    def __init__(self, province: Province) -> None:
        self.province, self.board = province, Board()
        self.pump = DeltaPump(province.site, self.board, lambda: None)

    def screen(self, name: str, widget: str = "queue_board", /, **options: Any) -> Screen:
        screen = Screen()
        client = Client(WHO, screen, AskingPace(10.0, 60, lambda: 0.0))
        site = self.province.site
        wanted = subject(site.widgets, Request("w", widget, options), site.orgs.scope(None), "hg")
        client.watch({"w": self.board.join(wanted)}, self.board)
        site.clients.add(name, client)
        return screen

    def change(self, key: SourceKey, **values: Any) -> None:
        self.province.clock.advance(0.3)
        self.province.say(key, **values)
        self.pump.touch({key})
        self.pump.step()


@pytest.fixture
def desk(province: Province) -> Desk:
    return Desk(province)


def test_first_a_snapshot_then_deltas_numbered_by_one(desk: Desk) -> None:
    screen = desk.screen("a")
    for waiting in (4, 5, 6):
        desk.change(KIOSKS[NORTH], waiting=waiting)
    assert screen.names() == ["snapshot", "delta", "delta"]
    assert [body["seq"] for name, body in screen.events if name != "beat"] == [1, 2, 3]
    assert screen.payload()["centres"][f"{NORTH}/kiosk-1"]["waiting"] == 6


def test_screens_of_one_view_share_one_computation(desk: Desk) -> None:
    screens = [desk.screen(str(n)) for n in range(5)]
    desk.screen("other", org=NORTH)
    assert len(desk.board) == 2
    desk.change(KIOSKS[SOUTH], waiting=9)
    assert len({json.dumps(screen.events) for screen in screens}) == 1
    for n in range(5):
        desk.province.site.clients.drop(str(n), desk.board)
    assert len(desk.board) == 1


def test_a_change_elsewhere_says_nothing(desk: Desk) -> None:
    screen = desk.screen("a", org=NORTH)
    desk.change(KIOSKS[NORTH], waiting=1)
    desk.change(KIOSKS[SOUTH], waiting=2)
    assert screen.names() == ["snapshot"]


def test_what_a_slow_screen_missed_comes_merged(desk: Desk) -> None:
    slow, quick = desk.screen("slow"), desk.screen("quick")
    desk.change(KIOSKS[NORTH], waiting=1)
    slow.full = 1000
    for waiting in (2, 3, 4):
        desk.change(KIOSKS[NORTH], waiting=waiting)
    slow.full = 0
    desk.change(KIOSKS[SOUTH], waiting=8)
    assert [body["seq"] for name, body in slow.events if name != "beat"] == [1, 2]
    assert slow.payload() == quick.payload()
    assert quick.names() == ["snapshot"] + ["delta"] * 4


def beat(desk: Desk, screen: Screen) -> dict[str, Any]:
    """The next one."""
    desk.province.clock.advance(1.1)
    desk.pump.load_facts()
    desk.pump.step()
    return [body for name, body in screen.events if name == "beat"][-1]


def test_a_beat_says_what_is_not_at_work_behind_it_and_since_when(desk: Desk) -> None:
    screen, clock, db = desk.screen("a"), desk.province.clock, desk.province.db
    for role in ("alerts", "ingest", "connectors"):
        with db.write() as conn:
            conn.execute(role_beat.insert().values(role=role, at=clock.now_ms(), ok=True, detail={}))
    heard_at = clock.now_ms()
    assert "silent" not in beat(desk, screen)
    clock.advance(LATE_MS / 1000)
    assert beat(desk, screen)["silent"] == dict.fromkeys(("alerts", "ingest"), rfc3339(heard_at, ZONE))
    stuck = {"at": clock.now_ms(), "ok": False, "detail": {"stuck": "sms"}}
    with db.write() as conn:
        conn.execute(role_beat.update().values(stuck))
    since = beat(desk, screen)["silent"]
    assert set(since) == {"delivery"}
    assert beat(desk, screen)["silent"] == since, "as long as it lasts it began when it was seen first"


def test_a_beat_says_that_the_database_does_not_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = desk.screen("a")
    beat(desk, screen)
    monkeypatch.setattr(desk.pump, "load_facts", lambda: None)
    desk.province.clock.advance(LATE_MS / 1000)
    assert set(beat(desk, screen)["silent"]) == {"database"}


def test_a_screen_that_takes_nothing_is_cut_one_that_is_slow_is_not(desk: Desk) -> None:
    dead, slow = desk.screen("dead"), desk.screen("slow")
    desk.change(KIOSKS[NORTH], waiting=1)
    dead.full, slow.full = 500, 5_000
    for step in range(int(STALL_S) + 3):
        slow.full -= 10
        desk.province.clock.advance(0.7)
        desk.change(KIOSKS[NORTH], waiting=step)
    assert dead.was_cut
    assert not slow.was_cut
    assert desk.province.site.clients.cut > 0


def test_resync_begins_again_with_the_next_number(desk: Desk) -> None:
    screen = desk.screen("a")
    desk.change(KIOSKS[NORTH], waiting=1)
    client = desk.province.site.clients.get("a")
    assert client is not None
    client.widgets["w"].restart()
    desk.change(KIOSKS[NORTH], waiting=2)
    assert screen.names() == ["snapshot", "snapshot"]
    assert [body["seq"] for name, body in screen.events if name != "beat"] == [1, 2]


def test_a_source_born_later_appears_by_delta(desk: Desk) -> None:
    from ioc.domain.inventory.records import register

    screen, province = desk.screen("a"), desk.province
    desk.change(KIOSKS[NORTH], waiting=1)
    newcomer = SourceKey(NORTH, "queue", "kiosk-2")
    with province.db.write() as conn:
        register(province.db, conn, newcomer, province.clock.now_ms())
    province.reload()
    desk.change(newcomer, waiting=7)
    assert screen.names() == ["snapshot", "delta"]
    assert screen.payload()["centres"][f"{NORTH}/kiosk-2"]["health"] == "pending"


def test_silence_alone_turns_a_screen_stale(desk: Desk) -> None:
    screen = desk.screen("a")
    desk.change(KIOSKS[NORTH], waiting=1)
    assert screen.payload()["state"] == "live"
    desk.province.clock.advance(400)
    desk.pump.step()
    assert screen.payload()["state"] == "stale"
    assert screen.payload()["centres"][f"{NORTH}/kiosk-1"].get("waiting") is None


def test_each_second_has_a_beat(desk: Desk) -> None:
    screen = desk.screen("a")
    for _ in range(4):
        desk.province.clock.advance(1)
        desk.pump.step()
    beats = [body for name, body in screen.events if name == "beat"]
    assert len(beats) == 4
    assert beats[0]["build"] == "build-1"
    assert beats[0]["now"].endswith("+07:00")


def test_a_trend_is_shown_once_its_series_were_read(desk: Desk) -> None:
    screen = desk.screen("a", "trend", kind="queue", metric="waiting", hours=1, compare="week")
    desk.pump.step()
    assert screen.names() == []
    assert desk.pump.load_series()
    desk.pump.step()
    payload = screen.payload()
    assert payload["sources"] == 2
    assert {value for _, value in payload["points"]} == {2.0}
    assert [t for t, _ in payload["previous"]] == [t for t, _ in payload["points"]]
    assert not desk.pump.load_series()
    desk.province.clock.advance(61)
    assert desk.pump.load_series()


def test_a_trend_whose_store_is_away_says_so_and_is_live_again_with_it(desk: Desk) -> None:
    store = desk.province.store
    early = desk.screen("early", "trend", kind="queue", metric="waiting", hours=1)
    states = []
    for away in (False, True, False):
        store.trouble = AWAY if away else None
        desk.pump.load_series()
        desk.change(KIOSKS[NORTH], waiting=1)
        states.append((early.payload()["state"], len(early.payload()["points"])))
        desk.province.clock.advance(61)
    assert states == [("live", 60), ("stale", 60), ("live", 60)]


def test_a_trend_never_read_is_unknown(desk: Desk) -> None:
    desk.province.store.trouble = AWAY
    screen = desk.screen("late", "trend", kind="queue", metric="waiting", hours=1)
    desk.pump.load_series()
    desk.change(KIOSKS[NORTH], waiting=1)
    assert (screen.payload()["state"], screen.payload()["points"]) == ("unknown", [])


def test_a_widget_that_fails_leaves_the_others_alive(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = desk.screen("broken", "vc_grid"), desk.screen("sound")

    def fail(_sight: Any, _options: Any) -> dict[str, Any]:
        raise KeyError("a bug")

    monkeypatch.setattr(desk.province.site.widgets["vc_grid"], "snapshot", fail)
    desk.change(KIOSKS[NORTH], waiting=1)
    assert broken.names() == []
    assert sound.names() == ["snapshot"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request("w", "no_such"), "unknown_widget"),
        (Request("", "vc_grid"), "invalid_value"),
        (Request("w", "kpi", {"figure": "weather"}), "invalid_value"),
        (Request("w", "vc_grid", {"colour": "red"}), "invalid_value"),
        (Request("w", "vc_grid", {"org": SOUTH}), "unknown_org"),
    ],
)
def test_a_bad_request_says_what_is_wrong(province: Province, request_: Request, code: str) -> None:
    with pytest.raises(IocError) as refused:
        subject(province.site.widgets, request_, province.site.orgs.scope(NORTH), NORTH)
    assert refused.value.code == code
