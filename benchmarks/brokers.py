"""What a broker takes while nobody fetches, how that falls with the backlog, how fast it drains, what a kill takes.

The embedded broker and Mosquitto with `deploy/mosquitto.conf`, in one run: the same publisher (QoS 1, 250 bytes, 500
under way), the same persistent session that is away meanwhile. Then each is killed with -9 in mid-stream.
Usage: benchmarks/brokers.py [--quick] [--messages N]
"""

import argparse
import itertools
import json
import logging
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ioc.config.settings import Mqtt
from ioc.platform.broker.session import PersistentClient
from tests.embedded import EmbeddedBroker
from tests.ops.shipped import shipped_mosquitto

SIZE = 250
TOPIC = "ioc/v1/hg/queue/kiosk-1/state"
WINDOW = 500
LATE_S = 20.0  # what was delivered and not heard comes again after `ack_wait`


class Broker(Protocol):
    """`settings` may read what devices say, `bus` may publish it."""

    settings: Mqtt
    port: int

    @property
    def bus(self) -> Mqtt: ...

    def start(self) -> object: ...

    def kill(self) -> None: ...


class Row(NamedTuple):
    backlog: int
    rate: float


class Publisher:
    """Numbers as payloads; `acknowledged` are those the broker took."""

    def __init__(self, broker: Broker) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="publisher", reconnect_on_failure=False)
        self._client.max_inflight_messages_set(WINDOW)
        self._client.on_publish = lambda _c, _d, mid, _r, _p: self._done(mid)
        self._client.on_disconnect = lambda *_: self._ended.set()
        if broker.bus.username:
            self._client.username_pw_set(broker.bus.username, broker.bus.password)
        self._ended = threading.Event()
        self._free = threading.Semaphore(WINDOW)
        self._sent: dict[int, int] = {}
        self.acknowledged: list[int] = []
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def publish(self, numbers: range) -> bool:
        """False when the broker went meanwhile."""
        for number in numbers:
            while not self._free.acquire(timeout=0.5):
                if self._ended.is_set():
                    return False
            info = self._client.publish(TOPIC, f"{number:0{SIZE}}", qos=1)
            self._sent[info.mid] = number
        return not self._ended.is_set()

    def settle(self) -> None:
        while self._sent and not self._ended.is_set():
            time.sleep(0.005)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _done(self, mid: int) -> None:
        number = self._sent.pop(mid, None)
        while number is None:  # acknowledged before `publish` noted it
            time.sleep(0.0005)
            number = self._sent.pop(mid, None)
        self.acknowledged.append(number)
        self._free.release()


def fetch(broker: Broker, wanted: int, quiet_s: float = 3.0) -> tuple[list[int], float]:
    """What the session holds, acknowledged as it comes, and the seconds from the first to the last."""
    arrived: list = []
    client = PersistentClient(broker.settings, "sitter", ["ioc/v1/#"], arrived)
    client.connect("127.0.0.1", broker.port)
    numbers: list[int] = []
    began = last = time.perf_counter()
    while (len(numbers) < wanted and time.perf_counter() - last < quiet_s) or not client.granted:
        client.exchange(2_000, 0.2)
        if arrived:
            last = time.perf_counter()
            began = began if numbers else last
            client.acknowledge(arrived)
            numbers += [int(delivery.payload) for delivery in arrived]
            arrived.clear()
    client.exchange(2_000, 0.2)
    client.disconnect()
    return numbers, last - began


def filled(broker: Broker, steps: list[int]) -> list[Row]:
    publisher = Publisher(broker)
    rows = []
    for low, high in itertools.pairwise(steps):
        began = time.perf_counter()
        publisher.publish(range(low, high))
        publisher.settle()
        rows.append(Row(high, (high - low) / (time.perf_counter() - began)))
    publisher.close()
    return rows


def killed(broker: Broker, after: int) -> tuple[int, int]:
    """Acknowledged in mid-stream before kill -9, and how many of those are gone."""
    publisher = Publisher(broker)
    publishing = threading.Thread(target=publisher.publish, args=(range(10_000_000),))
    publishing.start()
    while len(publisher.acknowledged) < after:
        time.sleep(0.01)
    broker.kill()
    publishing.join()
    publisher.close()
    acknowledged = set(publisher.acknowledged)
    broker.start()
    there, _ = fetch(broker, 10_000_000, quiet_s=2.0)
    return len(acknowledged), len(acknowledged - set(there))


def measured(broker: Broker, steps: list[int]) -> dict[str, object]:
    broker.start()
    try:
        fetch(broker, 0, 0.0)
        rows = filled(broker, steps)
        got, took = fetch(broker, steps[-1])
        late = fetch(broker, steps[-1] - len(set(got)), LATE_S)[0] if len(set(got)) < steps[-1] else []
        acknowledged, lost = killed(broker, min(20_000, steps[-1]))
    finally:
        broker.kill()
    return {
        "taken": {row.backlog: round(row.rate) for row in rows},
        "drained": round(len(got) / took),
        "doubled": len(got) - len(set(got)),
        "late": len(set(late) - set(got)),
        "missing": steps[-1] - len({*got, *late}),
        "in_order": got == sorted(got),
        "killed_acknowledged": acknowledged,
        "killed_lost": lost,
    }


def steps_to(n: int) -> list[int]:
    return [0, *(n // part for part in (10, 5, 2, 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--messages", type=int, default=50_000)
    args = parser.parse_args()
    logging.disable()
    steps = steps_to(10_000 if args.quick else args.messages)
    made: dict[str, Callable[[Path], Broker]] = {
        "nats": lambda folder: EmbeddedBroker(folder / "data"),
        "nats always": lambda folder: EmbeddedBroker(folder / "data", sync_interval="always"),
        "mosquitto": shipped_mosquitto,
    }
    answers = {}
    for name, make in made.items():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "data").mkdir()
            answers[name] = found = measured(make(Path(folder)), steps)
        taken = "  ".join(f"{backlog}: {rate}/s" for backlog, rate in found["taken"].items())
        print(f"{name:<12} taken at a backlog of  {taken}")
        kept = f"{found['late']} late, {found['missing']} missing, in order: {found['in_order']}"
        print(f"{'':<12} drained {found['drained']}/s, {kept}")
        lost = f"{found['killed_lost']} of {found['killed_acknowledged']} acknowledged lost"
        print(f"{'':<12} kill -9: {lost}", flush=True)
    print(json.dumps({"messages": steps[-1], **answers}))


if __name__ == "__main__":
    main()
