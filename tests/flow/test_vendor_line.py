"""Three vendors connected by configuration alone: from a captured sample to the live widget, and what goes wrong."""

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from tests.flow.conftest import command, until
from tests.flow.test_contract_processes import Installation
from tests.ops.running import Running
from tests.running import ioc
from tests.servers import program

CAPTURED = Path(__file__).parents[1] / "captured"
VENDORS = ("kiosk-text", "counters-array", "line-keyvalue")
SOURCES = """org,kind,source,name,interval_s,hours
hg.dong-van,queue,K07,Kiosk Đồng Văn,60,always
hg.dong-van,queue,K08,Kiosk thứ hai,60,always
hg.meo-vac,queue,quay-1,Quầy 1,60,always
hg.meo-vac,queue,quay-2,Quầy 2,60,always
hg.meo-vac,queue,quay-3,Quầy 3,60,always
hg.dong-van,link,cap-1,Cáp Đồng Văn,60,always
"""
BUSY = """
[[map]]
topic = "busy/+dev"
org = "hg"
kind = "queue"
source = "{dev}"
per_minute = 6
[map.fields]
waiting = "w"
"""


class Vendors(Installation):
    """An installation whose configuration holds the captured vendors' maps."""

    def __init__(self, folder: Path) -> None:
        self.maps = "".join((CAPTURED / f"{name}.toml").read_text(encoding="utf-8") for name in VENDORS) + BUSY
        super().__init__(folder, 'watch_unknown = ["#"]\n' + self.maps)
        (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
        ioc("source", "import", str(folder / "sources.csv"), "--config", str(self.config))
        self.token = ioc("token", "create", "--name", "a", "--role", "admin", "--config", str(self.config)).strip()

    def get(self, path: str) -> Any:
        answer = httpx2.get(f"http://127.0.0.1:{self.http}{path}", headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer if path == "/metrics" else answer.json()

    def publish(self, topic: str, payload: bytes) -> None:
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-t", topic, "-s"]
        subprocess.run([program("mosquitto_pub"), *where], input=payload, check=True, timeout=20)

    def centres(self) -> dict[str, Any]:
        (board,) = self.get("/api/v1/live?widgets=queue_board")["items"]
        return board["payload"]["centres"]

    def source(self, key: str) -> dict[str, Any]:
        return self.get(f"/api/v1/sources/{key}")

    def waiting(self, reason: str | None = None) -> list[dict[str, Any]]:
        rows = self.get("/api/v1/quarantine?per_page=100")["items"]
        return [row for row in rows if reason in (None, row["reason"])]

    def refused(self) -> float:
        """States above the agreed rate, as `/metrics` counts them."""
        lines = [line for line in self.get("/metrics").text.splitlines() if 'reason="rate_limited"' in line]
        return float(lines[0].rpartition(" ")[2]) if lines else 0.0


def captured(name: str) -> list[tuple[str, bytes]]:
    """As it was captured, but for the clock: today's device tells today's time."""
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    found = []
    for line in (CAPTURED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        message = json.loads(line)
        payload = message["payload"].replace("21/11/2026 08:00:05", now.strftime("%d/%m/%Y %H:%M:%S"))
        payload = payload.replace("1795222804", str(int(now.timestamp())))
        payload = payload.replace("2026-11-21 08:00:04", now.strftime("%Y-%m-%d %H:%M:%S"))
        found.append((message["topic"], payload.encode()))
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Vendors:
    return Vendors(tmp_path_factory.mktemp("vendors"))


@pytest.fixture(scope="module")
def served(place: Vendors) -> Iterator[Running]:
    running = place.start()
    running.ready()
    yield running
    running.kill()


@pytest.mark.parametrize("name", VENDORS)
def test_the_sample_is_tried_before_anything_runs(place: Vendors, name: str) -> None:
    done = command("map", "try", "--map", name, str(CAPTURED / f"{name}.jsonl"), "--config", str(place.config))
    assert (done.returncode, done.stderr) == (0, "")
    assert "-> ioc/v1/hg." in done.stdout
    assert "warning" not in done.stdout


def test_a_configuration_with_a_wrong_sample_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "ioc.toml"
    wrong = BUSY.replace("per_minute = 6", """sample = '{"w": "nhiều"}'""")
    config.write_text(f'data_dir = "{tmp_path}/data"\n{wrong}', encoding="utf-8")
    done = command("check-config", str(config))
    assert done.returncode == 2
    assert "map[0] busy/+dev: Element 0 would end in quarantine (wrong_type): waiting" in done.stderr
    config.write_text(f'data_dir = "{tmp_path}/data"\n{BUSY.replace("per_minute = 6", "kind = 7")}', encoding="utf-8")
    assert command("check-config", str(config)).returncode == 2


@pytest.mark.usefixtures("served")
def test_three_vendors_reach_the_live_widget(place: Vendors) -> None:
    for name in VENDORS:
        for topic, payload in captured(name):
            place.publish(topic, payload)
    board = until(lambda: (c := place.centres())["hg.dong-van/K07"]["waiting"] == 12 and c, "the kiosk on the board")
    assert board["hg.dong-van/K07"]["longest_wait_s"] == 450
    assert board["hg.dong-van/K07"]["health"] == "warning"  # paper is low
    counters = until(lambda: (c := place.centres())["hg.meo-vac/quay-3"]["serving"] == 0 and c, "the counters")
    assert [counters[f"hg.meo-vac/quay-{n}"]["waiting"] for n in (1, 2, 3)] == [5, 0, 0]
    line = until(lambda: (s := place.source("hg.dong-van/link/cap-1"))["metrics"] and s, "the line")
    assert line["metrics"] == {"up": True, "rtt_ms": 12.4, "loss_pct": 0.4}
    for key in ("hg.dong-van/queue/K07", "hg.meo-vac/queue/quay-1", "hg.dong-van/link/cap-1"):
        told = place.source(key)
        assert told["age_s"] < 60, "its own clock was understood"
        assert "clock_behind" not in told["leniencies"]


@pytest.mark.usefixtures("served")
def test_a_device_that_can_only_post_is_heard_alike(place: Vendors) -> None:
    secret = ioc("device", "add", "hg.dong-van/queue/K09", "--config", str(place.config)).strip()
    url = f"http://127.0.0.1:{place.http}/api/v1/ingest/hg.dong-van/queue/K09/state"
    bearer = {"Authorization": f"Bearer {secret}"}
    answer = httpx2.post(url, headers=bearer, content=b'{"waiting": 6}', timeout=20)
    assert answer.status_code == 202
    told = until(lambda: "K09" in str(place.centres()) and place.source("hg.dong-van/queue/K09")["metrics"], "the post")
    assert told == {"waiting": 6}
    assert httpx2.post(url, headers=bearer, content=b'{"waiting": ', timeout=20).status_code == 202
    until(lambda: any(row["topic"].endswith("/K09/state") for row in place.waiting("bad_json")), "the broken one")
    ioc("device", "revoke", "hg.dong-van/queue/K09", "--config", str(place.config))
    assert httpx2.post(url, headers=bearer, content=b"{}", timeout=20).status_code == 401


@pytest.mark.usefixtures("served")
def test_a_topic_nobody_understands_is_on_the_list(place: Vendors) -> None:
    def heard() -> list[dict[str, Any]]:
        place.publish("abc/KHO/9", b'{"ma": 9, "so_dien_thoai": "0912345678"}')
        return place.get("/api/v1/topics/unknown")["items"]

    (row,) = until(heard, "the unknown topic")
    assert (row["topic"], row["payload"]) == ("abc/KHO/9", '{"ma":9}')


@pytest.mark.usefixtures("served")
def test_ten_times_the_agreed_rate_touches_nobody_else(place: Vendors) -> None:
    before = place.refused()
    for number in range(60):
        place.publish("busy/loud", b'{"w": %d}' % number)
    place.publish("busy/calm", b'{"w": 3}')
    until(lambda: place.refused() - before >= 50, "the refusals are counted")
    assert until(lambda: place.source("hg/queue/loud"), "it registered")["leniencies"]["rate_limited"] >= 50
    calm = until(lambda: (s := place.source("hg/queue/calm"))["metrics"] and s, "its figure")
    assert calm["metrics"] == {"waiting": 3}
    assert "rate_limited" not in calm["leniencies"]


def test_what_could_not_be_mapped_waits_and_is_replayed_under_the_mended_map(place: Vendors, served: Running) -> None:
    (_, (topic, payload)) = captured("kiosk-text")
    new_word = payload.replace("Còn".encode(), "Vừa thay".encode()).replace(b'"1"', b'"9"')
    place.publish(topic, new_word)
    place.publish(topic, payload[:40])
    place.publish(topic, payload.decode().encode("latin-1", "replace"))
    place.publish("mot-cua/meo-vac/bang", b'{"tram":{"luc":86400},"quay":[{"so":1,"cho":1}]}')  # a clock in 1970

    def waiting() -> list[dict[str, Any]]:
        return [row for row in place.waiting() if not row["topic"].startswith("ioc/")]

    rows = until(lambda: len(rows := waiting()) == 4 and rows, "four in quarantine")
    assert [row["reason"] for row in reversed(rows)] == ["bad_value", "bad_json", "bad_json", "bad_time"]
    assert "'Vừa thay' is none of the words" in rows[-1]["detail"]
    assert rows[-1]["payload"].encode() == new_word

    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(text.replace('"Còn" = "ok"', '"Còn" = "ok", "Vừa thay" = "ok"'), encoding="utf-8")
    served.stop()
    again = place.start()
    try:
        again.ready()
        ioc("replay", "--quarantine", "--config", str(place.config))
        until(lambda: place.source("hg.dong-van/queue/K08")["metrics"].get("serving") == 9, "what was missed is there")
        until(lambda: len(waiting()) == 7, "what still cannot be used came back")
    finally:
        again.kill()
