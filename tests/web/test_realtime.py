"""The live socket of a real worker: what a client hears, what it may not watch, and when it is put out."""

import json
import queue
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import paho.mqtt.client as paho
import pytest
import socketio
import websocket
from paho.mqtt.enums import CallbackAPIVersion

from ioc.core.keys import read_or_create
from ioc.core.model import Role
from ioc.domain.access import create_token, disable_user, revoke_token
from ioc.live.deltas import DELTA_TOPIC, NOTICE_TOPIC, Delta, Notice, Patch, seal
from ioc.platform.db.tables import latest, login_session, meta
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import source as source_table
from tests.databases import empty_records
from tests.servers import Mosquitto, mosquitto
from tests.web.conftest import KIOSKS, NORTH, ORGS, SATURDAY, SOURCES, SOUTH, _row, _tokens
from tests.web.serving import Worker, worker

SECONDS = 8.0
BOARD = {"id": "q", "kind": "queue_board", "options": {}}


class House:
    """A worker, its broker, and a hand on the bus as ingest has it."""

    def __init__(self, worker_: Worker, folder: Path, broker: Mosquitto, tokens: dict[str, str]) -> None:
        self.worker, self.db, self.tokens = worker_, worker_.db, tokens
        self.url = worker_.url
        self._key = read_or_create(folder / "live.key")
        self._mqtt = paho.Client(CallbackAPIVersion.VERSION2)
        self._mqtt.connect("127.0.0.1", broker.port)
        self._mqtt.loop_start()
        self._n = 0

    def publish(self, topic: str, body: Delta | Notice, key: bytes | None = None) -> None:
        self._mqtt.publish(topic, seal(key or self._key, body), qos=1).wait_for_publish(5)

    def say(self, source: Any, key: bytes | None = None, **values: Any) -> None:
        """A delta with new figures of one source."""
        self._n += 1
        now = time.time_ns() // 1_000_000
        patch = Patch(source, {name: (now, value) for name, value in values.items()}, {}, (now, True), now)
        self.publish(DELTA_TOPIC, Delta("life", self._n, now, [patch]), key)

    def close(self) -> None:
        self._mqtt.disconnect()
        self._mqtt.loop_stop()


class Screen:
    """A python-socketio client that keeps what it hears."""

    def __init__(self, url: str, **how: Any) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client = socketio.Client(reconnection=False)
        for name in ("snapshot", "delta", "beat", "display", "disconnect"):
            self.client.on(name, lambda body=None, name=name: self.heard.put((name, body)))
        self.client.connect(url, transports=["websocket"], wait_timeout=5, **how)

    def watch(self, *widgets: dict[str, Any]) -> Any:
        return self.client.call("watch", {"widgets": list(widgets)}, timeout=5)

    def next(self, name: str) -> Any:
        """The next message of that name; fails when none comes in time."""
        deadline = time.monotonic() + SECONDS
        while True:
            found, body = self.heard.get(timeout=max(0.01, deadline - time.monotonic()))
            if found == name:
                return body


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    db = empty_records(folder / "ioc.sqlite")
    with db.write() as conn:
        conn.execute(org_table.insert(), [{"parent": None, **org} for org in ORGS])
        conn.execute(source_table.insert(), [_row(key) for key in SOURCES])
        conn.execute(latest.insert().values(source_id=1, metrics={}, texts={}))
        conn.execute(meta.insert(), [{"key": "live_epoch", "value": "life"}, {"key": "live_n", "value": "0"}])
    tokens = _tokens(db)
    with mosquitto(folder) as broker, worker(folder, broker.port) as running:
        built = House(running, folder, broker, tokens)
        yield built
        built.close()
    assert "Traceback" not in running.log.read_text(encoding="utf-8")


@contextmanager
def connected(house: House, who: str = "operator", **how: Any) -> Iterator[Screen]:
    screen = Screen(house.url, **(how or {"auth": {"token": house.tokens[who]}}))
    try:
        yield screen
    finally:
        screen.client.disconnect()


def test_a_reading_reaches_the_screen_as_a_delta(house: House) -> None:
    with connected(house) as screen:
        assert screen.watch(BOARD) == {"ok": True}
        first = screen.next("snapshot")
        assert (first["id"], first["seq"]) == ("q", 1)
        began = time.monotonic()
        house.say(KIOSKS[NORTH], waiting=41)
        delta = screen.next("delta")
        while "waiting" not in delta["patch"].get("centres", {}).get(f"{NORTH}/kiosk-1", {}):
            delta = screen.next("delta")
        assert delta["patch"]["centres"][f"{NORTH}/kiosk-1"]["waiting"] == 41
        assert delta["seq"] > 1
        assert time.monotonic() - began < 1.0


