"""One running installation for all stories of the contract: each story has sources of its own in it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.running import Running, ioc, running
from tests.servers import free_port
from tests.suite.folders import lasting

ROLES = ("wall", "leader", "operator", "admin")
ORGS = """code,name,kind,parent,valid_from,valid_to,successor,tz,head_name,lat,lon
hg,Tỉnh Hà Giang,province,,,,,,,22.82,104.98
hg.dong-van,Huyện Đồng Văn,district,hg,,,,,Vừ Mí Kẻ,23.28,105.36
hg.dong-van.lung-cu,Xã Lũng Cú,commune,hg.dong-van,,,,,,,
hg.meo-vac,Huyện Mèo Vạc,district,hg,,,,,,,
hg.cu,Huyện cũ,district,hg,,2024-12-31,hg.meo-vac,,,,
"""
SOURCES = """org,kind,source,name,parent,interval_s,hours,owner
hg.dong-van,queue,k1,Kiosk một cửa,,60,always,Lý A Sính
hg.dong-van,queue,levels,Kiosk thử mức,,3600,always,
hg.dong-van,queue,series,Kiosk thử chuỗi,,3600,always,
hg.dong-van,queue,events,Kiosk chỉ gửi sự kiện,,3600,always,
hg.dong-van,queue,leaving,Kiosk hay mất điện,,3600,always,
hg.dong-van,vc,cau-1,Điểm cầu Đồng Văn,,30,always,
hg.meo-vac,queue,k1,Kiosk Mèo Vạc,,3600,always,
hg.meo-vac,queue,silent,Kiosk chưa bật,,3600,always,
hg,service,portal,Cổng dịch vụ công,,3600,always,
hg,dossier,mot-cua,Một cửa điện tử,,3600,always,
"""
CONFIG = """
data_dir = "{data}"
[http]
port = {http}
[mqtt]
port = {mqtt}
[alerts]
group_wait_s = 0.2
startup_grace_s = 0
[auth]
attempts_per_minute = 1000
[[rule]]
id = "long-wait"
kind = "threshold"
on = {{ kind = "queue", metric = "longest_wait_s" }}
above = 1800
recover_below = 1500
severity = "warning"
[[rule]]
id = "gone"
kind = "offline"
on = {{ kind = "queue", source = "leaving" }}
hold_s = 1.5
severity = "critical"
"""


@dataclass
class House:
    """The running installation as the outside world meets it."""

    url: str
    mqtt: int
    data: Path
    config: Path
    running: Running
    tokens: dict[str, str] = field(default_factory=dict)
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=15))
    client: "paho.Client" = field(default_factory=lambda: paho.Client(CallbackAPIVersion.VERSION2))

    def call(self, method: str, path: str, *, who: str | None = "admin", **given: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        given["headers"] = headers | given.get("headers", {})
        base = self.url if path in ("/healthz", "/readyz", "/metrics", "/") else f"{self.url}/api/v1"
        return self.http.request(method, base + path, **given)

    def get(self, path: str, *, who: str | None = "admin", **query: Any) -> Any:
        answer = self.call("GET", path, who=who, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, *, who: str | None = "admin", **body: Any) -> httpx2.Response:
        return self.call("POST", path, who=who, json=body)

    def publish(self, topic: str, body: Any, *, retain: bool = False) -> None:
        """QoS 1, acknowledged by the broker; `topic` without its root, `body` as JSON or as it is."""
        raw = body if isinstance(body, bytes | str) else json.dumps(body, ensure_ascii=False)
        sent = self.client.publish(f"ioc/v1/{topic}", raw, qos=1, retain=retain)
        sent.wait_for_publish(10)
        assert sent.is_published()

    def source(self, key: str, **wanted: Any) -> dict[str, Any]:
        """What REST says of a source once its metrics, texts or fields are as wanted."""

        def found() -> dict[str, Any] | None:
            answer = self.call("GET", f"/sources/{key}")
            if answer.status_code != 200:
                return None
            told = answer.json()
            flat = {**told["metrics"], **told["texts"], **told}
            return told if all(flat.get(name) == value for name, value in wanted.items()) else None

        return until(found, f"{key} with {wanted}")

    def quarantined(self, topic: str) -> list[dict[str, Any]]:
        rows = self.get("/quarantine", per_page=500)["items"]
        return [row for row in rows if row["topic"] == f"ioc/v1/{topic}"]

    def counts(self) -> dict[str, float]:
        """The totals of `/metrics` by outcome."""
        totals: dict[str, float] = dict.fromkeys(("received", "stored", "quarantined", "refused"), 0.0)
        for line in self.call("GET", "/metrics").text.splitlines():
            name, _, value = line.rpartition(" ")
            if name.startswith("ioc_messages_received_total"):
                totals["received"] += float(value)
            for outcome in ("stored", "quarantined", "refused"):
                if name.startswith("ioc_messages_total") and f'outcome="{outcome}"' in name:
                    totals[outcome] += float(value)
        return totals


def until(check: Callable[[], Any], what: str, within: float = 60.0) -> Any:
    """What `check` returns once it is true; AssertionError naming what did not come."""
    deadline = time.monotonic() + within
    while not (found := check()):
        assert time.monotonic() < deadline, f"did not come within {within:.0f} s: {what}"
        time.sleep(0.03)
    return found


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    return lasting(request, lambda: standing(tmp_path_factory.mktemp("house")))


@contextmanager
def standing(folder: Path) -> Iterator[House]:
    config, data, http, mqtt = folder / "ioc.toml", folder / "data", free_port(), free_port()
    config.write_text(CONFIG.format(data=data, http=http, mqtt=mqtt), encoding="utf-8")
    for name, text in (("org", ORGS), ("source", SOURCES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        ioc(name, "import", str(folder / f"{name}.csv"), "--config", str(config))
    with running(config, data) as service:
        built = House(f"http://127.0.0.1:{http}", mqtt, data, config, service)
        for role, org in [*((role, None) for role in ROLES), ("operator", "hg.meo-vac")]:
            name = role if org is None else "bound"
            given = ["--org", org] if org else []
            built.tokens[name] = ioc(
                "token", "create", "--name", name, "--role", role, *given, "--config", str(config)
            ).strip()
        built.client.connect("127.0.0.1", mqtt)
        built.client.loop_start()
        yield built
        built.client.disconnect()
        built.client.loop_stop()
        built.http.close()


def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One `ioc` command to its end, whatever that is."""
    return subprocess.run(
        [sys.executable, "-m", "ioc", *arguments],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment},
    )  # fmt: skip
