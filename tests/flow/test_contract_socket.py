"""Contract, live socket: an ordinary Socket.IO client on a real installation."""

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import socketio
from socketio.exceptions import ConnectionError as Refused

from ioc.core.registry import Plugins
from tests.flow.conftest import House, command
from web.server import widgets


@dataclass
class Screen:
    """A connected client; `state` is what a reader of the contract makes of snapshots and patches."""

    client: socketio.Client
    heard: "queue.Queue[tuple[str, dict[str, Any]]]" = field(default_factory=queue.Queue)
    beats: "queue.Queue[dict[str, Any]]" = field(default_factory=queue.Queue)
    state: dict[str, Any] = field(default_factory=dict)
    seq: dict[str, int] = field(default_factory=dict)

    def watch(self, *widgets: dict[str, Any]) -> Any:
        return self.client.call("watch", {"widgets": list(widgets)}, timeout=10)

    def next(self, within: float = 10) -> tuple[str, dict[str, Any]]:
        """The next event, applied; its number is one more than the last of its widget."""
        name, event = self.heard.get(timeout=within)
        id_ = event["id"]
        assert event["seq"] == self.seq.get(id_, 0) + 1
        assert datetime.fromisoformat(event["as_of"]).utcoffset() is not None
        self.seq[id_] = event["seq"]
        self.state[id_] = event["payload"] if name == "snapshot" else merged(self.state[id_], event["patch"])
        return name, event

    def until(self, check: Any, within: float = 10) -> tuple[str, dict[str, Any]]:
        deadline = time.monotonic() + within
        while True:
            name, event = self.next(max(0.01, deadline - time.monotonic()))
            if check(self.state):
                return name, event


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merged(kept.get(key), value)
    return kept


@contextmanager
def connected(house: House, *, who: str | None = "operator", **how: Any) -> Iterator[Screen]:
    client = socketio.Client(reconnection=False)
    screen = Screen(client)
    client.on("snapshot", lambda event: screen.heard.put(("snapshot", event)))
    client.on("delta", lambda event: screen.heard.put(("delta", event)))
    client.on("beat", screen.beats.put)
    auth = {"token": house.tokens[who]} if who else None
    client.connect(house.url, auth=auth, transports=["websocket"], wait_timeout=5, **how)
    try:
        yield screen
    finally:
        client.disconnect()


def waiting(source: str, org: str = "hg.dong-van") -> Any:
    return lambda state: state["q"]["centres"].get(f"{org}/{source}", {}).get("waiting")


def test_a_snapshot_then_deltas_that_add_up_to_what_rest_says(house: House) -> None:
    key = "hg.dong-van/queue/k1"
    house.publish(f"{key}/state", {"waiting": 1})
    house.source(key, waiting=1)
    with connected(house) as screen:
        assert screen.watch({"id": "q", "kind": "queue_board", "options": {"org": "hg.dong-van"}}) == {"ok": True}
        name, first = screen.next()
        assert (name, first["id"], first["seq"]) == ("snapshot", "q", 1)
        for figure in (11, 12, 13):
            said = time.monotonic()
            house.publish(f"{key}/state", {"waiting": figure, "serving": 2})
            name, event = screen.until(lambda state, figure=figure: waiting("k1")(state) == figure)
            assert name == "delta"
            assert time.monotonic() - said < 1
        assert isinstance(event["patch"], dict)
        polled = house.get("/live", widgets='[{"id":"q","kind":"queue_board","options":{"org":"hg.dong-van"}}]')
        told = polled["items"][0]["payload"]["centres"]["hg.dong-van/k1"]
        assert screen.state["q"]["centres"]["hg.dong-van/k1"] == told


def test_a_source_born_after_watch_appears_by_delta(house: House) -> None:
    with connected(house) as screen:
        screen.watch({"id": "q", "kind": "queue_board", "options": {}})
        screen.next()
        house.publish("hg.meo-vac/queue/born-later/state", {"waiting": 6})
        name, _event = screen.until(lambda state: waiting("born-later", "hg.meo-vac")(state) == 6)
        assert name == "delta"
        assert screen.state["q"]["centres"]["hg.meo-vac/born-later"]["health"] == "pending"


def test_an_alert_comes_and_goes_by_delta(house: House) -> None:
    with connected(house) as screen:
        screen.watch({"id": "a", "kind": "alert_feed", "options": {"org": "hg.dong-van", "limit": 50}})
        screen.next()

        def mine(state: dict[str, Any]) -> list[dict[str, Any]]:
            return [alert for alert in state["a"]["alerts"].values() if alert["source"] == "levels"]

        house.publish("hg.dong-van/queue/levels/state", {"longest_wait_s": 4_000})
        screen.until(lambda state: any(alert["state"] == "firing" for alert in mine(state)))
        alert_id = next(alert["id"] for alert in mine(screen.state) if alert["state"] == "firing")
        house.post(f"/alerts/{alert_id}/acknowledge", who="operator")
        screen.until(lambda state: state["a"]["alerts"][str(alert_id)]["acknowledged_by"] == "operator")
        house.publish("hg.dong-van/queue/levels/state", {"longest_wait_s": 1})
        screen.until(lambda state: str(alert_id) not in state["a"]["alerts"])


