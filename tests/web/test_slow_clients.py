"""Clients that hold the door open: half-sent headers and bodies, silence, sockets that never say who they are."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent import socket as cooperative
from gevent.pool import Pool

from web.listen import open_files
from web.private import handler, websocket
from web.private.doorman import Doorman
from web.private.handler import Handler, Server

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POSTED = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
SLOW = {"silent": b"", "headers": b"GET / HTTP/1.1\r\nHost: x\r\nX-", "body": POSTED + b"12345"}


class Place:
    """A server of ours on a port."""

    def __init__(self, per_address: int, in_all: int) -> None:
        self.asked: list[str] = []
        self.server = Server(("127.0.0.1", 0), self._app, log=None, handler_class=Handler, spawn=Pool(1_000))
        self.server.doorman = Doorman(per_address, in_all)
        self.server.start()

    def _app(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        with contextlib.suppress(OSError):
            environ["wsgi.input"].read()
            self.asked.append(environ["REQUEST_METHOD"])
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    def connect(self, said: bytes = b"") -> cooperative.socket:
        line = cooperative.create_connection(("127.0.0.1", self.server.server_port))
        line.sendall(said)
        return line

    def answered(self) -> float:
        """Seconds until a client that says at once what it wants has its answer."""
        began = time.monotonic()
        with contextlib.closing(self.connect(ASKED)) as line, gevent.Timeout(5):
            assert line.recv(64).startswith(b"HTTP/1.1 200")
        return time.monotonic() - began


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in ("HEADERS_S", "BODY_S", "IDLE_S"):
        monkeypatch.setattr(handler, name, 0.3)
    built = Place(20, 1_000)
    yield built
    built.server.stop(timeout=0.1)


def until_closed(line: cooperative.socket) -> tuple[bytes, float]:
    began, said = time.monotonic(), b""
    with gevent.Timeout(5):
        while part := line.recv(1_000):
            said += part
    return said, time.monotonic() - began


@pytest.mark.parametrize("sort", SLOW)
def test_a_slow_client_is_cut_at_the_deadline(place: Place, sort: str) -> None:
    said, took = until_closed(place.connect(SLOW[sort]))
    assert 0.2 < took < 2
    assert said.startswith({"silent": b"", "headers": b"HTTP/1.1 408", "body": b"HTTP/1.1 200"}[sort])
    assert len(place.server.doorman) == 0


def test_a_byte_now_and_then_buys_no_time(place: Place) -> None:
    line, began = place.connect(b"GET / HTTP/1.1\r\nX: "), time.monotonic()

    def dribble() -> None:
        with contextlib.suppress(OSError):
            while True:
                line.sendall(b"x")
                gevent.sleep(0.05)

    drops = gevent.spawn(dribble)
    with contextlib.suppress(ConnectionError):
        until_closed(line)
    drops.kill()
    assert time.monotonic() - began < 2


def test_a_connection_that_is_kept_open_may_rest_and_ask_again(place: Place) -> None:
    """The control."""
    line = place.connect()
    for _ in range(3):
        line.sendall(POSTED + b"1234567890")
        assert line.recv(1_000).startswith(b"HTTP/1.1 200")
        gevent.sleep(0.1)
    assert until_closed(line)[1] < 2, "but not for ever"


def test_many_slow_ones_from_one_address_are_those_that_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEADERS_S", "BODY_S"):
        monkeypatch.setattr(handler, name, 30.0)
    lines = [place.connect(said) for _ in range(60) for said in SLOW.values()]
    gevent.sleep(0.3)
    assert len(place.server.doorman) <= 20
    assert place.server.doorman.sent_away >= 160
    assert place.answered() < 1
    assert len(place.asked) == 1, "what was half said is nowhere taken for whole"
    for line in lines:
        line.close()


class Guest:
    """A connection of some address."""

    def __init__(self, address: str) -> None:
        self.address, self.is_cut = address, False

    def cut(self) -> None:
        self.is_cut = True


def test_from_many_addresses_together_it_is_the_longest_waiting() -> None:
    doorman = Doorman(2, 5)
    guests = [Guest(str(n)) for n in range(5)]
    for guest in guests:
        doorman.waits(guest)
    doorman.settled(guests[0])
    late = [Guest("a"), Guest("b")]
    for guest in late:
        doorman.waits(guest)
    assert [guest.is_cut for guest in guests] == [False, True, False, False, False], "who said what it wants may stay"
    again = [Guest("c") for _ in range(3)]
    for guest in again:
        doorman.waits(guest)
    assert again[0].is_cut
    assert len(doorman) == 5


def test_a_socket_that_never_says_who_it_is_is_cut() -> None:
    ours, theirs = socket.socketpair()
    guest = Guest("a")
    guest.wait = guest.settle = lambda: None  # type: ignore[attr-defined]
    line = websocket.WholeSocket(ours, guest)
    line.cut_unless_greeted()
    assert theirs.recv(1) == b""
    ours, theirs = socket.socketpair()
    known = websocket.WholeSocket(ours, guest)
    known.greet()
    known.cut_unless_greeted()
    ours.sendall(b"x")
    assert theirs.recv(1) == b"x"


def test_a_process_may_have_as_many_files_as_it_is_allowed() -> None:
    assert open_files() >= 1_024
