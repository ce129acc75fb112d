"""Ingest and the bus at their brokers: each by an account of its own, which cannot do the other's part."""

from pathlib import Path

import pytest

from ioc import bootstrap
from ioc.config.names import BUS, INGEST, KEEPER
from ioc.config.settings import Mqtt, Settings
from ioc.core.errors import UsageError
from ioc.live.deltas import DELTA_TOPIC, NOTICE_TOPIC
from ioc.messages.bus import REPLAY
from ioc.platform import logins
from ioc.platform.broker.session import PersistentClient
from ioc.platform.check_broker import check_sessions
from ioc.platform.nats import config
from tests.ops.running import wait_until
from tests.ops.test_devices import Client as MosquittoClient
from tests.ops.test_devices import Place as MosquittoPlace
from tests.ops.test_nats_accounts import K1, Client, Place
from tests.servers import mosquitto


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    made.broker.start()
    yield made
    made.broker.stop()


def settings_of(place: Place) -> Settings:
    return Settings(data_dir=str(place.broker.data_dir), mqtt=place.broker.settings)


def client(place: Place, mqtt: Mqtt) -> Client:
    return Client(place, mqtt.username, mqtt.password)


def test_what_ingests_account_and_a_device_forge_on_the_bus_is_without_effect_and_counted(place):
    topics = [DELTA_TOPIC, NOTICE_TOPIC, REPLAY]
    listener = Client(place, "ioc", "ours")
    assert listener.hear("ioc/live/#") == [True]
    reader = client(place, logins.as_ingest(settings_of(place)))
    assert reader.came_in
    device, bus = Client(place, K1, place.secrets[K1]), client(place, logins.as_bus(settings_of(place)))
    for speaker in (reader, device, bus):
        for topic in topics:
            speaker.say(topic)
    wait_until(lambda: REPLAY in listener.got)
    assert listener.got == topics, "those of the bus alone"
    wait_until(lambda: place.said().get("violations") == 6)
    assert place.said()["violators"] in (f"{INGEST}: 3, {K1}: 3", f"{K1}: 3, {INGEST}: 3")


def test_ingests_account_reads_what_devices_say_and_no_live_delta(place):
    mqtt, arrived = logins.as_ingest(settings_of(place)), []
    ingest = PersistentClient(mqtt, "ioc-ingest-secret", ["ioc/v1/#", "lsx/#", REPLAY], arrived)
    ingest.connect("127.0.0.1", place.broker.port)
    wait_until(lambda: ingest.exchange(10, 0.1) or ingest.granted)
    reader = client(place, mqtt)
    assert reader.hear(DELTA_TOPIC) == [False]
    assert reader.hear("ioc/live/#") == [True], "of which it gets the replays alone"
    bus, device = client(place, logins.as_bus(settings_of(place))), Client(place, K1, place.secrets[K1])
    for topic in (DELTA_TOPIC, REPLAY, "ioc/v1/hg/link/l1/state"):
        bus.say(topic)
    for topic in (f"ioc/v1/{K1}/state", "lsx/MV/k1/tele"):
        device.say(topic)
    ingest.publish("ioc/v1/mark", b"its own mark")
    wanted = {REPLAY, "ioc/v1/hg/link/l1/state", f"ioc/v1/{K1}/state", "lsx/MV/k1/tele", "ioc/v1/mark"}
    wait_until(lambda: ingest.exchange(10, 0.1) or {delivery.topic for delivery in arrived} == wanted)
    assert reader.got == [REPLAY]
    wait_until(lambda: "violations" in place.said())
    assert place.said()["violations"] <= 1, "but for the refused subscription none of ours tried what it may not"


def test_a_session_of_the_one_account_of_an_older_build_is_ingests_still(place):
    arrived: list = []
    before = PersistentClient(place.broker.settings, "ioc-ingest-secret", ["ioc/v1/#"], arrived)
    before.connect("127.0.0.1", place.broker.port)
    wait_until(lambda: before.exchange(10, 0.1) or before.granted)
    before.disconnect()
    Client(place, K1, place.secrets[K1]).say(f"ioc/v1/{K1}/state")
    now = PersistentClient(logins.as_ingest(settings_of(place)), "ioc-ingest-secret", ["ioc/v1/#"], arrived)
    now.connect("127.0.0.1", place.broker.port)
    wait_until(lambda: now.exchange(10, 0.1) or arrived)
    assert now.session_present


def test_who_is_configured_does_all_as_ever_but_reach_into_the_store(place):
    ours = Client(place, "ioc", "ours")
    assert ours.hear("#", "ioc/live/#") == [True, True]
    ours.say("lsx/MV/k9/tele")
    ours.say("$JS/API/STREAM/PURGE/$MQTT_msgs")
    ours.say(DELTA_TOPIC)
    wait_until(lambda: DELTA_TOPIC in ours.got)
    assert "lsx/MV/k9/tele" in ours.got
    assert check_sessions(place.broker.settings).ok
    wait_until(lambda: place.said().get("violators") == "ioc: 1")