def test_a_delta_that_is_not_signed_by_us_changes_nothing(house: House) -> None:
    house.say(KIOSKS[NORTH], key=b"x" * 32, waiting=666)
    house.say(KIOSKS[NORTH], waiting=5)
    with connected(house) as screen:
        screen.watch(BOARD)
        figures = screen.next("snapshot")["payload"]["centres"][f"{NORTH}/kiosk-1"]
        while figures["waiting"] != 5:
            assert figures["waiting"] != 666
            figures |= screen.next("delta")["patch"].get("centres", {}).get(f"{NORTH}/kiosk-1", {})


def test_a_beat_comes_each_second(house: House) -> None:
    with connected(house) as screen:
        assert screen.next("beat")["build"]
        began = time.monotonic()
        screen.next("beat")
        screen.next("beat")
        assert 1.5 < time.monotonic() - began < 3.0


def test_resync_sends_a_new_snapshot_with_the_next_number(house: House) -> None:
    with connected(house) as screen:
        screen.watch(BOARD)
        first = screen.next("snapshot")
        screen.client.emit("resync", {"id": "q"})
        second = screen.next("snapshot")
        assert second["seq"] > first["seq"]
        assert screen.client.call("resync", {"id": "nothing"}, timeout=5)["ok"] is False


def test_one_bad_widget_leaves_the_others_watched(house: House) -> None:
    with connected(house) as screen:
        answer = screen.watch(BOARD, {"id": "bad", "kind": "weather", "options": {}}, {"kind": "kpi"})
        assert answer["ok"] is False
        assert answer["errors"]["bad"]["code"] == "unknown_widget"
        assert screen.next("snapshot")["id"] == "q"
        assert screen.client.call("watch", "nonsense", timeout=5)["ok"] is False


def test_a_bound_token_watches_its_own_district_only(house: House) -> None:
    with connected(house, "leader-north") as screen:
        kinds = [{"id": kind, "kind": kind, "options": {}} for kind in ("queue_board", "vc_grid", "freshness")]
        foreign = {"id": "f", "kind": "queue_board", "options": {"org": SOUTH}}
        assert screen.watch(*kinds, foreign)["errors"]["f"]["code"] == "unknown_org"
        for _ in kinds:
            text = str(screen.next("snapshot"))
            assert SOUTH not in text
            assert "Bắc Quang" not in text
        house.say(KIOSKS[SOUTH], waiting=99)
        house.say(KIOSKS[NORTH], waiting=77)
        delta = screen.next("delta")
        while "77" not in str(delta):
            assert SOUTH not in str(delta)
            delta = screen.next("delta")


@pytest.mark.parametrize("how", [{}, {"auth": {"token": "wrong"}}, {"headers": {"Cookie": "ioc_session=x"}}])
def test_nobody_we_know_is_not_let_in(house: House, how: dict[str, Any]) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Screen(house.url, **how)


@pytest.mark.parametrize(("origin", "welcome"), [("own", True), (None, True), ("https://evil.example", False)])
def test_only_our_own_pages_may_connect(house: House, origin: str | None, welcome: bool) -> None:
    url = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    how = {"origin": house.url if origin == "own" else origin, "suppress_origin": origin is None, "timeout": 5}
    if welcome:
        line = websocket.create_connection(url, **how)
        assert line.recv().startswith("0{")
        line.close()
    else:
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(url, **how)


def test_a_client_that_stops_reading_is_cut_and_the_others_go_on(house: House) -> None:
    url = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(url, timeout=5, sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
    line.send("40" + json.dumps({"token": house.tokens["wall"]}))
    line.send("420" + json.dumps(["watch", {"widgets": [BOARD]}]))
    with connected(house) as screen:
        screen.watch(BOARD)
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and _clients(house) > 1:
            screen.next("beat")
        assert _clients(house) == 1
    line.close()


def _clients(house: House) -> int:
    text = httpx2.get(f"{house.url}/metrics", headers={"Authorization": f"Bearer {house.tokens['wall']}"}).text
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("ioc_live_clients "))


def test_polling_is_not_spoken(house: House) -> None:
    assert httpx2.get(f"{house.url}/socket.io/?EIO=4&transport=polling").status_code == 400


def test_a_revoked_token_is_put_out(house: House) -> None:
    text = create_token(house.db, "short", Role.WALL, None, SATURDAY)
    with connected(house, auth={"token": text}) as screen:
        screen.watch(BOARD)
        screen.next("snapshot")
        revoke_token(house.db, "short", SATURDAY)
        screen.next("disconnect")


