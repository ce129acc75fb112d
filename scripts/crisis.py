"""A crisis in a running demonstration, told through its broker: lost lines and endpoints, a portal, queues."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import paho.mqtt.client as paho

from scripts.own_demo import Demo

ENDPOINTS, CABLES, QUEUES = 30, 2, 5
CERT_DAYS = 5
EVERY_S, AHEAD_S = 8.0, 20.0
LONGEST_S = 53 * 60
PORTAL, CERTIFICATE = "dich-vu-cong", "chung-thu-so"

Source = dict[str, Any]


@dataclass
class Crisis:
    """Who is in trouble: `gone` say goodbye for good, `says` is repeated.

    It speaks 20 seconds ahead, so that what the simulator goes on saying of the same sources is older and changes
    nothing.
    """

    gone: list[str] = field(default_factory=list)
    says: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{len(self.gone)} gone, {len(self.says)} in trouble: {', '.join(self.says)}"


def planned(sources: list[Source]) -> Crisis:
    """Two lines with all that hangs on them, thirty endpoints elsewhere, the portal, a certificate, five queues."""
    crisis = Crisis()
    hanging = Counter(one["parent"] for one in sources if one["kind"] == "vc")
    lines = [path for one in _of(sources, "link") if hanging[path := _path(one)] > QUEUES]
    cables = sorted(lines, key=lambda path: (-("dong-van" in path or "yen-minh" in path), -hanging[path], path))[
        :CABLES
    ]
    crisis.gone = [_path(one) for one in sources if one["parent"] in cables and one["kind"] != "link"]
    elsewhere = [_path(one) for one in _of(sources, "vc") if one["parent"] not in cables and one["health"] != "closed"]
    crisis.gone += elsewhere[:: max(1, len(elsewhere) // ENDPOINTS)][:ENDPOINTS]
    crisis.says |= {path: {"up": False, "loss_pct": 100, "rx_kbps": 0, "tx_kbps": 0} for path in cables}
    services = [_path(one) for one in _of(sources, "service")]
    crisis.says[_named(services, PORTAL)] = {"up": False, "error": "timeout"}
    crisis.says[_named(services[::-1], CERTIFICATE)] = {"up": True, "latency_ms": 140, "cert_days_left": CERT_DAYS}
    desks = [one for one in _of(sources, "queue") if one["parent"] not in cables and "longest_wait_s" in one["metrics"]]
    for n, one in enumerate(desks[:QUEUES]):
        crisis.says[_path(one)] = {"waiting": 28 + 3 * n, "longest_wait_s": LONGEST_S - 180 * n}
    return crisis


class Teller:
    """Goes on telling it until it is closed."""

    def __init__(self, demo: Demo, crisis: Crisis) -> None:
        self._demo, self._crisis = demo, crisis
        self._over = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", demo.mqtt_port)
        self._client.loop_start()
        for path in crisis.gone:
            self._say(f"{path}/status", {"online": False}, 0.0, retain=True)
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _go_on(self) -> None:
        while True:
            for path, figures in self._crisis.says.items():
                self._say(f"{path}/state", figures, AHEAD_S)
            if self._over.wait(EVERY_S):
                return

    def _say(self, topic: str, figures: dict[str, Any], ahead_s: float, *, retain: bool = False) -> None:
        at = self._demo.now() + timedelta(seconds=ahead_s)
        payload = {"ts": at.isoformat(timespec="milliseconds"), **figures, "simulated": True}
        self._client.publish(f"ioc/v1/{topic}", json.dumps(payload), qos=1, retain=retain)


def _of(sources: list[Source], kind: str) -> list[Source]:
    return [one for one in sources if one["kind"] == kind]


def _path(one: Source) -> str:
    return f"{one['org']}/{one['kind']}/{one['source']}"


def _named(paths: list[str], wanted: str) -> str:
    return next((path for path in paths if path.endswith(f"/{wanted}")), paths[0])
