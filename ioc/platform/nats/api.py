"""The few sentences of the NATS protocol with which our keeper asks and sets the streams of its own server."""

import json
import socket
from types import TracebackType
from typing import Any

from ioc.core.errors import Code, IocError

_ANSWER_S = 5.0
_INBOX = "$KEEPER"  # what begins with a dollar is nobody's who listens for all topics


class Api:
    """One connection to one server; every trouble is a transient IocError `nats_api`."""

    def __init__(self, port: int, user: str, password: str, host: str = "127.0.0.1") -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout=_ANSWER_S)
        except OSError as error:
            raise _trouble(str(error)) from error
        self._file = self._socket.makefile("rb")
        self._asked = 0
        self._line()  # its INFO
        hello = {"verbose": False, "pedantic": False, "user": user, "pass": password, "lang": "python", "version": "1"}
        self._send(f"CONNECT {json.dumps(hello)}\r\nSUB {_INBOX}.* 1\r\nPING\r\n".encode())
        self._expect(b"PONG")

    def __enter__(self) -> "Api":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def jetstream(self, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer of `$JS.API.NAME`; what JetStream refuses is a trouble in its own words."""
        answer = self.request(f"$JS.API.{name}", body)
        if "error" in answer:
            raise _trouble(str(answer["error"].get("description", answer["error"])))
        return answer

    def request(self, subject: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One question, its first answer."""
        self._asked += 1
        payload = b"" if body is None else json.dumps(body).encode()
        self._send(f"PUB {subject} {_INBOX}.{self._asked} {len(payload)}\r\n".encode() + payload + b"\r\n")
        answer: dict[str, Any] = json.loads(self._message(f"{_INBOX}.{self._asked}"))
        return answer

    def _message(self, subject: str) -> bytes:
        while True:
            words = self._expect(b"MSG").split()
            body = self._read(int(words[-1]) + 2)[:-2]
            if words[1].decode() == subject:  # else an answer that came too late
                return body

    def _expect(self, word: bytes) -> bytes:
        while not (line := self._line()).startswith(word):
            if line.startswith(b"PING"):
                self._send(b"PONG\r\n")
            elif line.startswith(b"-ERR"):
                raise _trouble(line.decode(errors="replace").strip())
        return line

    def _send(self, text: bytes) -> None:
        try:
            self._socket.sendall(text)
        except OSError as error:
            raise _trouble(str(error)) from error

    def _line(self) -> bytes:
        try:
            line = self._file.readline()
        except OSError as error:
            raise _trouble(str(error)) from error
        if not line:
            raise _trouble("the connection ended")
        return line

    def _read(self, size: int) -> bytes:
        try:
            body = self._file.read(size)
        except OSError as error:
            raise _trouble(str(error)) from error
        if len(body) < size:
            raise _trouble("the connection ended")
        return body


def _trouble(why: str) -> IocError:
    return IocError(Code.NATS_API, f"embedded broker: {why}")
