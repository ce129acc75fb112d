"""Canaries for what `web/private` uses of engineio, socketio, simple-websocket and gevent, one a name."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import engineio
import gevent
import pytest
import simple_websocket
import socketio
from engineio.packet import MESSAGE, Packet
from engineio.socket import Socket
from flask import Flask
from flask_socketio import SocketIO
from gevent import socket as gevent_socket
from gevent.pywsgi import WSGIServer

from web.private.engine import Engine
from web.private.handler import Handler
from web.private.websocket import frame

HANDSHAKE = {
    "HTTP_HOST": "ioc",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_UPGRADE": "websocket",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/socket.io/",
    "QUERY_STRING": "EIO=4&transport=websocket",
}


def moved(library: str, name: str, room: str) -> str:
    return f"{library} no longer has {name} as {room} uses it: read its new release, mend the room, then raise the pin"


class Upgraded:
    """A Socket.IO server with our websockets below it, and one connection that asked for one."""

    def __init__(self) -> None:
        self.engine = Engine(SocketIO(Flask("canary"), async_mode="threading"))
        self.server = self.engine.server
        self.given: list[tuple[Any, Any]] = []
        self.server.eio._async["websocket"] = self._note
        self.socket = self.server.eio.sockets["e1"] = Socket(self.server.eio, "e1")
        self.socket.handle_get_request(HANDSHAKE, lambda *_: None)

    def _note(self, handler: Any, server: Any) -> Any:
        self.given.append((handler, server))
        return lambda *_: [b""]


@pytest.fixture
def upgraded() -> Upgraded:
    return Upgraded()


def test_flask_socketio_names_the_server_below_it(upgraded: Upgraded) -> None:
    assert isinstance(upgraded.server, socketio.Server), moved("Flask-SocketIO", "SocketIO.server", "engine.py")


def test_socketio_names_the_server_below_it(upgraded: Upgraded) -> None:
    assert isinstance(upgraded.engine.eio, engineio.Server), moved("python-socketio", "Server.eio", "engine.py")


def test_engineio_takes_its_websockets_from_async(upgraded: Upgraded) -> None:
    assert len(upgraded.given) == 1, moved("python-engineio", 'Server._async["websocket"]', "engine.py")
    assert upgraded.given[0][1] is upgraded.server.eio, moved(
        "python-engineio", "what a websocket is made of", "engine.py"
    )


def test_engineio_gives_a_websocket_a_method_of_its_socket(upgraded: Upgraded) -> None:
    handler, _server = upgraded.given[0]
    told = getattr(getattr(handler, "__self__", None), "sid", None)
    assert told == "e1", moved("python-engineio", "Socket.sid behind the handler", "engine.py")


def test_engineio_keeps_its_sockets_by_id() -> None:
    assert engineio.Server(async_mode="threading").sockets == {}, moved(
        "python-engineio", "Server.sockets", "engine.py"
    )


@pytest.mark.parametrize("name", ["qsize", "empty"])
def test_engineio_has_a_queue_a_socket(upgraded: Upgraded, name: str) -> None:
    queue = getattr(upgraded.socket, "queue", None)
    assert callable(getattr(queue, name, None)), moved("python-engineio", f"Socket.queue.{name}", "engine.py")


def test_engineio_says_when_a_socket_closes(upgraded: Upgraded) -> None:
    assert getattr(upgraded.socket, "closing", None) is False, moved("python-engineio", "Socket.closing", "engine.py")


def test_engineio_puts_what_is_sent_into_the_queue_as_we_write_it_past_it(upgraded: Upgraded) -> None:
    while not upgraded.socket.queue.empty():
        upgraded.socket.queue.get()
    upgraded.socket.connected = True
    upgraded.server.eio.send("e1", '2["beat",{}]')
    queued: Packet = upgraded.socket.queue.get(timeout=1)
    assert (queued.packet_type, queued.encode()) == (MESSAGE, '42["beat",{}]'), moved(
        "python-engineio", "Server.send", "engine.py"
    )


def test_socketio_knows_which_engine_socket_is_whose(upgraded: Upgraded) -> None:
    manager = upgraded.server.manager
    assert hasattr(manager, "eio_sid_from_sid"), moved("python-socketio", "Manager.eio_sid_from_sid", "engine.py")
    assert manager.eio_sid_from_sid(manager.connect("e1", "/"), "/") == "e1"


def test_socketio_writes_an_event_as_we_do() -> None:
    told = socketio.packet.Packet(2, data=["beat", {"now": 1}], namespace="/").encode()
    assert told == '2["beat",{"now":1}]', moved("python-socketio", "an event's packet", "engine.py")


class Kept:
    """A socket that keeps what is sent by it."""

    def __init__(self, sock: socket.socket) -> None:
        self.recv, self.close, self.sent = sock.recv, sock.close, b""

    def send(self, piece: bytes) -> int:
        self.sent += piece
        return len(piece)


@pytest.fixture
def websocket() -> Iterator[tuple[simple_websocket.Server, Kept]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        made = simple_websocket.Server({**HANDSHAKE, "werkzeug.socket": ours}, max_message_size=1 << 20)
        made.sock = kept = Kept(ours)
        yield made, kept
        theirs.shutdown(socket.SHUT_RDWR)
        made.thread.join(5)


@pytest.mark.parametrize("size", [0, 5, 125, 126, 65_535, 65_536])
def test_simple_websocket_sends_by_sock_and_frames_as_we_do(websocket: Any, size: int) -> None:
    server, kept = websocket
    server.send("x" * size)
    assert kept.sent, moved("simple-websocket", "Server.sock", "websocket.py")
    assert kept.sent == frame(b"x" * size), moved("simple-websocket", "its frames", "websocket.py")


def test_simple_websocket_says_whether_it_is_connected(websocket: Any) -> None:
    assert getattr(websocket[0], "connected", None) is True, moved(
        "simple-websocket", "Server.connected", "websocket.py"
    )


def test_gevent_ends_a_connection_that_was_a_websocket() -> None:
    """`WSGIHandler.handle_one_response`, `environ` and `close_connection`."""
    begun = threading.Event()

    def app(_environ: Any, start: Any) -> list[bytes]:
        begun.set()
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    server = WSGIServer(("127.0.0.1", 0), app, log=None, handler_class=Handler)
    server.start()
    for upgrade, ended in (("", False), ("Upgrade: websocket\r\n", True)):
        with gevent_socket.create_connection(("127.0.0.1", server.server_port)) as client:
            client.sendall(f"GET / HTTP/1.1\r\nHost: ioc\r\n{upgrade}\r\n".encode())
            answer = client.recv(4096)
            while not answer.endswith(b"ok"):
                answer += client.recv(4096)
            closed = False
            with gevent.Timeout(0.2, False):
                closed = client.recv(1) == b""
        assert closed is ended, moved("gevent", "WSGIHandler.handle_one_response or close_connection", "handler.py")
    server.stop(timeout=0)
    assert begun.is_set()
