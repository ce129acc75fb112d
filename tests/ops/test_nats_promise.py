"""What the embedded broker acknowledged arrives: large beside small, through stops, kills and a full store."""

import threading
import time

from ioc.platform.broker import Bus
from ioc.platform.broker.session import PersistentClient
from tests.embedded import EmbeddedBroker, embedded_broker
from tests.long import size
from tests.ops.running import wait_until
from tests.ops.sitting import Sitter, publish_until_dead

NAME = "brokers-embedded"
LARGE, SMALL = size(NAME, 30, 1_500), size(NAME, 90, 4_500)
ROUNDS = size(NAME, 2, 10)
RETAINED = size(NAME, 2_000, 20_000)


def test_large_messages_beside_small_ones_all_arrive(tmp_path):
    with embedded_broker(tmp_path) as broker:
        sitter = Sitter(broker)
        sitter.visit()
        bus = Bus(broker.settings, "device")
        bus.start()
        assert bus.wait(10)
        for number in range(LARGE + SMALL):
            large = number % 4 == 0 and number // 4 < LARGE
            bus.publish_acknowledged("ioc/v1/a", f"{number:08}".encode() * (25_000 if large else 1))
        bus.stop()
        sitter.visit(LARGE + SMALL, 300)
        assert sitter.got == list(range(LARGE + SMALL))


def rounds_of(broker: EmbeddedBroker, end, rate: float) -> tuple[list[int], Sitter]:
    """Ends it in mid-stream, ROUNDS times, and fetches what waits at last."""
    sitter, done = Sitter(broker), []
    sitter.visit()
    for _ in range(ROUNDS):
        publishing = threading.Thread(target=publish_until_dead, args=(broker, done, 1 / rate if rate else 0))
        publishing.start()
        wanted = len(done) + 100
        wait_until(lambda wanted=wanted: len(done) >= wanted, 60)
        end()
        publishing.join()
        broker.start()
    sitter.visit(len(done), 120)
    return done, sitter


def test_orderly_stops_under_200_messages_a_second_lose_nothing(tmp_path):
    with embedded_broker(tmp_path) as broker:
        done, sitter = rounds_of(broker, broker.stop, 200)
        assert set(done) <= set(sitter.got)


def test_kills_in_mid_stream_lose_nothing(tmp_path):
    with embedded_broker(tmp_path) as broker:
        done, sitter = rounds_of(broker, broker.kill, 0)
        assert set(done) <= set(sitter.got)


def retained(broker: EmbeddedBroker) -> None:
    bus = Bus(broker.settings, "device")
    bus.start()
    assert bus.wait(10)
    for number in range(RETAINED):
        topic = f"ioc/v1/hg/queue/k{number}/status"
        if number % 200 == 199 or number == RETAINED - 1:
            bus.publish_acknowledged(topic, b"1", retain=True)
        else:
            bus.publish(topic, b"1", qos=1, retain=True)
    bus.stop()


def test_who_subscribes_in_the_moment_of_a_start_has_all_that_is_retained(tmp_path):
    with embedded_broker(tmp_path) as broker:
        retained(broker)
        for n in range(ROUNDS):
            broker.kill()
            topics: set[str] = set()
            hearing = threading.Thread(target=hear, args=(broker, f"fresh-{n}", topics))
            hearing.start()
            broker.start()
            hearing.join()
            assert len(topics) == RETAINED


def hear(broker: EmbeddedBroker, client_id: str, topics: set[str]) -> None:
    """Connect the moment it listens, and take what is retained."""
    arrived: list = []
    client = PersistentClient(broker.settings, client_id, ["ioc/v1/#"], arrived)
    deadline = time.monotonic() + 60
    while len(topics) < RETAINED and time.monotonic() < deadline:
        if not client.alive:
            connect_at_once(client, broker)
        client.exchange(2_000, 0.2)
        client.keep_alive()
        topics |= {delivery.topic for delivery in arrived}
        client.acknowledge(arrived)
        arrived.clear()
    client.disconnect()


def connect_at_once(client: PersistentClient, broker: EmbeddedBroker) -> None:
    try:
        client.connect("127.0.0.1", broker.port)
    except OSError:
        time.sleep(0.01)  # in a tighter loop a socket of this range of ports connects to itself