def test_what_is_sent_to_a_display_is_there_within_a_second(house: House) -> None:
    admin = httpx2.Client(base_url=house.url, headers={"Authorization": f"Bearer {house.tokens['admin']}"})
    browser = httpx2.Client(base_url=house.url)
    begun = browser.post("/api/v1/displays/pair").json()
    assert admin.post(f"/api/v1/displays/{begun['code']}/approve", json={"name": "sanh"}).status_code == 200
    assert browser.get(begun["poll"]).json()["approved"]
    with connected(house, headers={"Cookie": f"ioc_session={browser.cookies['ioc_session']}"}) as screen:
        screen.watch(BOARD)
        assert screen.next("display")["name"] == "sanh"
        began = time.monotonic()
        admin.post("/api/v1/displays/sanh/show", json={"scene": "mot-cua"})
        assert screen.next("display")["show"]["scene"] == "mot-cua"
        assert time.monotonic() - began < 1.0
        assert admin.delete("/api/v1/displays/sanh").status_code == 204
        screen.next("disconnect")
    assert browser.get("/api/v1/me").status_code == 401


def test_a_socket_ends_with_its_session_and_watches_nothing_after_it(house: House) -> None:
    good = {"username": "mai", "password": "mat-khau-dai"}
    browsers = [httpx2.Client(base_url=house.url) for _ in range(2)]
    assert [browser.post("/api/v1/session", json=good).status_code for browser in browsers] == [200, 200]
    cookies = [{"Cookie": f"ioc_session={browser.cookies['ioc_session']}"} for browser in browsers]
    with connected(house, headers=cookies[0]) as first, connected(house, headers=cookies[1]) as second:
        first.watch(BOARD)
        first.next("snapshot")
        began = time.monotonic()
        assert browsers[0].delete("/api/v1/session").status_code == 204
        first.next("disconnect")
        assert time.monotonic() - began < 2.0
        second.watch(BOARD)
        second.next("snapshot")  # the other session of the same person goes on
        with house.db.write() as conn:
            conn.execute(login_session.delete())
        assert second.watch(BOARD)["error"]["code"] == "unauthenticated"
        second.next("disconnect")
    with pytest.raises(socketio.exceptions.ConnectionError), connected(house, headers=cookies[0]):
        pass


def test_a_session_watches_until_its_user_is_disabled(house: House) -> None:
    browser = httpx2.Client(base_url=house.url)
    assert browser.post("/api/v1/session", json={"username": "mai", "password": "mat-khau-dai"}).status_code == 200
    with connected(house, headers={"Cookie": f"ioc_session={browser.cookies['ioc_session']}"}) as screen:
        screen.watch(BOARD)
        screen.next("snapshot")
        disable_user(house.db, "mai", SATURDAY)
        screen.next("disconnect")


def test_a_notice_makes_alerts_appear_at_once(house: House) -> None:
    from ioc.platform.db.tables import alert

    now = time.time_ns() // 1_000_000
    with connected(house) as screen:
        screen.watch({"id": "a", "kind": "alert_feed", "options": {}})
        screen.next("snapshot")
        with house.db.write() as conn:
            conn.execute(alert.insert().values(
                fingerprint="x", rule="gone", severity="critical", state="firing", org=NORTH, title="alert.offline",
                params={}, since=now, open=True))  # fmt: skip
        house.publish(NOTICE_TOPIC, Notice("alerts", now))
        began = time.monotonic()
        delta = screen.next("delta")
        while "alerts" not in delta["patch"]:
            delta = screen.next("delta")
        assert time.monotonic() - began < 1.5


def test_the_database_locked_elsewhere_freezes_no_screen(house: House) -> None:
    with connected(house) as screen:
        screen.watch(BOARD)
        screen.next("snapshot")
        with house.db.write():
            for waiting in (101, 102, 103):
                began = time.monotonic()
                house.say(KIOSKS[NORTH], waiting=waiting)
                while f"{waiting}" not in str(screen.next("delta")):
                    pass
                assert time.monotonic() - began < 1.0


def test_a_replay_of_the_quarantine_reaches_the_broker(house: House) -> None:
    from ioc.platform.db.tables import quarantine

    with house.db.write() as conn:
        conn.execute(quarantine.insert().values(
            inbox="a", seq=1, element=0, received_at=SATURDAY, topic=f"ioc/v1/{NORTH}/queue/kiosk-1/state",
            payload=b"{bad", reason="bad_json", detail=""))  # fmt: skip
    bearer = {"Authorization": f"Bearer {house.tokens['admin']}"}
    answer = httpx2.post(f"{house.url}/api/v1/quarantine/replay", headers=bearer, json={}, timeout=15)
    assert answer.json() == {"sent": 1}


def test_a_taken_port_is_one_clear_line() -> None:
    from ioc.core.errors import IocError
    from web.listen import bind

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(IocError) as refused:
        bind("127.0.0.1", taken.getsockname()[1])
    assert refused.value.code == "port_taken"
