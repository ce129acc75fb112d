"""A crisis in a demonstration: its simulator speaks over a connection of ours that silences some and changes others."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from connectors import service
from connectors.simulator import DEFAULT
from ioc import bootstrap
from ioc.config.started import Started
from ioc.core.clock import rfc3339
from ioc.messages.wire import ROOT
from ioc.platform.broker import Bus
from scripts.own_demo import ZONE, Demo

ENDPOINTS, CABLES, QUEUES = 30, 2, 5
CERT_DAYS = 5
LONGEST_S = 53 * 60
PORTALS, CERTIFICATES = ("dich-vu-cong", "cong-dvc-quoc-gia"), ("chung-thu-so",)

Source = dict[str, Any]


@dataclass
class Crisis:
    """Who is in trouble: `gone` fall silent behind their last will, `says` stands in what the others go on telling."""

    gone: list[str] = field(default_factory=list)
    says: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{len(self.gone)} gone, {len(self.says)} in trouble: {', '.join(self.says)}"


def planned(sources: list[Source]) -> Crisis:
    """Two lines with all that hangs on them, thirty endpoints elsewhere, the portal, a certificate, five queues."""
    crisis = Crisis()
    hanging = Counter(one["parent"] for one in sources if one["kind"] == "vc")
    lines = [path for one in _of(sources, "link") if hanging[path := _path(one)] > QUEUES]
    order = {path: (-("dong-van" in path or "yen-minh" in path), -hanging[path], path) for path in lines}
    cables = sorted(lines, key=order.__getitem__)[:CABLES]
    crisis.gone = [_path(one) for one in sources if one["parent"] in cables and one["kind"] != "link"]
    elsewhere = [_path(one) for one in _of(sources, "vc") if one["parent"] not in cables and one["health"] != "closed"]
    crisis.gone += elsewhere[:: max(1, len(elsewhere) // ENDPOINTS)][:ENDPOINTS]
    crisis.says |= {path: {"up": False, "loss_pct": 100, "rx_kbps": 0, "tx_kbps": 0} for path in cables}
    services = [_path(one) for one in _of(sources, "service")]
    crisis.says[_named(services, PORTALS)] = {"up": False, "error": "timeout"}
    crisis.says[_named(services[::-1], CERTIFICATES)] = {"cert_days_left": CERT_DAYS}
    desks = [one for one in _of(sources, "queue") if one["parent"] not in cables and "longest_wait_s" in one["metrics"]]
    for n, one in enumerate(desks[:QUEUES]):
        crisis.says[_path(one)] = {"waiting": 28 + 3 * n, "longest_wait_s": LONGEST_S - 180 * n}
    return crisis


class Story:
    """The province's story from now on, until it is closed; `turn` brings the crisis."""

    def __init__(self, demo: Demo, more: list[str]) -> None:
        started = Started.read(demo.started)
        settings = bootstrap.parse_settings(started.table, started.origin, ())
        context = bootstrap.build(settings, started.ahead_ms, demo=True)
        province = more[more.index("--province") + 1] if "--province" in more else DEFAULT
        self._clock = context.clock
        self._crisis = Crisis()
        self._stop = threading.Event()
        self._bus: _Lossy | None = None
        service.Bus = self._connect
        options = service.SimulatorOptions(province)
        self._thread = threading.Thread(
            target=service.simulate, args=(context, self._stop, options), kwargs={"rate": None}
        )
        self._thread.start()

    def turn(self, crisis: Crisis) -> None:
        self._crisis.gone, self._crisis.says = crisis.gone, crisis.says
        for path in crisis.gone if self._bus else []:
            will = {"ts": rfc3339(self._clock.now_ms(), ZONE), "online": False, "simulated": True}
            Bus.publish(self._bus, f"{ROOT}{path}/status", json.dumps(will).encode(), qos=1, retain=True)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _connect(self, settings: Any, name: str) -> "_Lossy":
        self._bus = _Lossy(settings, name)
        self._bus.crisis = self._crisis
        return self._bus


class _Lossy(Bus):
    crisis: Crisis

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        path, _, channel = topic.removeprefix(ROOT).rpartition("/")
        if path in self.crisis.gone:
            return
        if channel == "state" and path in self.crisis.says and isinstance(said := json.loads(payload), dict):
            payload = json.dumps(said | self.crisis.says[path]).encode()
        super().publish(topic, payload, qos=qos, retain=retain)


def _of(sources: list[Source], kind: str) -> list[Source]:
    return [one for one in sources if one["kind"] == kind]


def _path(one: Source) -> str:
    return f"{one['org']}/{one['kind']}/{one['source']}"


def _named(paths: list[str], wanted: tuple[str, ...]) -> str:
    return next((path for path in paths if path.endswith(wanted)), paths[0])
