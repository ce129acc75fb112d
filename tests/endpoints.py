"""A double of an endpoint: it replays captured answers to those who are logged in, and remembers what it was asked."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.authority import Pair

CAPTURED = Path(__file__).parent / "captured"
USER, PASSWORD = "ioc", "mật khẩu"
Answer = tuple[int, bytes]


@dataclass
class Device:
    """`answers` by path, or `/path?location`; what is not there is 404. `gate` holds answers back until it is set."""

    answers: dict[str, bytes]
    login: str
    logout: tuple[str, str]
    cookie: str
    known: Callable[["Device", BaseHTTPRequestHandler, bytes], bool]
    let_in: Answer = (204, b"")
    turned_away: Answer = (401, b"")
    sets_cookie: bool = True  # else the body alone names the session
    forbidding: bool = False  # whoever is logged in may ask for nothing
    full: bool = False  # there are no sessions left, and each request may carry the password instead
    password: str = PASSWORD
    asked: list[str] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    logins: int = 0
    at_once: int = 0
    most_at_once: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def __post_init__(self) -> None:
        self.gate.set()

    def expire(self) -> None:
        self.sessions.clear()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[Answer, str | None]:
        """The answer and the session that begins with it."""
        path = urlsplit(request.path)
        location = parse_qs(path.query).get("location")
        where = path.path + (f"?{location[0]}" if location else "")
        self.asked.append(f"{request.command} {where}")
        self.asked_at.append(time.monotonic())
        if (request.command, path.path) == ("POST", self.login):
            self.logins += 1
            if not self.known(self, request, body):
                return self.turned_away, None
            if self.full:
                return (503, b""), None
            begun = f"PS{self.logins}"
            self.sessions.add(begun)
            status, told = self.let_in
            return (status, told.replace(b"{session}", begun.encode())), begun
        held = request.headers.get("Cookie", "").removeprefix(f"{self.cookie}=")
        if held not in self.sessions and not (self.full and self.known(self, request, body)):
            return (401, b""), None
        if (request.command, path.path) == self.logout:
            self.sessions.discard(held)
            return (204, b""), None
        if self.forbidding:
            return (403, b""), None
        self.gate.wait(10)
        found = self.answers.get(where)
        return ((404, b"") if found is None else (200, found)), None


def cisco(document: str | bytes) -> Device:
    """One whose status is a captured file, or these bytes."""
    body = document if isinstance(document, bytes) else (CAPTURED / "cisco" / document).read_bytes()
    end = ("POST", "/xmlapi/session/end")
    return Device({"/getxml?/Status": body}, "/xmlapi/session/begin", end, "SessionId", _basic)


def poly(**files: str) -> Device:
    """One that is idle and well; `files` replace or complete its answers by the last part of their path."""
    usual = {"conferences": "", "status": "status.json", "audio": "audio.json", "all": "cameras.json"}
    paths = {
        "conferences": "/rest/conferences",
        "status": "/rest/system/status",
        "audio": "/rest/audio",
        "all": "/rest/cameras/near/all",
        "mediastats": "/rest/conferences/3/mediastats",
        "time": "/rest/system/time",
    }
    folder = CAPTURED / "poly"
    answers = {
        paths[name]: (folder / file).read_bytes() if file else b"[]" for name, file in {**usual, **files}.items()
    }
    session, refused = ((folder / name).read_bytes() for name in ("session.json", "refused.json"))
    end = ("DELETE", "/rest/session")
    return Device(answers, "/rest/session", end, "session_id", _named, (200, session), (403, refused))


def _basic(device: Device, request: BaseHTTPRequestHandler, _body: bytes) -> bool:
    expected = base64.b64encode(f"{USER}:{device.password}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {expected}"


def _named(device: Device, _request: BaseHTTPRequestHandler, body: bytes) -> bool:
    return json.loads(body) == {"user": USER, "password": device.password}


@contextmanager
def served(device: Device, pair: Pair | None = None, port: int = 0) -> Iterator[Device]:
    """The device on a port of this machine, a free one without; over TLS with a `pair`."""
    gone = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # head and body in one packet, or the system delays the second

        def do_GET(self) -> None:
            if gone.is_set():  # on a connection that was kept
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            device.at_once += 1
            device.most_at_once = max(device.most_at_once, device.at_once)
            try:
                (status, told), begun = device.answer(self, body)
            finally:
                device.at_once -= 1
            self.send_response(status)
            if begun is not None and device.sets_cookie:
                self.send_header("Set-Cookie", f"{device.cookie}={begun}; Path=/; HttpOnly")
            if status != 204:
                self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_POST = do_DELETE = do_GET

        def log_message(self, *_args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    if pair is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    device.url = f"http{'s' if pair else ''}://127.0.0.1:{server.server_address[1]}"
    try:
        yield device
    finally:
        gone.set()
        device.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
