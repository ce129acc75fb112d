"""Notifications that wait in an outbox, each about an alert of its own, and doubles that take them."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import sqlalchemy as sa
from aiosmtpd.controller import Controller

from alerts.channels import email, sms_http
from alerts.delivery.claiming import DeliveryLimits
from alerts.delivery.composer import Composer
from alerts.delivery.outbox import ConfiguredChannel, Outbox
from ioc.core.clock import SystemClock
from ioc.core.texts import Texts
from ioc.platform.db import Database
from ioc.platform.db.tables import alert, notification, notification_alert
from ioc.platform.lease import Lease
from tests.servers import free_port

TEXTS = Texts(Path(__file__).parents[2] / "web" / "i18n")
SECONDS = DeliveryLimits(expires_s=86_400, stale_s=3_600, fallback_s=120)


def fill(
    db: Database, n: int, addresses: Sequence[str], *, channel: str, severity: str = "warning", at: int | None = None
) -> list[str]:
    """`n` alerts that fire, each told to every address; the refs in the order they are owed."""
    now = SystemClock().now_ms() if at is None else at
    with db.write() as conn:
        first = (conn.scalar(sa.select(sa.func.max(alert.c.id))) or 0) + 1
        begun = (conn.scalar(sa.select(sa.func.max(notification.c.id))) or 0) + 1
        conn.execute(sa.insert(alert), [_alert(first + i, now, severity) for i in range(n)])
        rows = [
            _notification(begun + i * len(addresses) + j, first + i, address, channel, severity, now)
            for i in range(n)
            for j, address in enumerate(addresses)
        ]
        conn.execute(sa.insert(notification), rows)
        links = [{"notification_id": row["id"], "alert_id": row["payload"]["lines"][0]["alert"]} for row in rows]
        conn.execute(sa.insert(notification_alert), links)
        if not db.is_sqlite:  # it counts on from what it gave out itself
            for table in ("alert", "notification"):
                last = f"(SELECT max(id) FROM {table})"  # noqa: S608
                conn.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")
    return [row["ref"] for row in rows]


def _alert(number: int, now: int, severity: str) -> dict[str, object]:
    return {
        "id": number, "fingerprint": f"offline|xm/queue/k{number}", "rule": "offline", "severity": severity,
        "state": "firing", "org": "xm", "kind": "queue", "source": f"k{number}", "title": "alert.offline",
        "params": {}, "since": now, "fired_at": now, "raised_at": now, "open": True,
    }  # fmt: skip


def _notification(number: int, about: int, address: str, channel: str, severity: str, now: int) -> dict[str, object]:
    line = {
        "alert": about, "severity": severity, "title": "alert.offline", "params": {}, "since": now, "ended": None,
        "org": "xm", "org_name": "Xín Mần", "parent_name": "", "subject": f"xm/queue/k{about}", "name": f"k{about}",
        "tz": "Asia/Ho_Chi_Minh", "simulated": False, "drill": False,
    }  # fmt: skip
    return {
        "id": number, "ref": f"ref{number}", "receiver": address, "channel": channel, "address": address,
        "what": "firing", "subject": f"xm/queue/k{about}", "payload": {"lang": "vi", "lines": [line]},
        "state": "waiting", "created_at": now, "next_try_at": now, "severity": severity,
    }  # fmt: skip


def outbox(db: Database, name: str, channel: ConfiguredChannel, limits: DeliveryLimits = SECONDS) -> Outbox:
    clock = SystemClock()
    lease = Lease(db, "alerts", "here", 6.0, clock)
    assert lease.keep()
    made = Outbox(db, clock, lease, {name: channel}, Composer(TEXTS, None), limits)
    made.recover()
    return made


class Mailbox:
    """A mail server that behaves as it is told: `mode` is ok, refuses, hangs, defers, or drops."""

    kind = "mail"

    def __init__(self) -> None:
        self.mode = "ok"
        self.poison = ""
        self.taken: list[tuple[str, str]] = []  # address and ref
        self.port = free_port()
        self._controller: Controller | None = None
        self._deaf: socket.socket | None = None

    @property
    def channel(self) -> ConfiguredChannel:
        options = email.Options(host="127.0.0.1", port=self.port, sender="ioc@example.vn", timeout_s=0.5)
        return ConfiguredChannel(email, options)

    @staticmethod
    def addresses(n: int) -> list[str]:
        return [f"nguoi{i}@example.vn" for i in range(n)]

    def become(self, mode: str) -> None:
        self.close()
        self.mode = mode
        if mode == "hangs":
            self._deaf = socket.create_server(("127.0.0.1", self.port), backlog=512)
        elif mode != "refuses":
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
        if self._deaf is not None:
            self._deaf.close()
        self._controller = self._deaf = None

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # type: ignore[no-untyped-def]
        if self.mode == "defers" or address == self.poison:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # type: ignore[no-untyped-def]
        if self.mode == "drops":
            server.transport.abort()
            return "250 OK"
        line = next(line for line in envelope.content.decode().splitlines() if line.startswith("Message-ID:"))
        self.taken.append((envelope.rcpt_tos[0], line.partition("<")[2].partition("@")[0]))
        return "250 OK"


class Gateway:
    """An SMS gateway that behaves as it is told."""

    kind = "sms"

    def __init__(self) -> None:
        self.mode = "ok"
        self.poison = ""
        self.taken: list[tuple[str, str]] = []
        self.port = free_port()
        self._server: ThreadingHTTPServer | None = None
        self._deaf: socket.socket | None = None

    @property
    def channel(self) -> ConfiguredChannel:
        url = f"http://127.0.0.1:{self.port}/send"
        return ConfiguredChannel(
            sms_http, sms_http.Options(url=url, body="to={phone}&ref={request_id}&text={text}", timeout_s=0.5)
        )

    @staticmethod
    def addresses(n: int) -> list[str]:
        return [f"09123456{i:02}" for i in range(n)]

    def become(self, mode: str) -> None:
        self.close()
        self.mode = mode
        if mode == "hangs":
            self._deaf = socket.create_server(("127.0.0.1", self.port), backlog=512)
        elif mode != "refuses":
            self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
            self._server.daemon_threads = True
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._deaf is not None:
            self._deaf.close()
        self._server = self._deaf = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if gateway.mode == "drops":
                    self.close_connection = True
                    return
                deferred = gateway.mode == "defers" or asked["to"] == [gateway.poison]
                if not deferred:
                    gateway.taken.append((asked["to"][0], asked["ref"][0]))
                self.send_response(503 if deferred else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def double(make: type[Mailbox] | type[Gateway], mode: str) -> Iterator[Mailbox | Gateway]:
    made = make()
    made.become(mode)
    try:
        yield made
    finally:
        made.close()
