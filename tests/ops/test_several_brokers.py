"""Of several brokers each is tried in turn, by ingest and by the bus alike."""

import threading

import pytest

from ioc import bootstrap
from ioc.config.settings import Mqtt
from ioc.core.clock import SystemClock
from ioc.core.errors import UsageError
from ioc.ingest.identity import Identity
from ioc.ingest.inbox import Inbox
from ioc.ingest.receiver import Receiver
from ioc.messages.privacy import Privacy
from ioc.platform.broker import Bus
from tests.ops.running import wait_until
from tests.servers import free_port, mosquitto


def test_whoever_dies_is_followed_by_the_next_and_the_first_may_be_away_from_the_start(tmp_path):
    (tmp_path / "a").mkdir()
    with mosquitto(tmp_path) as first, mosquitto(tmp_path / "a") as second:
        mqtt = Mqtt(url=f"mqtt://127.0.0.1:{free_port()},127.0.0.1:{first.port},127.0.0.1:{second.port}")
        inbox = Inbox(tmp_path / "inbox.sqlite")
        identity = Identity(tmp_path / "session.json", mqtt)
        receiver = Receiver(mqtt, Inbox(tmp_path / "inbox.sqlite"), Privacy(()), SystemClock(), {}, identity)
        stop = threading.Event()
        receiving = threading.Thread(target=receiver.run, args=(stop,))
        receiving.start()
        bus = Bus(mqtt, "device")
        bus.start()
        try:
            wait_until(lambda: receiver.connected and bus.connected and identity.expected)
            bus.publish_acknowledged("ioc/v1/a", b"1")
            wait_until(lambda: inbox.newest() == 1)
            first.kill()
            wait_until(lambda: not receiver.connected and not bus.connected)
            wait_until(lambda: receiver.connected and bus.connected and receiver.sessions_lost == 1, 30)
            wait_until(lambda: _published(bus) and inbox.newest() >= 2)
        finally:
            bus.stop()
            stop.set()
            receiving.join(10)


def _published(bus: Bus) -> bool:
    bus.publish_acknowledged("ioc/v1/a", b"2")
    return True


@pytest.mark.parametrize(("url", "hosts"), [
    ("mqtt://a", (("a", 1883),)),
    ("mqtts://a,b:8884", (("a", 8883), ("b", 8884))),
    ("mqtt://[::1]:1999,[fe80::1]", (("::1", 1999), ("fe80::1", 1883))),
])  # fmt: skip
def test_hosts_of_a_url(url, hosts):
    assert Mqtt(url=url).hosts == hosts


@pytest.mark.parametrize("url", ["mqtt://a,", "mqtt://a:1:2", "mqtt://a:99999", "mqtt://a,mqtt://b", "mqtt://u:p@a"])
def test_a_url_that_names_no_broker_is_refused(tmp_path, url):
    with pytest.raises(UsageError, match="mqtt"):
        bootstrap.parse_settings(bootstrap.default_table(tmp_path, mqtt={"url": url}), "test")
