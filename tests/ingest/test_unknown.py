"""Topics nobody understands: noted with a sample, without private keys, bounded, gone once a map means them."""

import threading

import pytest

from connectors.mapping.unknown import Listener, watching
from ioc import bootstrap
from ioc.config.settings import PRIVATE_KEYS, Mqtt
from ioc.ingest import unknown_topics
from ioc.ingest.unknown_topics import AT_MOST, SAMPLE_BYTES, UnreadTopic
from ioc.messages.mapping.maps import Maps
from ioc.messages.privacy import Privacy
from ioc.platform.broker import Bus
from ioc.platform.db.tables import metadata
from tests.databases import empty_records
from tests.live.worlds import kinds
from tests.messages.mapping.vendors import plain
from tests.running import wait_until
from tests.servers import mosquitto


@pytest.fixture
def db(tmp_path):
    database = empty_records(tmp_path / "ioc.sqlite")
    yield database
    database.close()


def listener(*rules) -> Listener:
    return Listener(Maps(rules, kinds()), Privacy(PRIVATE_KEYS))


def listed(db, *rules):
    with db.read() as conn:
        return unknown_topics.listing(conn, Maps(rules, kinds()))


def test_the_newest_message_of_each_topic_is_kept():
    ears = listener(plain())
    for at, topic in enumerate(("a/b", "a/b", "v/dong-van/k1", "ioc/v1/x/y/z/state", "$SYS/broker/uptime")):
        ears.hear(topic, b'{"phone": "0912345678", "w": %d}' % at, at)
    assert ears.take() == {"a/b": UnreadTopic(b'{"w":1}', 2, 1)}
    assert ears.take() == {}


def test_a_device_that_makes_topics_up_fills_nothing(db):
    ears = listener()
    for number in range(AT_MOST + 50):
        ears.hear(f"x/{number}", b"a" * (SAMPLE_BYTES + 10), number)
    ears.hear("y" * 600, b"", 1)
    heard = ears.take()
    assert len(heard) == AT_MOST
    assert {len(one.payload) for one in heard.values()} == {SAMPLE_BYTES}
    unknown_topics.note(db, heard)
    unknown_topics.note(db, {"new": UnreadTopic(b"1", 1, 10_000)})
    rows = listed(db)
    assert (len(rows), rows[0]["topic"]) == (AT_MOST, "new")
    assert "x/0" not in {row["topic"] for row in rows}


def test_counts_add_up_until_a_map_means_the_topic(db):
    unknown_topics.note(db, {"v/a/b": UnreadTopic(b"1", 2, 10)})
    unknown_topics.note(db, {"v/a/b": UnreadTopic(b"\xff2", 3, 20)})
    (row,) = listed(db)
    assert row == {"topic": "v/a/b", "payload": "\ufffd2", "n": 5, "first_seen": 10, "last_seen": 20}
    assert listed(db, plain()) == []


def test_what_is_spoken_on_a_broker_is_heard(tmp_path):
    with mosquitto(tmp_path) as server:
        table = {"data_dir": str(tmp_path / "data"), "mqtt": {"url": server.url, "watch_unknown": ["lsx/#"]}}
        context = bootstrap.build(bootstrap.parse_settings(table, "test"))
        metadata.create_all(context.db.engine)
        vendor = Bus(Mqtt(url=server.url), "vendor")
        vendor.start()
        assert vendor.wait(5)
        vendor.publish("lsx/MV/k1", b'{"cho": 3}', qos=1, retain=True)
        try:
            with watching(context):
                wait_until(lambda: listed(context.db), "the topic", 10)
                assert threading.active_count() > 1
        finally:
            vendor.stop()
        (row,) = listed(context.db)
        assert (row["topic"], row["payload"]) == ("lsx/MV/k1", '{"cho": 3}')
