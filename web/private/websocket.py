"""simple-websocket: whole frames always, no compression, bounded messages, and a way to cut the line.

simple-websocket hands each frame to `socket.send`, which under gevent may take only a part of it when the client reads
slowly: the rest was lost and the stream broken. It also never gives up on a client that stops reading.
"""

import fcntl
import os
import socket
import ssl
import sys
import termios
from collections.abc import Callable, Iterable
from typing import Any

import gevent
import simple_websocket
from gevent.lock import Semaphore

from web.private.handler import VISITOR

MAX_MESSAGE = 64 * 1024
SEND_BUFFER = 128 * 1024
GREETING_S = 15.0  # within which a socket says who it is
_EXTENSIONS = "HTTP_SEC_WEBSOCKET_EXTENSIONS"


class WholeSocket:
    """The few socket calls simple-websocket makes; `send` means all of it, one frame after the other."""

    def __init__(self, sock: socket.socket, visitor: Any = None) -> None:
        # what waits in the kernel for a slow client is bounded too, and soon tells that it takes nothing
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._sock = sock
        self._turn = Semaphore()
        self._visitor, self._greeted = visitor, False
        self.recv = sock.recv
        self.close = sock.close

    def send(self, frame: bytes) -> int:
        with self._turn:
            self._sock.sendall(frame)
        return len(frame)

    def offer(self, frame: bytes) -> bool:
        """Send without waiting, several times cheaper than by way of engineio's queue; False where that cannot be.

        What does not fit at once follows by itself, and nothing else is sent between.
        """
        if isinstance(self._sock, ssl.SSLSocket) or not self._turn.acquire(blocking=False):
            return False
        try:
            sent = os.write(self._sock.fileno(), frame)
        except BlockingIOError:
            sent = 0
        except (OSError, ValueError):
            sent = len(frame)  # closed: its end is noticed where it is read
        if sent < len(frame):
            gevent.spawn(self._finish, frame[sent:])
        else:
            self._turn.release()
        return True

    def _finish(self, rest: bytes) -> None:
        try:
            self._sock.sendall(rest)
        except OSError:
            self.cut()
        finally:
            self._turn.release()

    def untaken(self) -> int:
        """Bytes the client's machine has not taken yet; 0 where the system cannot tell."""
        try:
            answer = fcntl.ioctl(self._sock.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
        except (OSError, ValueError):  # closed meanwhile
            return 0
        return int.from_bytes(answer, sys.byteorder)

    def wait(self) -> None:
        """It is a visitor like others until it has said who it is."""
        if self._visitor is not None:
            self._visitor.wait()

    def greet(self) -> None:
        """It is somebody we know."""
        self._greeted = True
        if self._visitor is not None:
            self._visitor.settle()

    def cut_unless_greeted(self) -> None:
        if not self._greeted:
            self.cut()

    def cut(self) -> None:
        """End it at once; whoever waits to send or receive gets an error."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            self._sock.close()


Lines = dict[str, WholeSocket]


class Websocket:
    """The websocket as engineio asks for it; `lines` keeps each engine id's socket so that it can be cut."""

    def __init__(self, handler: Callable[["Websocket"], Iterable[bytes]], engine_id: str, lines: Lines) -> None:
        self._handler, self._id, self._lines = handler, engine_id, lines

    def __call__(self, environ: dict[str, Any], _start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop(_EXTENSIONS, None)  # deflating for hundreds of screens costs more than the wire does
        self._ws = simple_websocket.Server(environ, max_message_size=MAX_MESSAGE)
        line = self._ws.sock = WholeSocket(self._ws.sock, environ.get(VISITOR))
        self._lines[self._id] = line
        line.wait()
        silent = gevent.spawn_later(GREETING_S, line.cut_unless_greeted)
        try:
            answer = self._handler(self)
        finally:
            silent.kill(block=False)
            self._lines.pop(self._id, None)
            line.cut()
        return answer

    def send(self, message: str) -> None:
        try:
            self._ws.send(message)
        except simple_websocket.ConnectionClosed:
            raise OSError("connection closed") from None

    def wait(self) -> str | bytes | None:
        try:
            received: str | bytes | None = self._ws.receive()
        except simple_websocket.ConnectionClosed:
            return None
        return received

    def close(self) -> None:
        if self._ws.connected:
            self._ws.close()


def frame(text: bytes) -> bytes:
    """One unmasked text frame, as a server sends it."""
    size = len(text)
    if size < 126:
        head = bytes((0x81, size))
    elif size < 1 << 16:
        head = b"\x81\x7e" + size.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + size.to_bytes(8, "big")
    return head + text
