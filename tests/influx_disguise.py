"""A proxy before a real InfluxDB 1.6.7 that makes it look like the 2.7.11 whose answers were captured.

Statuses, headers and bodies are the captured ones, with the words of the case at hand; the rows are those of the real
server behind. What was not captured passes as it is.
"""

import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3

from tests.influx_answers import Who, named, who_asks
from tests.influx_double import Said, as_captured
from tests.influx_servers import DATABASE, Influxd

ORG: Final = "hg"
_SCRATCH: Final = "scratch"
_PRECISIONS = {"ns": "n", "us": "u", "ms": "ms", "s": "s"}
# a line that every version takes: names without anything escaped, floats, an instant
_PLAIN = re.compile(rb"[\w.]+(,[\w.]+=[\w.-]+)* [\w.]+=[-+.\de]+(,[\w.]+=[-+.\de]+)*( \d+)?")
_UNPARSED = re.compile(r"unable to parse '.*': [^']*?(?= dropped=\d+$|$)", re.DOTALL)


class Disguise:
    """As `Influxd` is used, flavour v2; `keys` open it."""

    keys: Final = {"token": str(Who.ALL)}

    def __init__(self, behind: Influxd) -> None:
        self._behind = behind
        self._pool = urllib3.PoolManager(maxsize=8, retries=False)
        self._databases: set[str] = set()
        behind.new_database(_SCRATCH)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.port: int = self.server.server_address[1]
        self.url = f"influx+http://127.0.0.1:{self.port}/{DATABASE}?org={ORG}&flavour=v2"

    def new_database(self, name: str = "") -> str:
        made = urlsplit(self._behind.new_database(name)).path
        return self.url.replace(f"/{DATABASE}?", f"{made}?")

    def ask(self, statement: str, **fields: str) -> str:
        """As an administrator would, on the server itself."""
        return self._behind.ask(statement, **fields)

    def ping(self) -> Said:
        return as_captured("ping")

    def write(self, asked: dict[str, str], who: Who, raw: bytes, packed: bool) -> Said:
        if who not in (Who.ALL, Who.WRITER):
            return as_captured("write with a read-only token" if who is Who.READER else "write wrong token")
        if asked["org"] != ORG:
            return _with("write missing org", f'organization name "{asked["org"]}" not found')
        if not self._has(asked["bucket"]):
            return _with("write missing bucket", f'bucket "{asked["bucket"]}" not found')
        if asked["precision"] not in _PRECISIONS:
            return as_captured("write unknown precision")
        try:
            body = gzip.decompress(raw) if packed else raw
        except (OSError, EOFError):
            return as_captured("write broken gzip")
        return self._store(body, asked["bucket"], asked["precision"]) if body else as_captured("write empty body")

    def query(self, asked: dict[str, str], who: Who) -> Said:
        statement, bucket = asked["q"], asked.get("db", "")
        in_pieces = " chunked" if asked.get("chunked") else ""
        deletes = statement.startswith(("DELETE", "DROP MEASUREMENT"))
        if who not in (Who.ALL, Who.READER, Who.WRITER):
            return as_captured("query bearer" if who is Who.BEARER else "query wrong token")
        if who is Who.WRITER or not self._has(bucket):
            return _error(f"database not found: {bucket}")
        if who is Who.READER and deletes:
            return as_captured("delete with a read-only token")
        if statement.startswith(("DROP SERIES", "CREATE DATABASE")):
            return _error(f"not implemented: {' '.join(statement.split()[:2])}")
        status, body = self._post("/query", urlencode(asked).encode())
        words = str(json.loads(body).get("error", "")) if status == 400 else ""
        if words.startswith("error parsing query: "):
            return _with("parse error", f"failed to parse query: {words.removeprefix('error parsing query: ')}")
        if deletes and status == 200 and b'"error"' not in body:
            return as_captured(f"delete{in_pieces}")
        return as_captured(f"select{in_pieces}")._replace(status=status, body=body)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._pool.clear()

    def _store(self, body: bytes, bucket: str, precision: str) -> Said:
        """2.7 stores nothing of a body in which a line is malformed, 1.6 the other lines: so it is read aside first."""
        path = urlencode({"precision": _PRECISIONS[precision]})
        if not all(map(_PLAIN.fullmatch, body.split(b"\n"))):
            status, said = self._post(f"/write?db={_SCRATCH}&{path}", body)
            unparsed = _UNPARSED.search(str(json.loads(said)["error"])) if status == 400 else None
            if unparsed:
                return _with("write bad line among good", unparsed[0])
        status, said = self._post(f"/write?{urlencode({'db': bucket})}&{path}", body)
        words = str(json.loads(said)["error"]) if status == 400 else ""
        if words.startswith("partial write"):
            return _with("write type conflict among good", f"failure writing points to database: {words}")
        return as_captured("write ok") if status == 204 else Said(status, said)

    def _has(self, bucket: str) -> bool:
        if bucket not in self._databases:
            rows = json.loads(self._behind.ask("SHOW DATABASES"))["results"][0]["series"][0]["values"]
            self._databases = {row[0] for row in rows}
        return bucket in self._databases

    def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if path == "/query" else {}
        url = f"http://127.0.0.1:{self._behind.port}{path}"
        response = self._pool.request("POST", url, body=body, headers=headers, timeout=60.0)
        return response.status, response.data


@contextmanager
def disguised(behind: Influxd) -> Iterator[Disguise]:
    made = Disguise(behind)
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join()


def _with(name: str, message: str) -> Said:
    """The captured answer of this name, about another case."""
    body = json.loads(named(name).answer) | {"message": message}
    return as_captured(name)._replace(body=json.dumps(body, separators=(",", ":")).encode())


def _error(words: str) -> Said:
    body = json.loads(named("query missing bucket").answer)
    body["results"][0]["error"] = words
    return as_captured("query missing bucket")._replace(body=json.dumps(body, separators=(",", ":")).encode() + b"\n")


def _handler(owner: Disguise) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = self._said(raw)
            body = said.body if isinstance(said.body, bytes) else b""
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if said.status != 204 else b"")

        do_GET = do_POST

        def _said(self, raw: bytes) -> Said:
            parts, who = urlsplit(self.path), who_asks(self.headers.get("Authorization", ""))
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/ping":
                return owner.ping()
            if parts.path == "/api/v2/write":
                return owner.write(asked, who, raw, self.headers.get("Content-Encoding") == "gzip")
            if parts.path == "/query":
                form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
                return owner.query(asked | form, who)
            return Said(404, b"404 page not found\n")

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler
