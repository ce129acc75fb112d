"""One of three nodes is killed in mid-stream: nothing acknowledged is lost and the order is kept."""

import threading
import time

from ioc.core.errors import IocError
from ioc.platform.broker import Bus
from ioc.platform.broker.session import PersistentClient
from tests.long import size
from tests.ops.cluster import Cluster
from tests.ops.running import wait_until

MESSAGES = size("brokers-cluster", 1_000, 20_000)


def publish(cluster: Cluster, done: list[int]) -> None:
    """Each waited for; one that is not acknowledged is sent again, as a device does, before the next."""
    bus = Bus(cluster.settings, "device")
    bus.start()
    assert bus.wait(60)
    try:
        while len(done) < MESSAGES:
            try:
                bus.publish_acknowledged("ioc/v1/hg/queue/k/state", str(len(done)).encode(), timeout_s=30)
            except IocError:
                time.sleep(0.2)
                continue
            done.append(len(done))
    finally:
        bus.stop()


def come(visitor: PersistentClient, port: int) -> None:
    """Until it is let in: a cluster turns away who comes before its streams have a leader."""
    deadline = time.monotonic() + 60
    while not visitor.connected:
        assert time.monotonic() < deadline
        if not visitor.alive:
            visitor.connect("127.0.0.1", port)
        visitor.exchange(10, 0.2)


def test_a_node_that_is_killed_in_mid_stream_costs_nothing(tmp_path):
    cluster = Cluster(tmp_path)
    cluster.start_all()
    try:
        arrived: list = []
        visitor = PersistentClient(cluster.settings, "sitter", ["ioc/v1/#"], arrived)
        come(visitor, cluster.ports[1])
        wait_until(lambda: visitor.exchange(10, 0.2) or visitor.granted, 30)
        visitor.disconnect()
        done: list[int] = []
        publishing = threading.Thread(target=publish, args=(cluster, done))
        publishing.start()
        wait_until(lambda: len(done) >= MESSAGES // 3, 500)
        cluster.kill(0)
        wait_until(lambda: len(done) >= MESSAGES * 2 // 3, 500)
        cluster.start(0)
        publishing.join()
        got: list[int] = []
        come(visitor, cluster.ports[2])
        deadline = time.monotonic() + 120
        while len(set(got)) < MESSAGES and time.monotonic() < deadline:
            visitor.exchange(1_000, 0.2)
            got += [int(delivery.payload) for delivery in arrived]
            visitor.acknowledge(arrived)
            arrived.clear()
        assert visitor.session_present
        first_seen = list(dict.fromkeys(got))
        assert first_seen == done
        visitor.disconnect()
    finally:
        cluster.stop()