def test_resync_begins_again_with_the_next_number(house: House) -> None:
    with connected(house) as screen:
        screen.watch({"id": "f", "kind": "freshness", "options": {}})
        assert screen.next()[0] == "snapshot"
        assert screen.client.call("resync", {"id": "f"}, timeout=10) == {"ok": True}
        name, _event = screen.until(lambda _state: True)
        while name != "snapshot":
            name, _event = screen.next()
        assert screen.seq["f"] >= 2


def test_a_new_watch_replaces_the_old_and_counts_from_one(house: House) -> None:
    with connected(house) as screen:
        screen.watch({"id": "f", "kind": "freshness", "options": {}})
        screen.next()
        screen.seq.clear()
        assert screen.watch({"id": "v", "kind": "vc_grid", "options": {}})["ok"]
        name, event = screen.next()
        assert (name, event["id"]) == ("snapshot", "v")


def test_every_kind_there_is_answers_without_options(house: House) -> None:
    kinds = ["kpi", "queue_board", "vc_grid", "service_status", "alert_feed", "trend", "freshness"]
    with connected(house) as screen:
        assert screen.watch(*({"id": kind, "kind": kind, "options": {}} for kind in kinds))["ok"]
        while len(screen.state) < len(kinds):
            screen.next()
        assert all({"org", "state", "simulated", "as_of"} <= payload.keys() for payload in screen.state.values())


def test_what_cannot_be_watched_is_named_and_the_rest_goes_on(house: House) -> None:
    with connected(house) as screen:
        answer = screen.watch(
            {"id": "x", "kind": "no_such", "options": {}}, {"id": "f", "kind": "freshness", "options": {}}
        )
        assert answer["ok"] is False
        assert answer["errors"]["x"]["code"] == "unknown_widget"
        assert screen.next()[1]["id"] == "f"
        assert screen.client.call("watch", ["nonsense"], timeout=10)["ok"] is False


def test_a_beat_comes_every_second(house: House) -> None:
    with connected(house) as screen:
        screen.beats.get(timeout=5)
        began = time.monotonic()
        beats = [screen.beats.get(timeout=3) for _ in range(3)]
        assert 2 < time.monotonic() - began < 4.5
        assert all({"now", "build"} <= beat.keys() for beat in beats)


def test_a_bound_token_never_hears_of_another_district(house: House) -> None:
    with connected(house, who="bound") as screen:
        kinds = sorted(widgets(Plugins()))
        refused = screen.watch(*({"id": kind, "kind": kind, "options": {"org": "hg.dong-van"}} for kind in kinds))
        assert {kind: refused["errors"][kind]["code"] for kind in kinds} == dict.fromkeys(kinds, "unknown_org")
        watched = [("q" if kind == "queue_board" else kind, kind) for kind in kinds]
        assert screen.watch(*({"id": id_, "kind": kind, "options": {}} for id_, kind in watched))["ok"]
        while len(screen.state) < len(kinds):
            screen.next()
        house.publish("hg.dong-van/queue/k1/state", {"waiting": 77})
        house.publish("hg.meo-vac/queue/k1/state", {"waiting": 78})
        screen.until(lambda state: waiting("k1", "hg.meo-vac")(state) == 78)
        assert not [word for word in ("dong-van", "Đồng Văn", "Lũng Cú") if word in str(screen.state)]


def test_a_session_cookie_lets_in_and_nothing_else_does(house: House) -> None:
    account = ("user", "add", "lan", "--role", "leader", "--config", str(house.config))
    assert command(*account, IOC_PASSWORD="mot-mat-khau-dai").returncode == 0
    given = {"username": "lan", "password": "mot-mat-khau-dai"}
    login = house.call("POST", "/session", who=None, json=given)
    cookie = f"ioc_session={login.cookies['ioc_session']}"
    house.http.cookies.clear()
    with connected(house, who=None, headers={"Cookie": cookie}) as screen:
        assert screen.watch({"id": "f", "kind": "freshness", "options": {}})["ok"]
    refused: tuple[dict[str, Any], ...] = ({}, {"auth": {"token": "guessed"}}, {"headers": {"Cookie": "ioc_session=x"}})
    for how in refused:
        with pytest.raises(Refused):
            socketio.Client(reconnection=False).connect(house.url, transports=["websocket"], wait_timeout=5, **how)
    foreign = socketio.Client(reconnection=False, websocket_extra_options={"origin": "https://elsewhere.example"})
    with pytest.raises(Refused):
        foreign.connect(house.url, headers={"Cookie": cookie}, transports=["websocket"], wait_timeout=5)
