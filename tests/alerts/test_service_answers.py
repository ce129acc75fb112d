"""The role as it runs reads a modem's inbox and gives the event feed: what is texted is taken, and told outside."""

import json
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts import service
from ioc.config import read
from ioc.context import Context
from ioc.core import registry
from ioc.core.clock import SystemClock
from ioc.core.texts import Texts
from ioc.messages.kinds import specs
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import alert, latest, meta, metadata, notification, org, source
from ioc.platform.meta import Fact
from tests.alerts.channels.gateways import Gateway, serving
from tests.servers import free_port

PATIENCE_S = 40
PHONE, SECRET = "0912345678", "mot-bi-mat-du-dai"


class Relay(threading.Thread):
    """Moves what lies in the outbox to what was sent, as gammu-smsd does with a modem that works."""

    def __init__(self, folders: dict[str, Path]) -> None:
        super().__init__(daemon=True)
        self.folders, self.over = folders, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            for file in self.folders["outbox"].glob("OUT*"):
                file.replace(self.folders["sent"] / file.name)


def furnish(db: Database, now: int) -> None:
    """One kiosk that has said goodbye."""
    metadata.create_all(db.engine)
    kiosk = {"id": 1, "org": "xm", "kind": "queue", "source": "k1", "status": "active", "hours": "always"}
    with db.write() as conn:
        conn.execute(sa.insert(org).values(code="xm", name="Xín Mần"))
        conn.execute(sa.insert(source).values(**kiosk))
        conn.execute(sa.insert(latest).values(source_id=1, online=False, online_at=now - 5_000, metrics={}, texts={}))
        conn.execute(sa.insert(meta).values(key=Fact.INVENTORY_REV, value="1"))


def eventually(what, why):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < deadline, why
        time.sleep(0.05)
    return found


@pytest.fixture
def folders(tmp_path):
    made = {name: tmp_path / name for name in ("outbox", "sent", "error", "inbox")}
    for folder in made.values():
        folder.mkdir()
    return made


def test_what_is_texted_to_the_modem_is_taken_and_every_event_is_told_outside(tmp_path, folders):
    db, clock = Database(sqlite_url(tmp_path / "ioc.sqlite")), SystemClock()
    furnish(db, clock.now_ms())
    modem = {"name": "modem", "kind": "gsm_modem", "inbound": "0912000000"} | {k: str(v) for k, v in folders.items()}
    relay, stop, ready = Relay(folders), threading.Event(), threading.Event()
    with serving(Gateway()) as outside:
        hook = {"name": "su-kien", "kind": "webhook", "url": outside.url, "secret": SECRET, "feed": True}
        table = {
            "data_dir": str(tmp_path),
            "mqtt": {"port": free_port()},
            "alerts": {"group_wait_s": 0.2, "startup_grace_s": 0},
            "rule": [{"id": "offline", "kind": "offline", "hold_s": 0}],
            "channel": [modem, hook],
            "receiver": [{"name": "lan", "phone": [PHONE]}],
            "route": [{"receivers": ["lan"], "channels": ["modem"]}],
        }
        options = {
            section: {kind: module.Options for kind, module in registry.scan(package).items()}
            for section, package in (("rule", "alerts.rules"), ("channel", "alerts.channels"))
        }
        texts = Texts(Path(__file__).parents[2] / "web" / "i18n")
        kinds = specs(registry.scan("connectors.kinds"))
        context = Context(read.parse(table, options, {}), clock, db, kinds, texts, b"key", lambda **_: None)
        role = threading.Thread(target=service.run, args=(context, stop, ready.set))
        relay.start()
        role.start()
        try:
            eventually(lambda: _state(db, notification) == "delivered", "the message")
            reply = folders["inbox"] / "IN20261201_030000_00_+84912345678_00.txt"
            reply.write_bytes(b"\xfe\xff" + "1a".encode("utf-16-be"))
            eventually(lambda: _state(db, alert) == "acknowledged", "the answer")
            eventually(lambda: not reply.exists(), "the inbox is empty")
            told = eventually(lambda: _told(outside, "acknowledged"), "the feed")
        finally:
            stop.set()
            role.join(PATIENCE_S)
            relay.over.set()
            db.close()
    assert (told["actor"], told["alert"]["source"], told["incident"]["owner"]) == ("lan", "k1", "lan")


def _state(db, table):
    with db.read() as conn:
        return conn.scalar(sa.select(table.c.state))


def _told(outside, event):
    documents = [json.loads(body) for *_, body in list(outside.requests)]
    return next((one for said in documents for one in said.get("events", ()) if one["event"] == event), None)
