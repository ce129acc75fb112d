"""The role as it runs: one process holds the duty, another waits for it; real mail arrives."""

import dataclasses
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from msgspec.structs import replace

from alerts import queries, service
from ioc.config import read
from ioc.context import Context
from ioc.core import registry
from ioc.core.clock import SystemClock
from ioc.core.errors import IocError
from ioc.core.texts import Texts
from ioc.domain.inventory import Org, OrgTree
from ioc.live.deltas import DELTA_TOPIC
from ioc.messages.kinds import specs
from ioc.platform.beat import pulses
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import latest, lease, meta, metadata, org, source
from ioc.platform.meta import Fact
from tests.clock import FakeClock

PATIENCE_S = 30


class Mailbox:
    def __init__(self):
        self.subjects = []

    async def handle_DATA(self, _server, _session, envelope):
        self.subjects.append(envelope.content.decode().split("Message-ID: ")[1].splitlines()[0])
        return "250 OK"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def mail():
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, port
    controller.stop()


@pytest.fixture
def context(tmp_path, mail):
    """A database with one kiosk that has said goodbye; no broker needs to be there for that."""
    db, clock = Database(sqlite_url(tmp_path / "ioc.sqlite")), SystemClock()
    metadata.create_all(db.engine)
    gone = clock.now_ms() - 5_000
    kiosk = {"id": 1, "org": "xm", "kind": "queue", "source": "k1", "status": "active", "hours": "always"}
    with db.write() as conn:
        conn.execute(sa.insert(org).values(code="xm", name="Xín Mần"))
        conn.execute(sa.insert(source).values(**kiosk))
        conn.execute(sa.insert(latest).values(source_id=1, online=False, online_at=gone, metrics={}, texts={}))
        conn.execute(sa.insert(meta).values(key=Fact.INVENTORY_REV, value="1"))
    options = {
        section: {kind: module.Options for kind, module in registry.scan(package).items()}
        for section, package in (("rule", "alerts.rules"), ("channel", "alerts.channels"))
    }
    table = {
        "data_dir": str(tmp_path),
        "mqtt": {"port": free_port()},
        "alerts": {"group_wait_s": 0.2, "startup_grace_s": 0},
        "rule": [{"id": "offline", "kind": "offline", "hold_s": 0}],
        "channel": [{"name": "mail", "kind": "email", "host": "127.0.0.1", "port": mail[1], "sender": "ioc@hg.vn"}],
        "receiver": [{"name": "truc", "email": ["truc@hg.vn"]}],
        "route": [{"receivers": ["truc"], "channels": ["mail"]}],
    }
    texts = Texts(Path(__file__).parents[2] / "web" / "i18n")
    kinds = specs(registry.scan("connectors.kinds"))
    yield Context(read.parse(table, options, {}), clock, db, kinds, texts, b"key", lambda **_: None)
    db.close()


class Life:
    """One process of the role, as a thread."""

    def __init__(self, context):
        self.stop, self.ready = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=service.run, args=(context, self.stop, self.ready.set))
        self.thread.start()

    def end(self):
        self.stop.set()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


def eventually(what):
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def holder(context):
    with context.db.read() as conn:
        return conn.execute(sa.select(lease.c.token, lease.c.until)).one()


def test_what_somebody_forged_on_the_bus_is_counted_in_what_the_role_says(context):
    role = service.Service(context)
    role._follower._delta(DELTA_TOPIC, b"nobody signed this", False)
    role._say()
    role._beat.write()
    with context.db.read() as conn:
        (said,) = [pulse.detail for pulse in pulses(conn, context.clock.now_ms()) if pulse.role == service.ROLE]
    assert said == {"unsigned": 1}


class Outside:
    """Counts the signs of life that arrive; answers with `status`."""

    def __init__(self):
        self.asked, self.status = [], 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/ping/secret"


@pytest.fixture
def outside():
    started = Outside()
    yield started
    started.server.shutdown()
    started.server.server_close()


class Working:
    """In place of the active parts: their workers, some of them stuck."""

    def __init__(self, *stuck):
        self.workers, self._stuck = self, list(stuck)

    def stuck(self, _longer_than_s):
        return self._stuck


def test_outside_hears_of_the_engine_only_while_it_decides_and_delivers(context, outside):
    clock = FakeClock()
    alerts = replace(context.settings.alerts, heartbeat_url=outside.url)
    role = service.Service(dataclasses.replace(context, settings=replace(context.settings, alerts=alerts), clock=clock))
    role._tell_outside()
    assert outside.asked == [], "it stands by"
    role._active = Working()
    role._tell_outside()
    assert outside.asked == ["/ping/secret"]
    role._active = Working("sms")
    role._tell_outside()
    role._active = Working()
    clock.advance(service.HUNG_S + 1)
    role._tell_outside()
    assert len(outside.asked) == 1
    role._well = clock.monotonic()
    outside.status = 404
    with pytest.raises(IocError, match="404") as refused:
        role._tell_outside()
    assert "secret" not in refused.value.message


def test_a_role_whose_turns_hang_falls_silent_and_one_with_a_stuck_worker_says_so(context):
    clock = FakeClock()
    role = service.Service(dataclasses.replace(context, clock=clock))
    assert role._turns()
    role._active = Working("sms")
    role._say()
    role._beat.write()
    with context.db.read() as conn:
        (pulse,) = pulses(conn, clock.now_ms())
    assert (pulse.ok, pulse.detail["stuck"]) == (False, "sms")
    clock.advance(service.HUNG_S + 1)
    assert not role._turns()


def test_one_of_two_lives_sends_and_the_other_takes_over(context, mail):
    first = Life(context)
    assert first.ready.wait(PATIENCE_S)
    eventually(lambda: mail[0].subjects)
    second = Life(context)
    assert second.ready.wait(PATIENCE_S)
    assert holder(context).token == 1
    first.end()
    eventually(lambda: holder(context).token == 2)
    second.end()
    assert len(mail[0].subjects) == 1
    with context.db.read() as conn:
        assert queries.delivery_counts(conn) == {("mail", True): 1}
        listed, total = queries.alerts(conn, OrgTree([Org("xm", "Xín Mần")]).scope("xm"))
    assert total == 1
    assert listed[0].state == "firing"
    assert holder(context).until == 0
