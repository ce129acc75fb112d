"""A persistent session that is usually away, and publishers that know what was acknowledged."""

import threading
import time
from typing import Protocol

from ioc.config.settings import Mqtt
from ioc.core.errors import IocError
from ioc.platform.broker import Bus, paho_client
from tests.ops.running import wait_until

TOPIC = "ioc/v1/hg/queue/k1/state"


class Broker(Protocol):
    settings: Mqtt
    port: int


class Sitter:
    """`got` are the numbers that payloads begin with, doubles left out, in the order they first came."""

    def __init__(self, broker: Broker, topic: str = "ioc/v1/#") -> None:
        self._broker, self._topic = broker, topic
        self.got: list[int] = []
        self._seen: set[int] = set()

    def visit(self, until: int = 0, patience_s: float = 30.0) -> bool:
        """Come, take what waits until `until` different messages were seen, leave; whether the session was there."""
        client = paho_client(self._broker.settings, "sitter", persistent=True)
        there: list[bool] = []
        subscribed = threading.Event()

        def on_connect(client, _data, flags, _code, _props):
            there.append(flags.session_present)
            client.subscribe(self._topic, 1)

        client.on_connect = on_connect
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = lambda _client, _data, message: self._take(int(message.payload[:8]))
        client.connect("127.0.0.1", self._broker.port)
        client.loop_start()
        assert subscribed.wait(10)
        wait_until(lambda: len(self.got) >= until, patience_s)
        client.disconnect()
        client.loop_stop()
        return there[0]

    def _take(self, number: int) -> None:
        if number not in self._seen:
            self._seen.add(number)
            self.got.append(number)


def publish_until_dead(broker: Broker, done: list[int], pause_s: float = 0) -> None:
    """Numbers that continue those in `done`, each waited for, until the broker is gone."""
    bus = Bus(broker.settings, "publisher")
    bus.start()
    assert bus.wait(10)
    try:
        while bus.connected:
            number = len(done)
            bus.publish_acknowledged(TOPIC, f"{number:08}".encode(), timeout_s=1)
            done.append(number)
            time.sleep(pause_s)
    except IocError:
        return
    finally:
        bus.stop()
