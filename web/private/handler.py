"""gevent's server: deadlines for whoever speaks slowly, and a connection that was a websocket carries nothing else."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import gevent
from gevent.pywsgi import WSGIHandler, WSGIServer

from web.private.doorman import Doorman

HEADERS_S: Final = 15.0
BODY_S: Final = 20.0
LONGEST_S: Final = 90.0  # of a large one, over a line that carries little
_SLOWEST: Final = 50_000  # bytes a second
IDLE_S: Final = 60.0  # between two requests of one connection
VISITOR: Final = "ioc.visitor"
_TOO_SLOW = "408", b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def _nothing() -> None:
    """Nobody waits for the end."""


class TimelyReader:
    """What a client sends, all of it before a deadline; TimeoutError after it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._until: float | None = None
        self._left, self._on_whole = 0, _nothing
        self.expired = False

    def within(self, seconds: float | None) -> None:
        """All that is read from now on together."""
        self._until = None if seconds is None else time.monotonic() + seconds

    def expect(self, size: int, on_whole: Callable[[], None]) -> None:
        """So many bytes more, and who is told when they are here."""
        self._left, self._on_whole = size, on_whole

    def read(self, size: int = -1) -> bytes:
        return self._timed(self._file.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._timed(self._file.readline, size)

    @property
    def raw(self) -> Any:
        """Where a websocket finds the connection."""
        return self._file.raw

    @property
    def closed(self) -> bool:
        return bool(self._file.closed)

    def close(self) -> None:
        self._file.close()

    def _timed(self, call: Callable[[int], bytes], size: int) -> bytes:
        if self._until is None:
            return call(size)
        try:
            with gevent.Timeout(max(0.0, self._until - time.monotonic()), TimeoutError("too slow")):
                found = call(size)
        except TimeoutError:
            self.expired = True
            raise
        if 0 < self._left <= len(found):
            self._on_whole()
        self._left -= len(found)
        return found


class Handler(WSGIHandler):  # type: ignore[misc]  # gevent is untyped
    """A connection, and a visitor until its request has come in whole."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.rfile: Any = TimelyReader(self.rfile)
        self.address = str(self.client_address[0]) if isinstance(self.client_address, tuple) else ""
        self._doorman: Doorman | None = getattr(self.server, "doorman", None)
        self._is_first, self._is_cut = True, False

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            pass  # it is gone
        finally:
            self.settle()

    def cut(self) -> None:
        """End it from outside; whoever reads from it finds its end."""
        self._is_cut = True
        if (sock := self.__dict__.get("socket")) is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        if self._doorman is not None:
            self._doorman.waits(self)

    def settle(self) -> None:
        if self._doorman is not None:
            self._doorman.settled(self)

    def read_requestline(self) -> str:
        self.wait()
        self.rfile.within(HEADERS_S if self._is_first else IDLE_S)
        line: str = super().read_requestline()
        if not self._is_first:
            self.rfile.within(HEADERS_S)
        self._is_first = False
        return line

    def read_request(self, raw_requestline: str) -> bool:
        good: bool = super().read_request(raw_requestline)
        if self._is_cut:
            raise ConnectionError("cut")  # what it had said by then is no request
        has_body = bool(self.content_length) or self.headers.get("transfer-encoding") is not None
        self.rfile.within(min(LONGEST_S, BODY_S + (self.content_length or 0) / _SLOWEST) if has_body else None)
        if has_body:
            self.rfile.expect(self.content_length or 0, self.settle)
        else:
            self.settle()
        return good

    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), VISITOR: self}

    def handle_one_response(self) -> None:
        super().handle_one_response()
        if "websocket" in self.environ.get("HTTP_UPGRADE", "").lower() or self.rfile.expired:
            self.close_connection = True

    def _handle_client_error(self, ex: BaseException) -> Any:
        if isinstance(ex, TimeoutError):
            return _TOO_SLOW
        if isinstance(ex, OSError):
            return None
        return super()._handle_client_error(ex)


class Server(WSGIServer):  # type: ignore[misc]
    """Also of TLS: its handshake has a deadline too."""

    doorman: Doorman | None = None

    def wrap_socket(self, sock: Any, **how: Any) -> Any:
        with gevent.Timeout(HEADERS_S, TimeoutError("no handshake")):
            return super().wrap_socket(sock, **how)
