"""Live fan-out: how late 400 screens hear of four changes a second, and what fifty that stop reading do to them.

Latency is from the instant the server worked out a change (`as_of` of the message) to its arrival in the client.
"""

import argparse
import json
import multiprocessing
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from screens import Figures, Order, play

HOST = "127.0.0.1"
CENTRES = 13
PER_SECOND = 4
PROCESSES = 2
WIDGET = {"id": "queues", "kind": "queue_board", "options": {}}
CUT_WITHIN_S = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer screens, shorter")
    parser.add_argument("--serve", nargs=2, metavar=("DIR", "PORT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(Path(options.serve[0]), int(options.serve[1]))
    else:
        measure(screens=100 if options.quick else 400, seconds=5.0 if options.quick else 20.0)


def measure(screens: int, seconds: float) -> None:
    stalled = max(1, screens // 8)
    with tempfile.TemporaryDirectory() as folder:
        token, port = prepare(Path(folder)), free_port()
        server = subprocess.Popen([sys.executable, __file__, "--serve", folder, str(port)])
        try:
            wait_until(lambda: clients(port, token) is not None, 20)
            order = Order(HOST, port, token, WIDGET, screens // PROCESSES)
            with Group([order] * PROCESSES) as group:
                alone = group.run(seconds)
                with Group([Order(HOST, port, token, WIDGET, stalled, stalled=True)]):
                    beside = group.run(seconds)
                    cut_s = wait_until(lambda: clients(port, token) == screens, CUT_WITHIN_S)
        finally:
            server.terminate()
            server.wait(20)
    report(screens, stalled, seconds, alone, beside, cut_s)


def report(screens: int, stalled: int, seconds: float, alone: Figures, beside: Figures, cut_s: float | None) -> None:
    print(f"{'':28}{'deltas':>10}{'a screen/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'gaps':>6}{'lost':>6}")
    rows = {f"{screens} screens": alone, f"… beside {stalled} stalled": beside}
    for name, figures in rows.items():
        n = len(figures.latencies)
        p50, p99, most = percentiles(figures)
        rate = n / screens / seconds
        print(f"{name:28}{n:>10}{rate:>12.2f}{p50:>9.1f}{p99:>9.1f}{most:>9.1f}{figures.gaps:>6}{figures.lost:>6}")
    when = "not cut" if cut_s is None else f"cut within {cut_s:.1f} s of the end of the run"
    print(f"the stalled ones: {when}")
    first, second = percentiles(alone)[1], percentiles(beside)[1]
    summary = {
        "screens": screens,
        "stalled": stalled,
        "deltas_per_screen_per_s": round(len(alone.latencies) / screens / seconds, 2),
        "p50_ms": round(percentiles(alone)[0], 1),
        "p99_ms": round(first, 1),
        "p99_beside_stalled_ms": round(second, 1),
        "p99_ratio": round(second / first, 3),
        "gaps": alone.gaps + beside.gaps,
        "lost": alone.lost + beside.lost,
        "stalled_cut": cut_s is not None,
    }
    print(json.dumps(summary))


def percentiles(figures: Figures) -> tuple[float, float, float]:
    cuts = statistics.quantiles(figures.latencies, n=100)
    return cuts[49], cuts[98], max(figures.latencies)


class Group:
    """Processes of screens that start and stop together."""

    def __init__(self, orders: list[Order]) -> None:
        self._pipes = []
        self._processes = []
        spawn = multiprocessing.get_context("spawn")
        for order in orders:
            ours, theirs = spawn.Pipe()
            self._pipes.append(ours)
            self._processes.append(spawn.Process(target=play, args=(order, theirs), daemon=True))

    def __enter__(self) -> "Group":
        for process in self._processes:
            process.start()
        for pipe in self._pipes:
            pipe.recv()
        return self

    def run(self, seconds: float) -> Figures:
        """Count for so long."""
        self._tell("count")
        time.sleep(seconds)
        self._tell("figures")
        total = Figures()
        for pipe in self._pipes:
            part = pipe.recv()
            total.latencies += part.latencies
            total.gaps, total.lost = total.gaps + part.gaps, total.lost + part.lost
        return total

    def __exit__(self, *_: object) -> None:
        self._tell("stop")
        for process in self._processes:
            process.join(10)

    def _tell(self, word: str) -> None:
        for pipe in self._pipes:
            pipe.send(word)


def prepare(folder: Path) -> str:
    """A records database with one-stop centres; returns a token."""
    from ioc.core.model import Role
    from ioc.domain.access import create_token
    from ioc.platform.db import Database, sqlite_url
    from ioc.platform.db.tables import metadata, org, source

    db = Database(sqlite_url(folder / "ioc.sqlite"))
    metadata.create_all(db.engine)
    with db.write() as conn:
        conn.execute(org.insert().values(code="hg", name="Tỉnh Hà Giang", kind="province"))
        rows = [{"org": "hg", "kind": "queue", "source": f"kiosk-{n}", "name": f"Quầy {n}"} for n in range(CENTRES)]
        conn.execute(source.insert(), [row | {"status": "active", "hours": "always"} for row in rows])
    token = create_token(db, f"bench-{secrets.token_hex(4)}", Role.WALL, None, 1)
    db.close()
    return token


def serve(folder: Path, port: int) -> None:
    """The real worker, fed by a bus of its own with signed deltas, as ingest would."""
    from gevent import monkey

    monkey.patch_all()
    import gevent

    from ioc import bootstrap
    from ioc.config.settings import Settings
    from web.server import WebWorker

    context = bootstrap.build(msgspec.convert({"data_dir": str(folder), "http": {"port": port}}, Settings))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    bus = feeding_bus()
    gevent.spawn(feed, bus, context.live_key)
    WebWorker(context, bus).run(stop, lambda: None)


def feeding_bus() -> Any:
    """A bus without a broker."""
    from ioc.config.settings import Mqtt
    from ioc.platform.broker import Bus

    class Feeding(Bus):
        def __init__(self) -> None:
            super().__init__(Mqtt(), "ioc-bench")
            self.handlers: dict[str, Callable[[str, bytes, bool], None]] = {}

        def subscribe(self, topic: str, handler: Callable[[str, bytes, bool], None], qos: int = 0) -> None:
            self.handlers[topic] = handler

        def start(self) -> None:
            pass

        def stop(self) -> None:
            pass

    return Feeding()


def feed(bus: Any, key: bytes) -> None:
    """Every centre has new figures, four times a second."""
    import gevent

    from ioc.live.deltas import DELTA_TOPIC, Delta, Patch, seal

    n, start = 0, time.monotonic()
    while True:
        n += 1
        now = time.time_ns() // 1_000_000
        values = {"waiting": (now, n % 97), "serving": (now, n % 7), "issued_today": (now, n)}
        patches = [Patch(("hg", "queue", f"kiosk-{i}"), values, {}, (now, True), now) for i in range(CENTRES)]
        if DELTA_TOPIC in bus.handlers:
            bus.handlers[DELTA_TOPIC](DELTA_TOPIC, seal(key, Delta("bench", n, now, patches)), False)
        gevent.sleep(max(0.0, start + n / PER_SECOND - time.monotonic()))


def clients(port: int, token: str) -> int | None:
    """How many screens the server counts; None while it does not answer."""
    request = urllib.request.Request(f"http://{HOST}:{port}/metrics", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return None
    return next((int(float(line.split()[-1])) for line in lines if line.startswith("ioc_live_clients ")), None)


def wait_until(reached: Callable[[], bool], within_s: float) -> float | None:
    """How long it took, or None when it did not happen."""
    start = time.monotonic()
    while time.monotonic() - start < within_s:
        if reached():
            return time.monotonic() - start
        time.sleep(0.1)
    return None


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
