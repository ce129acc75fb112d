"""One account that asks too much: its own calls wait or are refused, and nobody else's."""

from dataclasses import replace
from typing import Any

import gevent
import pytest
from gevent.event import Event

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain.access import Principal, Via
from tests.clock import FakeClock
from tests.web.conftest import PLUGINS, Province
from web import app as application
from web.auth import Sessions
from web.clients import Client, Connections
from web.login_brake import LoginBrake
from web.realtime import Realtime
from web.routes import routes
from web.turns import SOCKETS, AccountTurns, AskingPace, AskingPaces, stepping_aside
from web.watch import Board

GREEDY = Principal("greedy", Role.OPERATOR, None, "vi", Via.BEARER)
OTHER = replace(GREEDY, name="other")


class Hall:
    """Calls that go on until they may end, and whose they are."""

    def __init__(self) -> None:
        self.turns, self.over = AccountTurns(running=2, waiting=3), Event()
        self.running: list[str] = []
        self.refused = 0

    def call(self, principal: Principal) -> None:
        try:
            with self.turns.taking(principal):
                self.running.append(principal.name)
                self.over.wait()
        except IocError as error:
            self.refused += error.code is Code.TOO_MANY_REQUESTS


def test_so_many_run_so_many_wait_and_the_rest_is_refused_while_others_go_on() -> None:
    hall = Hall()
    calls = [gevent.spawn(hall.call, GREEDY) for _ in range(24)]
    gevent.sleep(0.01)
    assert (hall.running, hall.refused) == (["greedy"] * 2, 19)
    calls.append(gevent.spawn(hall.call, OTHER))
    gevent.sleep(0.01)
    assert hall.running[-1] == "other"
    hall.over.set()
    gevent.joinall(calls, raise_error=True)
    assert hall.running.count("greedy") == 5, "those that waited had their turn"
    assert not hall.turns._free, "and nothing is remembered"


def test_a_user_and_a_token_of_one_name_are_two() -> None:
    hall = Hall()
    for who in (GREEDY, replace(GREEDY, via=Via.SESSION)):
        for _ in range(2):
            gevent.spawn(hall.call, who)
    gevent.sleep(0.01)
    assert len(hall.running) == 4
    hall.over.set()
    gevent.sleep(0.01)


def test_the_answer_is_429_by_name(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "AccountTurns", lambda: AccountTurns(running=0, waiting=0))
    app = application.build(province.site, routes(PLUGINS), Sessions(b"s" * 32, 12), LoginBrake(5))
    bearer = {"Authorization": f"Bearer {province.tokens['admin']}"}
    answer = app.test_client().get("/api/v1/sources", headers=bearer)
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]["code"]) == (429, "too_many_requests")
    assert app.test_client().get("/healthz").status_code == 200, "what needs nobody is asked by nobody"


def test_a_pace_has_a_store_and_fills_it_again() -> None:
    clock = FakeClock(0)
    pace = AskingPace(10.0, 60, clock.monotonic)
    assert sum(pace.take() for _ in range(20_000)) == 60
    clock.advance(1)
    assert sum(pace.take() for _ in range(20_000)) == 10
    clock.advance(3_600)
    assert sum(pace.take() for _ in range(20_000)) == 60


def test_the_paces_of_accounts_that_rest_are_forgotten() -> None:
    clock = FakeClock(0)
    paces = AskingPaces(10.0, 2, clock.monotonic)
    for n in range(3_000):
        assert paces.take(replace(GREEDY, name=str(n)))
        clock.advance(0.01)
    assert len(paces._by_account) <= 1_001
    assert [paces.take(GREEDY) for _ in range(3)] == [True, True, False]
    assert paces.take(OTHER)


class Nowhere:
    """A client that is not there."""

    def waiting(self) -> int:
        return 0

    def send(self, event: str) -> None:
        pass

    def cut(self) -> None:
        pass


def test_the_sockets_of_an_account_are_counted_whatever_sessions_they_came_by() -> None:
    connections, clock = Connections(), FakeClock(0)
    for n in range(6):
        who = replace(GREEDY, session=str(n % 2)) if n < 4 else OTHER
        connections.add(str(n), Client(who, Nowhere(), AskingPace(1.0, 1, clock.monotonic)))
    assert (connections.count(GREEDY), connections.count(OTHER)) == (4, 2)


def test_a_socket_above_the_cap_is_refused_and_so_are_watches_without_end(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    realtime = Realtime(province.app, province.site, Sessions(b"s" * 32, 12), Board())
    admin = province.tokens["admin"]
    screen = realtime.socketio.test_client(province.app, auth={"token": admin})
    said = [_watch(screen) for _ in range(200)]
    assert [answer["ok"] for answer in said] == [True] * 60 + [False] * 140
    assert said[-1]["error"]["code"] == "too_many_requests"
    province.clock.advance(1)
    assert _watch(screen)["ok"]
    monkeypatch.setattr("web.realtime.SOCKETS", 1)
    assert SOCKETS > 500, "a province's walls may share a token"
    assert not realtime.socketio.test_client(province.app, auth={"token": admin}).is_connected()
    assert realtime.socketio.test_client(province.app, auth={"token": province.tokens["wall"]}).is_connected()


def _watch(screen: Any) -> Any:
    return screen.emit("watch", {"widgets": []}, callback=True)


def test_what_waits_for_another_server_holds_up_nothing_of_its_own_account() -> None:
    turns, answered, served = AccountTurns(running=1, waiting=3), Event(), []

    def chart() -> None:
        with turns.taking(GREEDY):
            with stepping_aside():
                answered.wait()
            served.append("chart")

    def alerts() -> None:
        with turns.taking(GREEDY):
            served.append("alerts")

    calls = [gevent.spawn(chart), gevent.spawn(alerts)]
    gevent.sleep(0)
    gevent.sleep(0)
    answered.set()
    gevent.joinall(calls, timeout=5)
    assert served == ["alerts", "chart"]
