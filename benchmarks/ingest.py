"""Durable ingest against paho's bare acknowledged receive loop: same broker, same backlog, same run.

Both drain a backlog of QoS 1 messages with three readings each from a persistent session, on Mosquitto and on the
embedded broker. The baseline acknowledges and forgets; ingest counts until the last reading is in the embedded metric
store, with every sink on.
Usage: benchmarks/ingest.py [--quick]
"""

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as paho
import psutil
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ioc.config.settings import Mqtt
from ioc.ingest.identity import FILE, Identity
from tests.embedded import EmbeddedBroker
from tests.running import import_orgs, running
from tests.servers import Mosquitto, free_port

SOURCES = 200
READINGS = 3
# the broker must not be the bottleneck nor drop anything; durability of the broker is not what is measured here
BROKER = "allow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n"


def session(port: int, client_id: str) -> None:
    """Leave a persistent session behind, so that everything published from now on waits for it."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
    subscribed = []
    client.on_subscribe = lambda *_: subscribed.append(True)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe([("ioc/v1/#", 1), ("ioc/live/v1/replay", 1)])
    while not subscribed:
        time.sleep(0.01)
    client.disconnect()
    client.loop_stop()


def publish(port: int, n: int) -> None:
    """Queue the backlog: SOURCES kiosks in turn, every message at an instant of its own."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="publisher")
    client.max_inflight_messages_set(500)
    client.connect("127.0.0.1", port)
    client.loop_start()
    start = round(time.time() * 1000) - n
    for i in range(n):
        payload = f'{{"ts":{start + i},"waiting":{i % 50},"serving":{i % 7},"longest_wait_s":{i % 900}}}'
        info = client.publish(f"ioc/v1/hg/queue/kiosk-{i % SOURCES}/state", payload, qos=1)
        if i % 2_000 == 0:
            info.wait_for_publish(120)  # packet ids are 16 bits
    info.wait_for_publish(120)
    client.disconnect()
    client.loop_stop()


def baseline(port: int, n: int) -> float:
    """Messages a second of `on_message: ack`, measured in a process of its own."""
    out = subprocess.run(
        [sys.executable, __file__, "--baseline", str(port), str(n)], capture_output=True, text=True, check=True
    )
    return float(out.stdout)


def bare_loop(port: int, n: int) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bare", clean_session=False, manual_ack=True)
    times: list[float] = []
    count = 0

    def on_message(client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        nonlocal count
        if not count:
            times.append(time.perf_counter())
        client.ack(message.mid, message.qos)
        count += 1
        if count == n:
            times.append(time.perf_counter())
            client.disconnect()

    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()
    print(n / (times[1] - times[0]))


def prepare(folder: Path, port: int) -> Path:
    """A data directory with a few orgs, and a configuration that points at the broker."""
    config = folder / "ioc.toml"
    config.write_text(f'data_dir = "{folder / "data"}"\n[mqtt]\nurl = "mqtt://127.0.0.1:{port}"\n', encoding="utf-8")
    import_orgs(config, folder)
    return config


def ours(folder: Path, config: Path, n: int) -> tuple[float, float]:
    """Messages a second until the last reading is stored, and the peak resident memory in MB."""
    peak, started, done = 0.0, None, 0
    with running(config, folder / "data", only="ingest") as service:
        watched = psutil.Process(service.pid("ingest"))
        while done < n:
            time.sleep(0.03)  # looking costs the machine something too
            first, done = progress(folder / "data" / "inbox.sqlite")
            started = started or first
            peak = max(peak, watched.memory_info().rss / 1e6)
        took = time.time() - (started or 0) / 1000
    stored = sqlite3.connect(folder / "data" / "metrics.sqlite").execute("SELECT count(*) FROM reading").fetchone()[0]
    if stored != n * READINGS:
        raise SystemExit(f"stored {stored} readings instead of {n * READINGS}")
    return n / took, peak


def progress(inbox: Path) -> tuple[int | None, int]:
    """When the first message was received (epoch ms) and how many the metric store has."""
    try:
        with sqlite3.connect(f"file:{inbox}?mode=ro", uri=True) as db:
            first = db.execute("SELECT received_at FROM run ORDER BY first LIMIT 1").fetchone()
            done = db.execute("SELECT seq FROM cursor WHERE name = 'metrics'").fetchone()
    except sqlite3.OperationalError:
        return None, 0
    return (first[0] if first else None), (done[0] if done else 0)


class Round(NamedTuple):
    """Messages a second of the bare loop and of ingest, and ingest's peak in MB."""

    bare: float
    rate: float
    peak: float


def on_mosquitto(folder: Path) -> Mosquitto:
    return Mosquitto(folder, BROKER, free_port())


def on_nats(folder: Path) -> EmbeddedBroker:
    (folder / "broker").mkdir()
    return EmbeddedBroker(folder / "broker")


BROKERS = {"mosquitto": on_mosquitto, "nats": on_nats}


def round_of(broker_of: Callable[[Path], Mosquitto | EmbeddedBroker], n: int) -> Round:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = broker_of(folder)
        broker.start()
        try:
            config = prepare(folder, broker.port)
            session(broker.port, "bare")
            publish(broker.port, n)
            bare = baseline(broker.port, n)
            session(broker.port, known_id(folder / "data", broker.port))
            publish(broker.port, n)
            rate, peak = ours(folder, config, n)
        finally:
            broker.kill()
    return Round(bare, rate, peak)


def known_id(data_dir: Path, port: int) -> str:
    """The client id ingest will come with, so that its session can be there before it."""
    identity = Identity(data_dir / FILE, Mqtt(url=f"mqtt://127.0.0.1:{port}"))
    for former in identity.former:
        identity.emptied(former)
    return identity.client_id


def told(name: str, rounds: list[Round]) -> dict[str, float]:
    print(f"{name:<10} {'bare loop msg/s':>16} {'ingest msg/s':>13} {'ratio':>6} {'peak MB':>8}")
    for i, one in enumerate(rounds, 1):
        print(f"{i:>10} {one.bare:>16.0f} {one.rate:>13.0f} {one.rate / one.bare:>6.2f} {one.peak:>8.0f}")
    # medians of each side: a shared machine gives single rounds anything between half and double
    bare, rate = statistics.median(one.bare for one in rounds), statistics.median(one.rate for one in rounds)
    return {
        "bare": round(bare),
        "rate": round(rate),
        "ratio": round(rate / bare, 3),
        "peak_mb": round(max(one.peak for one in rounds)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--baseline", nargs=2, type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.baseline:
        bare_loop(*args.baseline)
        return
    n, rounds = (20_000, 1) if args.quick else (60_000, 7)
    rows: dict[str, list[Round]] = {name: [] for name in BROKERS}
    for _ in range(rounds):
        for name, broker_of in BROKERS.items():
            rows[name].append(round_of(broker_of, n))
    found = {name: told(name, rows[name]) for name in BROKERS}
    ratio, peak = found["mosquitto"]["ratio"], found["mosquitto"]["peak_mb"]
    print(json.dumps({"messages": n, "ratio": ratio, "peak_mb": peak, **found}))


if __name__ == "__main__":
    main()
