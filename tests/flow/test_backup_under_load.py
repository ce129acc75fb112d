"""A backup taken while a thousand messages a second come in, restored elsewhere: the same counts, alerts, ledger."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import paho.mqtt.client as paho
import pytest
import sqlalchemy as sa
from paho.mqtt.enums import CallbackAPIVersion

from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import metadata
from tests.flow.conftest import command, until
from tests.flow.test_alert_line import Gateway, running_gateway
from tests.flow.test_contract_processes import Installation

RATE = 1_000
RULES = """
[[channel]]
name = "sms"
kind = "sms_http"
url = "http://127.0.0.1:{sms}/send"
body = '{{"phone": "{{phone}}", "text": "{{text}}", "ref": "{{request_id}}"}}'
success_path = "CodeResult"
success_values = ["100"]
[[receiver]]
name = "truc-ban"
phone = ["0912345678"]
[[route]]
org = "hg"
receivers = ["truc-ban"]
channels = ["sms"]
[alerts]
group_wait_s = 0
startup_grace_s = 0
[[rule]]
id = "long-wait"
kind = "threshold"
on = {{ kind = "queue", metric = "longest_wait_s" }}
above = 1800
"""
SOURCES = "org,kind,source,hours,interval_s\nhg.dong-van,queue,k1,always,3600\nhg.dong-van,queue,flow,always,\n"
TABLES = ("org", "source", "alert", "alert_entry", "notification", "delivery", "quarantine", "token", "user", "audit")


class Flow:
    """Publishes numbered readings at a steady rate; `acknowledged` is how many the broker has taken."""

    def __init__(self, port: int) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(1_000)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.start = round(time.time() * 1000) // 60_000 * 60_000 - 600_000
        self.sent = 0
        self.acknowledged = 0
        self.client.on_publish = lambda *_: setattr(self, "acknowledged", self.acknowledged + 1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        until(lambda: self.acknowledged == self.sent, "acknowledgements")
        self.client.disconnect()
        self.client.loop_stop()

    def _run(self) -> None:
        began = time.monotonic()
        while not self._stop.wait(0.01):
            for _ in range(int((time.monotonic() - began) * RATE) - self.sent):
                body = json.dumps({"ts": self.start + self.sent, "waiting": self.sent})
                self.client.publish("ioc/v1/hg.dong-van/queue/flow/state", body, qos=1)
                self.sent += 1


class Asked:
    """REST of one installation."""

    def __init__(self, base: str, token: str) -> None:
        self.base, self.headers = base, {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        url = self.base + (path if path == "/metrics" else f"/api/v1{path}")
        return httpx2.get(url, params=query, headers=self.headers, timeout=20)

    def stored(self, start: int) -> tuple[int, int | None]:
        """How many readings of the flow there are, and the highest number among them."""
        query = {"org": "hg.dong-van", "kind": "queue", "source": "flow", "metric": "waiting"}
        query |= {"from": start, "to": start + 600_000, "step": 600_000}
        counts = self.get("/series", **query, agg="count").json()["points"]
        highest = [value for _, value in self.get("/series", **query, agg="max").json()["points"] if value is not None]
        return sum(value or 0 for _, value in counts), int(max(highest)) if highest else None


def ledger(path: Path) -> dict[str, list[Any]]:
    """Every row of what must come back as it was."""
    db = Database(sqlite_url(path))
    with db.read() as conn:
        tables = {name: metadata.tables[name] for name in TABLES}
        found = {name: [tuple(row) for row in conn.execute(sa.select(table))] for name, table in tables.items()}
    db.close()
    told = ("alert", "alert_entry", "notification", "delivery", "quarantine", "token", "audit")
    assert all(found[name] for name in told), "there is something to lose"
    return found


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as server:
        yield server


def test_same_counts_alerts_and_ledger(tmp_path: Path, gateway: Gateway) -> None:
    rules = RULES.format(sms=gateway.server_address[1])
    place = Installation(tmp_path, more=rules)
    (tmp_path / "sources.csv").write_text(SOURCES, encoding="utf-8")
    where = ("--config", str(place.config))
    assert command("source", "import", str(tmp_path / "sources.csv"), *where).returncode == 0
    token = command("token", "create", "--name", "reader", "--role", "admin", *where).stdout.strip()
    running = place.start()
    try:
        asked = Asked(running.ready(), token)
        alerts = troubled(place, asked)
        flow = Flow(place.port)
        until(lambda: flow.acknowledged > 3 * RATE, "a steady flow")
        before = flow.acknowledged
        time.sleep(0.5)  # what was acknowledged half a second ago is committed
        kept = ledger(place.data / "ioc.sqlite")
        done = command("backup", str(tmp_path / "copy"), *where)
        after = flow.acknowledged
        assert done.returncode == 0, done.stderr
        assert after - before > RATE, "the load went on while it was copied"
        flow.stop()
    finally:
        running.stop()
        running.kill()
    elsewhere = Installation(folder(tmp_path), more=rules, fresh=False)
    done = command("restore", str(tmp_path / "copy"), "--config", str(elsewhere.config))
    assert done.returncode == 0, done.stderr
    assert ledger(elsewhere.data / "ioc.sqlite") == kept
    restored = elsewhere.start()
    try:
        there = Asked(restored.ready(), token)
        count, highest = until(lambda: complete(there, flow.start, before), "every reading up to the copy")
        assert before <= count <= flow.sent
        assert highest == count - 1, "no gap in it and nothing twice"
        assert there.get("/alerts").json()["items"] == alerts
        totals = there.get("/metrics").text
        received = figure(totals, "ioc_messages_received_total")
        assert received == figure(totals, 'ioc_messages_total{outcome="stored"') + 1  # one is in quarantine
        assert there.get("/quarantine").json()["total"] == 1
        assert len(gateway.texts) == 1, "what was delivered before is not sent again"
    finally:
        restored.stop()
        restored.kill()


def folder(tmp_path: Path) -> Path:
    made = tmp_path / "elsewhere"
    made.mkdir()
    return made


def complete(there: Asked, start: int, at_least: int) -> tuple[int, int | None] | None:
    """Once it has taken in what the restored inbox held, and stands still."""
    first = there.stored(start)
    time.sleep(1)
    return first if first[0] >= at_least and first == there.stored(start) else None


def figure(text: str, name: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def troubled(place: Installation, asked: Asked) -> list[dict[str, Any]]:
    """One alert that was acknowledged with a comment, and one message in quarantine."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", place.port)
    client.loop_start()
    for body in ('{"longest_wait_s": 4000}', '{"longest_wait_s": "long"}'):
        client.publish("ioc/v1/hg.dong-van/queue/k1/state", body, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    (alert,) = until(lambda: asked.get("/alerts", state="firing").json()["items"], "the alert")
    url = f"{asked.base}/api/v1/alerts/{alert['id']}/acknowledge"
    assert httpx2.post(url, json={"comment": "Đang xử lý"}, headers=asked.headers, timeout=10).status_code == 200
    until(lambda: asked.get("/quarantine").json()["total"] == 1, "the quarantine")
    until(lambda: asked.get("/notifications", state="delivered").json()["total"] == 1, "the message")
    found: list[dict[str, Any]] = asked.get("/alerts").json()["items"]
    return found


def test_a_running_installation_is_not_restored_over(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    assert command("backup", str(tmp_path / "copy"), "--config", str(place.config)).returncode == 0
    done = command("restore", str(tmp_path / "copy"), "--config", str(place.config))
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not empty" in done.stderr
