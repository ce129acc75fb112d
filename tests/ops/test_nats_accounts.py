"""Devices on the embedded broker: each writes its own topics only, what else it tries is counted, it is cut at once."""

import json
import threading
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ioc.core.clock import SystemClock
from ioc.core.model import SourceKey
from ioc.ops import devices
from ioc.platform import beat
from ioc.platform.broker.session import PersistentClient
from ioc.platform.db import Database, migrate, sqlite_url
from ioc.platform.db.tables import org
from ioc.platform.nats.accounts import device, subjects
from ioc.platform.nats.export import replace
from tests.embedded import EmbeddedBroker
from tests.ops.running import wait_until

K1, K2 = SourceKey("hg.mv", "queue", "k1"), SourceKey("hg.mv", "queue", "k2")
NOW = 1_790_000_000_000


class Place:
    """A broker that asks for accounts, on a database with two devices."""

    def __init__(self, folder: Path) -> None:
        self.db = Database(sqlite_url(folder / "ioc.sqlite"))
        migrate.upgrade(self.db)
        with self.db.write() as conn:
            conn.execute(org.insert().values(code="hg.mv", name="Mèo Vạc", kind="district", tz="Asia/Ho_Chi_Minh"))
        self.secrets = {key: devices.add(self.db, key, ["lsx/MV/k1/#"], NOW) for key in (K1, K2)}
        self.broker = EmbeddedBroker(folder, username="ioc", password="ours")

    def said(self) -> dict:
        with self.db.read() as conn:
            pulses = beat.pulses(conn, SystemClock().now_ms())
        return next((dict(pulse.detail) for pulse in pulses if pulse.role == "broker"), {})


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    made.broker.start()
    yield made
    made.broker.stop()


class Client:
    """A device, or ourselves; it does not come back by itself."""

    def __init__(self, place: Place, name: object, password: str, client_id: str = "", will: str | None = None) -> None:
        self.got: list[str] = []
        self.ended = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, reconnect_on_failure=False)
        self._client.username_pw_set(str(name), password)
        if will is not None:
            self._client.will_set(will, b"0", qos=1, retain=True)
        self._codes: list[bool] = []
        self._client.on_connect = lambda _c, _d, _f, code, _p: self._codes.append(not code.is_failure)
        self._client.on_disconnect = lambda *_: self.ended.set()
        self._client.on_message = lambda _c, _d, message: self.got.append(message.topic)
        self._client.connect("127.0.0.1", place.broker.port)
        self._client.loop_start()
        wait_until(lambda: self._codes)

    @property
    def came_in(self) -> bool:
        return self._codes[0]

    def hear(self, *topics: str) -> list[bool]:
        """Whether each was granted."""
        granted: list[bool] = []
        heard = threading.Event()

        def on_subscribe(_client, _data, _mid, codes, _props):
            granted.extend(not code.is_failure for code in codes)
            heard.set()

        self._client.on_subscribe = on_subscribe
        self._client.subscribe([(topic, 1) for topic in topics])
        assert heard.wait(5)
        return granted

    def say(self, topic: str, *, retain: bool = False) -> None:
        """Acknowledged even where the broker throws it away."""
        self._client.publish(topic, b"1", qos=1, retain=retain).wait_for_publish(5)

    def vanish(self) -> None:
        """The cable is pulled."""
        self._client.loop_stop()
        self._client.socket().close()

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_a_device_writes_its_own_topics_only_and_what_else_it_tries_is_counted(place):
    ours = Client(place, "ioc", "ours")
    assert ours.hear("ioc/#", "lsx/#") == [True, True]
    thief = Client(place, K1, place.secrets[K1], will=f"ioc/v1/{K2}/status")
    assert thief.hear("#", "ioc/live/#", f"ioc/v1/{K1}/state") == [False, False, False]
    for topic in (
        f"ioc/v1/{K2}/state", "ioc/live/v1/delta", "ioc/live/v1/replay", f"ioc/v1/{K1}/config",
        "$JS/API/STREAM/PURGE/x", "$MQTT/msgs/ioc/v1/x", "lsx/MV/k2/x",
    ):  # fmt: skip
        thief.say(topic)
    thief.say(f"ioc/v1/{K2}/status", retain=True)
    thief.vanish()  # its last will is another's status
    device = Client(place, K1, place.secrets[K1])
    for topic in (f"ioc/v1/{K1}/event", f"ioc/v1/{K1}/state", "lsx/MV/k1/tele/a", f"ioc/v1/{K1}/status"):
        device.say(topic)
    wait_until(lambda: f"ioc/v1/{K1}/status" in ours.got)
    assert ours.got == [f"ioc/v1/{K1}/event", f"ioc/v1/{K1}/state", "lsx/MV/k1/tele/a", f"ioc/v1/{K1}/status"]
    wait_until(lambda: place.said().get("violations", 0) >= 9)
    assert place.said()["violators"].startswith(f"{K1}: ")
    assert not Client(place, K2, place.secrets[K1]).came_in, "another device's name with this password"


def test_who_learnt_the_id_of_a_session_gets_nothing_out_of_it_that_it_may_not_read(place):
    arrived: list = []
    ingest = PersistentClient(place.broker.settings, "ioc-ingest-secret", ["ioc/v1/#"], arrived)
    ingest.connect("127.0.0.1", place.broker.port)
    wait_until(lambda: ingest.exchange(10, 0.1) or ingest.granted)
    ingest.disconnect()
    Client(place, K2, place.secrets[K2]).say(f"ioc/v1/{K2}/state")
    thief = Client(place, K1, place.secrets[K1], client_id="ioc-ingest-secret")
    thief.hear("ioc/v1/#")
    assert thief.got == []
    thief.leave()


def test_a_revoked_device_is_cut_at_once_a_renewed_one_too_and_nobody_else(place):
    ours = Client(place, "ioc", "ours")
    first, second = Client(place, K1, place.secrets[K1]), Client(place, K2, place.secrets[K2])
    assert first.came_in
    assert second.came_in
    devices.revoke(place.db, K1, NOW)
    assert first.ended.wait(10), "the connection that stood was ended"
    assert not Client(place, K1, place.secrets[K1]).came_in
    assert not second.ended.is_set()
    renewed = devices.add(place.db, K2, [], NOW, renew=True)
    assert second.ended.wait(10)
    wait_until(lambda: Client(place, K2, renewed).came_in)
    assert not Client(place, K2, place.secrets[K2]).came_in
    assert not ours.ended.is_set()


def test_a_device_of_an_older_build_is_listed_to_be_renewed(place):
    from ioc.platform.db.tables import device as table

    with place.db.write() as conn:
        conn.execute(table.update().where(table.c.source == "k1").values(nats_hash=None))
    with place.db.read() as conn:
        remarks = {row["device"]: row["remark"] for row in devices.listing(conn)}
        assert [user.name for user in devices.nats_users(conn)] == [str(K2)]
    assert remarks == {str(K1): devices.RENEW, str(K2): None}


@pytest.mark.parametrize(("topic", "wanted"), [
    ("ioc/v1/hg.mv/queue/k1/state", ["ioc.v1.hg//mv.queue.k1.state"]),
    ("lsx/MV/#", ["lsx.MV", "lsx.MV.>"]),
    ("a/+/b", ["a.*.b"]),
    ("/a", ["/.a"]),
    ("a//b", ["a./.b"]),
    ("a/", ["a./"]),
    ("#", [">"]),
])  # fmt: skip
def test_topics_are_subjects(topic, wanted):
    assert list(subjects(topic)) == wanted


def test_a_renewed_device_is_taken_out_before_it_is_put_in_again():
    old, new, other = (device("hg/queue/a", "$2a$1", ()), device("hg/queue/a", "$2a$2", ()), device("b", "$2a$3", ()))
    texts: list[str] = []
    replace("", [old, other], texts.append, lambda: None, 0)
    replace(texts[-1], [new, other], texts.append, lambda: None, 0)
    assert len(texts) == 3
    assert json.dumps("hg/queue/a") not in texts[1]
    assert "$2a$2" in texts[2]
