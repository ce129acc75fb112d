"""Vendors' topics in ingest's persistent session: kept while it is away, given up when their map is gone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from ioc.config.settings import PRIVATE_KEYS, Mqtt
from ioc.core.clock import SystemClock
from ioc.ingest.filters import former
from ioc.ingest.identity import Identity
from ioc.ingest.inbox import Inbox
from ioc.ingest.receiver import Receiver
from ioc.messages.mapping.maps import Maps
from ioc.messages.privacy import Privacy
from ioc.platform.broker import Bus
from ioc.platform.broker.session import PersistentClient
from tests.live.worlds import kinds
from tests.messages.mapping.vendors import plain
from tests.running import wait_until
from tests.servers import Mosquitto, mosquitto


class Door:
    """Ingest's receiving side on a folder of its own."""

    def __init__(self, folder: Path, server: Mosquitto) -> None:
        self.folder, self.mqtt = folder, Mqtt(url=server.url)
        self.inbox = Inbox(folder / "inbox.sqlite")

    @contextmanager
    def open(self, *rules, maps: Maps | None = None) -> Iterator[Receiver]:
        maps = maps or Maps(rules, kinds())
        left = former(self.folder / "filters.json", maps.filters)
        inbox = Inbox(self.folder / "inbox.sqlite")
        identity = Identity(self.folder / "session.json", self.mqtt)
        receiver = Receiver(self.mqtt, inbox, Privacy(PRIVATE_KEYS), SystemClock(), {}, identity, maps, left)
        stop = threading.Event()
        thread = threading.Thread(target=receiver.run, args=(stop,), daemon=True)
        thread.start()
        wait_until(lambda: receiver.connected, "the connection")
        try:
            yield receiver
        finally:
            stop.set()
            thread.join(10)

    def got(self) -> list[tuple[str, bytes, bool]]:
        return [(m.topic, m.payload, m.retained) for m in self.inbox.after(0, 100).messages]


def published(server: Mosquitto, *topics: str) -> None:
    bus = Bus(Mqtt(url=server.url), "vendor")
    bus.start()
    assert bus.wait(5)
    for topic in topics:
        bus.publish_acknowledged(topic, b'{"w": 1}')
    bus.stop()


def test_what_a_vendor_said_while_ingest_was_away_is_there_when_it_is_back(tmp_path):
    with mosquitto(tmp_path) as server:
        door = Door(tmp_path, server)
        with door.open(plain()):
            published(server, "v/a/1")
            wait_until(door.got, "the first")
        published(server, "v/a/2", "elsewhere/a")
        with door.open(plain()):
            wait_until(lambda: len(door.got()) == 2, "what came meanwhile")
        assert door.got() == [("v/a/1", b'{"w": 1}', False), ("v/a/2", b'{"w": 1}', False)]


def test_topics_of_a_map_that_is_gone_come_no_more(tmp_path):
    with mosquitto(tmp_path) as server:
        door = Door(tmp_path, server)
        with door.open(plain(), plain(topic="other/+dev", org="hg")):
            pass
        with door.open(plain()):
            published(server, "other/1", "v/a/1", "ioc/v1/hg/queue/k/state")
            wait_until(lambda: len(door.got()) >= 2, "what is still wanted")
        assert [topic for topic, _, _ in door.got()] == ["v/a/1", "ioc/v1/hg/queue/k/state"]


def test_maps_that_are_replaced_while_it_runs_change_what_it_hears(tmp_path):
    maps = Maps([plain()], kinds())
    with mosquitto(tmp_path) as server:
        door = Door(tmp_path, server)
        with door.open(maps=maps) as receiver:
            published(server, "v/a/1", "other/1")
            wait_until(door.got, "the first")
            maps.replace([plain(topic="other/+dev", org="hg")])
            receiver.follow_maps(former(tmp_path / "filters.json", maps.filters))
            wait_until(lambda: not receiver._left, "it is subscribed")
            for _ in range(50):
                published(server, "v/a/2", "other/2")
                if len(door.got()) >= 2:
                    break
            published(server, "v/a/3", "other/3")
            wait_until(lambda: "other/3" in [topic for topic, _, _ in door.got()], "what is wanted now")
        with door.open(maps=maps):
            published(server, "v/a/4", "other/4")
            wait_until(lambda: "other/4" in [topic for topic, _, _ in door.got()], "and at the next start")
        topics = [topic for topic, _, _ in door.got()]
        assert topics[0] == "v/a/1"
        assert "other/1" not in topics
        assert not {"v/a/3", "v/a/4"} & {*topics}


def test_a_filter_the_broker_refuses_is_said(caplog):
    refused = [ReasonCode(PacketTypes.SUBACK, identifier=0x80)]
    client = PersistentClient(Mqtt(), "ingest", ["v/+"], [])
    client._client.on_subscribe(client._client, None, 1, refused, None)
    assert "refuses ingest a filter" in caplog.text


def test_filters_are_remembered_until_they_are_wanted_again(tmp_path):
    path = tmp_path / "filters.json"
    assert former(path, ["a/#", "b/+"]) == []
    assert former(path, ["a/#"]) == ["b/+"]
    assert former(path, ["b/+", "c"]) == ["a/#"]
    assert former(path, []) == ["a/#", "b/+", "c"]