def test_with_an_account_for_the_bus_the_configured_one_only_reads_on_the_embedded_broker_too(tmp_path):
    mqtt = Mqtt(username="ioc", password="ours", bus_username="ioc-bus", bus_password="its own")
    rights = {user.name: user.rights for user in config.own_users(tmp_path, mqtt, "keeper's")}
    assert rights.keys() == {KEEPER, INGEST, BUS, "ioc", "ioc-bus"}
    assert rights["ioc"] == rights[INGEST]
    assert rights["ioc-bus"] == rights[BUS]
    assert rights[KEEPER] is None


def test_passwords_that_we_make_are_for_the_owner_alone_and_stay(tmp_path):
    settings = Settings(data_dir=str(tmp_path), mqtt=Mqtt(host="0.0.0.0", username="ioc", password="ours"))
    first = logins.as_bus(settings)
    assert (first.username, logins.as_ingest(settings).username) == (BUS, INGEST)
    assert logins.as_bus(settings) == first
    assert first.password != logins.as_ingest(settings).password
    assert (tmp_path / logins.KEY_FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mqtt", [Mqtt(), Mqtt(url="mqtt://a", username="ioc", password="ours")])
def test_without_accounts_or_with_one_of_a_broker_elsewhere_nothing_changes(tmp_path, mqtt):
    settings = Settings(data_dir=str(tmp_path), mqtt=mqtt)
    assert logins.as_bus(settings) == logins.as_ingest(settings) == mqtt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("mqtt", "said"), [
    ({"username": "a", "password": "b", "bus_username": "c"}, "bus_username and bus_password go together"),
    ({"username": "a", "password": "b", "bus_username": "a", "bus_password": "c"}, "another than username"),
    ({"bus_username": "a", "bus_password": "c"}, "needs username"),
    ({"username": BUS, "password": "b"}, r"mqtt\.username: 'ioc:bus' is an account of the embedded broker itself"),
    ({"username": "a", "password": "b", "bus_username": "c", "bus_password": "x" * 73}, "at most 72 bytes"),
])  # fmt: skip
def test_what_cannot_be_is_named(tmp_path, mqtt, said):
    with pytest.raises(UsageError, match=said):
        bootstrap.parse_settings(bootstrap.default_table(tmp_path, mqtt=mqtt), "test")


class TwoAccounts(MosquittoPlace):
    """An installation with an account for the bus beside ingest's."""

    def __init__(self, folder: Path, capsys) -> None:
        super().__init__(folder, capsys)
        text = self.config.read_text().replace('password = "ours"\n', 'password = "ours"\nbus_username = "ioc-bus"\n'
                                               'bus_password = "its own"\n')  # fmt: skip
        self.config.write_text(text)
        self.settings = bootstrap.load_settings(self.config)


def test_on_mosquitto_neither_ingests_account_nor_a_device_can_forge_on_the_bus(tmp_path, capsys):
    place = TwoAccounts(tmp_path, capsys)
    secret = place.ioc("device", "add", "hg.mv/queue/k1")
    place.export()
    with mosquitto(tmp_path, place.broker_config(), place.port) as server:
        assert check_sessions(logins.as_bus(place.settings)).ok
        bus, reader = MosquittoClient(server, "ioc-bus", "its own"), MosquittoClient(server, "ioc", "ours")
        device = MosquittoClient(server, "hg.mv/queue/k1", secret)
        assert all(each.comes_in() for each in (bus, reader, device))
        bus.hear(DELTA_TOPIC)
        reader.hear("#")
        for forger in (reader, device):
            forger.say(DELTA_TOPIC)
        device.say("ioc/v1/hg.mv/queue/k1/state")
        for topic in (DELTA_TOPIC, REPLAY):
            bus.say(topic)
        wait_until(lambda: reader.got[-1:] == [(REPLAY, b"1")] and bus.got)
        assert bus.got == [(DELTA_TOPIC, b"1")]
        assert [topic for topic, _ in reader.got] == ["ioc/v1/hg.mv/queue/k1/state", REPLAY]


def test_the_files_for_nats_hold_both_and_keep_their_hashes(tmp_path, capsys):
    place = TwoAccounts(tmp_path, capsys)
    place.export()
    text = (tmp_path / "ioc-accounts.conf").read_text()
    reads, speaks = (line for line in text.splitlines() if "user:" in line)
    assert 'user: "ioc",' in reads
    assert '"ioc.live.v1.delta"' not in reads.partition("subscribe")[0]
    assert 'user: "ioc-bus",' in speaks
    assert '"ioc.live.v1.>"' in speaks.partition("subscribe")[0]
    place.export()
    assert (tmp_path / "ioc-accounts.conf").read_text() == text
