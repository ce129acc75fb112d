"""A contract double, NOT InfluxDB: remembers what it heard, and answers as a real 2.7.11 did or, of 3.x, as the
documents say.

It proves nothing about those servers; it proves what we do when they answer like that.
"""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.influx_answers import Captured, answer_to, named, who_asks

DEV = "dev"  # the version of the 2.7.11 whose answers were captured


class Heard(NamedTuple):
    """`sent` is the body as it came, as text."""

    method: str
    path: str
    asked: dict[str, str]
    authorization: str
    lines: list[str]
    target: str = ""
    sent: str = ""


class Said(NamedTuple):
    """As it stands, `Said()` is what this generation usually says."""

    status: int = 204
    body: object = None
    headers: Mapping[str, str] = MappingProxyType({})


Answer = Callable[[Heard], Said]


def as_captured(found: str | Captured) -> Said:
    """The answer of the real 2.7.11, word for word."""
    one = named(found) if isinstance(found, str) else found
    plain = {name: text for name, text in one.headers.items() if name != "Content-Length"}
    return Said(one.status, one.answer, plain)


class Double:
    """`answer` is asked for every write and query; /ping says `version`."""

    def __init__(self, version: str, build: str) -> None:
        self.version = version
        self.build = build
        self.answer: Answer = lambda _heard: Said()
        self.heard: list[Heard] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    def writes(self) -> list[Heard]:
        return [heard for heard in self.heard if heard.path.endswith("write")]

    def statements(self) -> list[str]:
        return [heard.asked["q"] for heard in self.heard if heard.path == "/query"]

    def reply(self, heard: Heard) -> Said:
        if heard.path == "/ping":
            headers = {"X-Influxdb-Version": self.version, "X-Influxdb-Build": self.build}
            return Said(204, None, {name: text for name, text in headers.items() if text})
        self.heard.append(heard)
        said = self.answer(heard)
        return said if said != Said() else self._usual(heard)

    def _usual(self, heard: Heard) -> Said:
        if not self.version.startswith(("v2", DEV)):
            return Said(200, {"results": [{"statement_id": 0}]}) if heard.path == "/query" else Said()
        if found := answer_to(heard.method, heard.target, heard.sent, who_asks(heard.authorization)):
            return as_captured(found)
        if heard.path != "/query":
            return as_captured("write broken gzip" if not heard.lines else "write ok")
        in_pieces = " chunked" if heard.asked.get("chunked") else ""
        sort = "delete" if heard.asked["q"].startswith("DELETE") else "select nothing"
        return as_captured(f"{sort}{in_pieces}")


@contextmanager
def double(version: str = "v2.7.6", build: str = "") -> Iterator[Double]:
    made = Double(version, build)
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def _handler(owner: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = owner.reply(_heard(self, raw))
            body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode() if said.body else b""
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if said.status != 204 else b"")

        do_GET = do_POST

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler


def _heard(request: BaseHTTPRequestHandler, raw: bytes) -> Heard:
    parts, is_query = urlsplit(request.path), request.path.startswith("/query")
    asked = parse_qs(parts.query) | (parse_qs(raw.decode()) if is_query else {})
    fields = {name: values[0] for name, values in asked.items()}
    lines = [] if is_query else _lines(raw, request.headers.get("Content-Encoding"))
    authorization = request.headers.get("Authorization", "")
    sent = raw.decode("utf-8", "replace")
    return Heard(request.command, parts.path, fields, authorization, lines, request.path, sent)


def _lines(raw: bytes, packed: str | None) -> list[str]:
    """None of a body that cannot be unpacked."""
    try:
        return (gzip.decompress(raw) if packed == "gzip" else raw).decode().split("\n")
    except (OSError, EOFError, UnicodeDecodeError):
        return []
