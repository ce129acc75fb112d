"""From `mosquitto_pub` to the eye: until `GET /sources` answers the new figure, and until the live socket sends it.

The product runs whole, on its embedded broker and stores, while 1 000 other messages a second come in.
Usage: benchmarks/latency.py [--quick]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx2
import paho.mqtt.client as paho
import socketio
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.running import import_orgs, ioc, running
from tests.servers import free_port, program

RATE = 1_000
KIOSKS = 200
LIMIT_S = 5.0
PROBE = "hg.dong-van/queue/kiosk-probe"


class Load(threading.Thread):
    """KIOSKS kiosks that send RATE states a second in all, evenly."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.sent = 0
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="load")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def run(self) -> None:
        begin = time.monotonic()
        while not self.stop.is_set():
            due = int((time.monotonic() - begin) * RATE)
            while self.sent < due:
                payload = f'{{"ts": {round(time.time() * 1000)}, "waiting": {self.sent % 40}, "serving": 2}}'
                self._client.publish(f"ioc/v1/hg/queue/kiosk-{self.sent % KIOSKS}/state", payload, qos=1)
                self.sent += 1
            time.sleep(0.005)
        self._client.disconnect()


class Wall:
    """A socket client that notes when it first saw each figure of the probe."""

    def __init__(self, url: str, token: str) -> None:
        self.seen: dict[int, float] = {}
        self._client = socketio.Client()
        self._client.on("snapshot", self._note)
        self._client.on("delta", self._note)
        self._client.connect(url, auth={"token": token}, transports=["websocket"])
        widget = {"id": "board", "kind": "queue_board", "options": {"org": "hg.dong-van"}}
        self._client.call("watch", {"widgets": [widget]})

    def _note(self, message: dict) -> None:
        body = message.get("patch") or message.get("payload") or {}
        for centre in (body.get("centres") or {}).values():
            if centre and centre.get("waiting") is not None:
                self.seen.setdefault(int(centre["waiting"]), time.perf_counter())

    def close(self) -> None:
        self._client.disconnect()


def configure(folder: Path, http: int, mqtt: int) -> Path:
    config = folder / "ioc.toml"
    config.write_text(
        f'data_dir = "{folder / "data"}"\n[http]\nport = {http}\n[mqtt]\nport = {mqtt}\n', encoding="utf-8"
    )
    import_orgs(config, folder)
    names = [("hg.dong-van", "kiosk-probe"), *(("hg", f"kiosk-{i}") for i in range(KIOSKS))]
    sources = "org,kind,source,hours\n" + "".join(f"{org},queue,{name},always\n" for org, name in names)
    (folder / "sources.csv").write_text(sources, encoding="utf-8")
    ioc("source", "import", str(folder / "sources.csv"), "--config", str(config))
    return config


def probe(port: int, api: httpx2.Client, wall: Wall, value: int) -> tuple[float, float]:
    """Seconds until REST and until the socket know `value`; counted from before mosquitto_pub starts."""
    began = time.perf_counter()
    payload = json.dumps({"ts": round(time.time() * 1000), "waiting": value})
    command = [program("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(port), "-q", "1"]
    subprocess.run([*command, "-t", f"ioc/v1/{PROBE}/state", "-m", payload], check=True)
    rest = None
    while rest is None or value not in wall.seen:
        if time.perf_counter() - began > LIMIT_S:
            raise SystemExit(f"{value} did not arrive within {LIMIT_S} s")
        if rest is None:
            answer = api.get("/api/v1/sources", params={"org": "hg.dong-van", "kind": "queue"}).raise_for_status()
            items = answer.json()["items"]
            if items and items[0]["metrics"].get("waiting") == value:
                rest = time.perf_counter() - began
        time.sleep(0.02)
    return rest, wall.seen[value] - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    probes = 20 if parser.parse_args().quick else 100
    with tempfile.TemporaryDirectory() as name:
        folder, http, mqtt = Path(name), free_port(), free_port()
        config = configure(folder, http, mqtt)
        token = ioc("token", "create", "--name", "bench", "--role", "operator", "--config", str(config)).strip()
        with running(config, folder / "data"):
            url = f"http://127.0.0.1:{http}"
            wall, load = Wall(url, token), Load(mqtt)
            load.start()
            time.sleep(2)
            with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as api:
                began, sent = time.monotonic(), load.sent
                times = [probe(mqtt, api, wall, 1_000 + i) for i in range(probes)]
                rate = (load.sent - sent) / (time.monotonic() - began)
            load.stop.set()
            load.join()
            wall.close()
    print(f"{'path':>14} {'median s':>9} {'p95 s':>7} {'max s':>7}   at {rate:.0f} other messages a second")
    figures: dict[str, float] = {"probes": probes, "background_per_s": round(rate)}
    for label, column in (("GET /sources", 0), ("socket", 1)):
        values = sorted(row[column] for row in times)
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{label:>14} {statistics.median(values):>9.3f} {p95:>7.3f} {values[-1]:>7.3f}")
        figures[f"{label.split()[-1].strip('/')}_p95_s"] = round(p95, 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
