"""A contract double, NOT InfluxDB: answers as the documents of 2.x and 3.x say they do, remembers what it heard.

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


class Heard(NamedTuple):
    method: str
    path: str
    asked: dict[str, str]
    authorization: str
    lines: list[str]


class Said(NamedTuple):
    status: int = 204
    body: object = None
    headers: Mapping[str, str] = MappingProxyType({})


Answer = Callable[[Heard], Said]


class Double:
    """`answer` is asked for every write and query; /ping says `version`."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.answer: Answer = lambda _heard: Said()
        self.heard: list[Heard] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    def writes(self) -> list[Heard]:
        return [heard for heard in self.heard if heard.path.endswith("write")]

    def reply(self, heard: Heard) -> Said:
        if heard.path == "/ping":
            return Said(204, None, {"X-Influxdb-Version": self.version} if self.version else {})
        self.heard.append(heard)
        said = self.answer(heard)
        if said == Said() and heard.path == "/query":
            return Said(200, {"results": [{"statement_id": 0}]})
        return said


@contextmanager
def double(version: str = "v2.7.6") -> Iterator[Double]:
    made = Double(version)
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

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                raw = gzip.decompress(raw)
            parts = urlsplit(self.path)
            is_query = parts.path == "/query"
            asked = parse_qs(raw.decode() if is_query else parts.query)
            words = [] if is_query else raw.decode().split("\n")
            fields = {name: values[0] for name, values in asked.items()}
            heard = Heard(self.command, parts.path, fields, self.headers.get("Authorization", ""), words)
            said = owner.reply(heard)
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
