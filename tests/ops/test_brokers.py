"""What the embedded broker and Mosquitto really keep, checked against the real things."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ioc import embedded_broker
from ioc.broker import Bus
from ioc.check_broker import DEEP, BrokerWatch, check_sessions, drop_counter
from ioc.errors import IocError
from ioc.settings import Mqtt
from tests.ops.running import wait_until
from tests.servers import free_port, mosquitto, wait_for_port

# the broker cannot be stopped inside a process: it gets one of its own
SERVE = """
import sys, logging
from iotcore.iotcore import IotCoreBroker
logging.disable()
IotCoreBroker(config_path=sys.argv[1]).run_forever()
"""


@pytest.fixture
def embedded(tmp_path: Path):
    started = []

    def start(**settings: object) -> Mqtt:
        mqtt = Mqtt(host="127.0.0.1", port=free_port(), **settings)
        path = tmp_path / "broker.toml"
        embedded_broker.write_config(path, mqtt)
        process = subprocess.Popen([sys.executable, "-c", SERVE, str(path)])
        started.append(process)
        wait_for_port(mqtt.port, process)
        return mqtt

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_the_embedded_broker_keeps_sessions_and_thousands_of_messages(embedded):
    verdict = check_sessions(embedded(), DEEP)
    assert verdict.ok, verdict.detail


def test_the_embedded_broker_asks_for_the_password_it_was_given(embedded):
    mqtt = embedded(username="ioc", password='with "quotes" and ${dollars}')
    assert check_sessions(mqtt).ok
    stranger = Mqtt(host="127.0.0.1", port=mqtt.port, username="ioc", password="wrong")
    with pytest.raises(IocError, match="refuses the login"):
        check_sessions(stranger, patience_s=2)


def test_its_configuration_says_one_loopback_listener_and_little_memory():
    config = tomllib.loads(embedded_broker.config_text(Mqtt(host="localhost", port=1999)))
    assert set(config) == {"id", "router", "v4"}, "no console, websocket or metrics listener"
    assert config["v4"]["v4"]["listen"] in ("127.0.0.1:1999", "[::1]:1999")
    segments = [config["router"], *config["router"]["custom_segment"].values()]
    assert max(s["max_segment_size"] * s["max_segment_count"] for s in segments) <= 128 * 2**20
    both = tomllib.loads(embedded_broker.config_text(Mqtt(port=1999, port_v5=2000, username="u", password="p")))
    assert both["v5"]["v5"]["listen"] == "127.0.0.1:2000"
    assert both["v5"]["v5"]["connections"]["auth"] == {"u": "p"}


def test_the_configuration_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "run" / "broker.toml"
    embedded_broker.write_config(path, Mqtt(username="u", password="p"))
    assert path.stat().st_mode & 0o077 == 0


def test_mosquitto_that_queues_only_a_thousand_is_named(tmp_path):
    with mosquitto(tmp_path, "allow_anonymous true\n") as server:
        verdict = check_sessions(Mqtt(url=server.url), DEEP, patience_s=3)
    assert not verdict.ok
    assert f"of {DEEP} messages" in verdict.detail
    assert "raise max_queued_messages" in verdict.detail


def test_mosquitto_that_queues_without_limit_passes(tmp_path):
    with mosquitto(tmp_path) as server:
        assert check_sessions(Mqtt(url=server.url), DEEP).ok


def test_a_broker_without_queues_is_named(tmp_path):
    with mosquitto(tmp_path, "allow_anonymous true\npersistent_client_expiration 1h\nqueue_qos0_messages false\n"
                             "max_queued_messages 1\nmax_inflight_messages 1\n") as server:  # fmt: skip
        verdict = check_sessions(Mqtt(url=server.url), 10, patience_s=2)
    assert not verdict.ok


def test_a_broker_that_is_away_is_a_transient_trouble():
    with pytest.raises(IocError, match="does not answer") as caught:
        check_sessions(Mqtt(url=f"mqtt://127.0.0.1:{free_port()}"), patience_s=1)
    assert caught.value.transient


def test_drops_are_told_once_each():
    told = []
    feed = drop_counter(told.append)
    for figure in (b"5", b"5", b"nonsense", b"12", b"0", b"3"):
        feed("$SYS/broker/publish/messages/dropped", figure, True)
    assert told == [7, 3]


def test_ingest_says_which_broker_it_cannot_trust(tmp_path, caplog):
    with mosquitto(tmp_path, "allow_anonymous true\n") as server:
        settings = Mqtt(url=server.url)
        watch = BrokerWatch(settings, Bus(settings, "test"))
        watch.start()
        wait_until(lambda: watch.trouble is not None, 20)
    assert "raise max_queued_messages" in watch.trouble
    assert watch.trouble in caplog.text


def test_mosquitto_counts_what_it_drops_and_ingest_hears_of_it(tmp_path):
    config = "allow_anonymous true\nmax_queued_messages 5\nmax_inflight_messages 1\nsys_interval 1\n"
    with mosquitto(tmp_path, config) as server:
        settings = Mqtt(url=server.url)
        bus = Bus(settings, "test")
        watch = BrokerWatch(settings, bus)
        heard = []
        bus.subscribe("$SYS/broker/uptime", lambda *_: heard.append(1))
        bus.start()
        try:
            wait_until(lambda: heard, 10)
            assert not check_sessions(settings, 50, patience_s=2).ok
            wait_until(lambda: watch.dropped > 0, 10)
        finally:
            bus.stop()
