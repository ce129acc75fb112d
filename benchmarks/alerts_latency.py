"""How late trouble is found, and how late a gateway has the text of it.

found: the engine of the product in this process, paced as its role paces it, on 10 000 sources of which one leaves now
and then; how long after that each was raised, against the longest tick (its work and its rest) of that run.
handed over: the product whole, with 1 000 messages a second of other kiosks; from the publishing of a figure that is
bad until the gateway has its text, less `group_wait_s`. Beside each the same with little to do: 100 sources, no load.
The last line is one JSON object. Usage: benchmarks/alerts_latency.py [--quick]
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alerts.service import LOAD, LONGEST_REST_S, TICK_S
from tests.alerts.conftest import OFFLINE, Stage
from tests.running import import_orgs, ioc, running
from tests.servers import free_port

RATE, KIOSKS, GROUP_WAIT_S = 1_000, 200, 1.0
LIMIT_S = 60.0
RULES = OFFLINE + "hold_s = 0\nmissed = 1\n"
CONFIG = """
data_dir = "{data}"
[http]
port = {http}
[mqtt]
port = {mqtt}
[alerts]
startup_grace_s = 0
group_wait_s = {wait}
[[rule]]
id = "dong-khach"
kind = "threshold"
on = {{ kind = "queue", metric = "waiting" }}
above = 900
hold_s = 0
[[channel]]
name = "sms"
kind = "sms_http"
url = "http://127.0.0.1:{gateway}/"
body = "to={{phone}}&text={{text}}"
[[receiver]]
name = "truc-ban"
phone = ["0912345678"]
[[route]]
receivers = ["truc-ban"]
channels = ["sms"]
"""


class RealTime:
    """The clock of a stage, which here runs by itself."""

    def now_ms(self) -> int:
        return round(time.time() * 1000)

    def monotonic(self) -> float:
        return time.monotonic()

    def advance(self, _seconds: float) -> None:
        """A stage lets an earlier lease run out; here there is none."""


class GatewayDouble:
    """Takes every text, and notes when."""

    def __init__(self) -> None:
        taken = self.taken = {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name is http.server's
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                taken.setdefault(parse_qs(body)["text"][0], time.perf_counter())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def has(self, name: str) -> float | None:
        return next((at for text, at in list(self.taken.items()) if name in text), None)

    def close(self) -> None:
        self._server.shutdown()


def found(sources: int, events: int) -> dict[str, float]:
    """Seconds from leaving to raised, and the longest tick."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), RULES, clock=RealTime())
        keys = [stage.add(f"xm/queue/k{i}", interval_s=3_600) for i in range(sources)]
        for key in keys:
            stage.returns(key)
        stage.engine.tick()
        left, ticks = list(keys[:events]), []
        while left:
            began = time.monotonic()
            stage.leaves(left.pop())
            time.sleep(0.05)
            stage.engine.tick()
            took = time.monotonic() - began
            rest = min(LONGEST_REST_S, max(TICK_S, LOAD * (took - 0.05)))
            if left:
                stage.leaves(left.pop())
            time.sleep(rest)
            ticks.append(took + rest)
        stage.engine.tick()
        late = [(alert.raised_at - alert.since) / 1000 for alert in stage.alerts if alert.raised_at is not None]
        stage.db.close()
    assert len(late) == events, f"{len(late)} of {events} were found"
    return {"worst_s": max(late), "median_s": statistics.median(late), "longest_tick_s": max(ticks)}


class Publisher:
    """Other kiosks that send so many states a second in all, and probes that send what is asked."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bench")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.stop, self.sent = threading.Event(), 0

    def say(self, kiosk: str, waiting: int) -> None:
        payload = json.dumps({"ts": round(time.time() * 1000), "waiting": waiting})
        self._client.publish(f"ioc/v1/hg.dong-van/queue/{kiosk}/state", payload, qos=1)

    def load(self) -> None:
        begin = time.monotonic()
        while not self.stop.wait(0.005):
            for n in range(self.sent, int((time.monotonic() - begin) * RATE)):
                self.say(f"kiosk-{n % KIOSKS}", n % 40)
                self.sent += 1

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def handed_over(probes: int, *, loaded: bool) -> dict[str, float]:
    """Seconds from the publishing of a bad figure to its text, less the wait of a group."""
    with tempfile.TemporaryDirectory() as name:
        folder, gateway, mqtt = Path(name), GatewayDouble(), free_port()
        config = folder / "ioc.toml"
        text = CONFIG.format(data=folder / "data", http=free_port(), mqtt=mqtt, wait=GROUP_WAIT_S, gateway=gateway.port)
        config.write_text(text, encoding="utf-8")
        import_orgs(config, folder)
        names = [*(f"kiosk-{i}" for i in range(KIOSKS)), *(f"probe-{i}" for i in range(probes))]
        rows = "".join(f"hg.dong-van,queue,{one},{one}.,always\n" for one in names)
        (folder / "sources.csv").write_text("org,kind,source,name,hours\n" + rows, encoding="utf-8")
        ioc("source", "import", str(folder / "sources.csv"), "--config", str(config))
        with running(config, folder / "data"):
            publisher = Publisher(mqtt)
            feeding = threading.Thread(target=publisher.load, daemon=True)
            if loaded:
                feeding.start()
            time.sleep(3)
            sent_at = {}
            for i in range(probes):
                sent_at[i] = time.perf_counter()
                publisher.say(f"probe-{i}", 950)
                time.sleep(0.3)
            deadline = time.monotonic() + LIMIT_S
            while any(gateway.has(f"probe-{i}.") is None for i in range(probes)) and time.monotonic() < deadline:
                time.sleep(0.05)
            publisher.stop.set()
            publisher.close()
        gateway.close()
    late = [(gateway.has(f"probe-{i}.") or sent_at[i] + LIMIT_S) - sent_at[i] - GROUP_WAIT_S for i in range(probes)]
    return {"p99_s": sorted(late)[max(0, round(len(late) * 0.99) - 1)], "median_s": statistics.median(late)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    few, many = found(100, 10), found(2_000 if quick else 10_000, 10 if quick else 40)
    calm, loaded = (handed_over(10 if quick else 100, loaded=loaded) for loaded in (False, True))
    print(f"{'':<24}{'median s':>9}{'worst s':>9}{'longest tick s':>16}")
    for name, one in (("found, 100 sources", few), ("found, many sources", many)):
        print(f"{name:<24}{one['median_s']:>9.2f}{one['worst_s']:>9.2f}{one['longest_tick_s']:>16.2f}")
    for name, one in (("handed over, no load", calm), (f"handed over, {RATE}/s", loaded)):
        print(f"{name:<24}{one['median_s']:>9.2f}{one['p99_s']:>9.2f}")
    figures = {
        "found_within_a_tick": many["worst_s"] <= many["longest_tick_s"],
        "found_worst_s": round(many["worst_s"], 2),
        "longest_tick_s": round(many["longest_tick_s"], 2),
        "handed_over_p99_s": round(loaded["p99_s"], 2),
        "handed_over_ratio": round(loaded["p99_s"] / max(0.01, calm["p99_s"]), 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
