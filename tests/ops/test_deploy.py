"""The shipped Mosquitto configuration on a real Mosquitto: what it keeps through kill -9, and whom it lets speak."""

import signal
import threading
from pathlib import Path

import pytest

from ioc.config.settings import Mqtt
from ioc.core.errors import IocError
from ioc.platform.broker import Bus, paho_client
from ioc.platform.check_broker import DEEP, check_sessions
from tests.ops.running import wait_until
from tests.ops.shipped import DEPLOY, DEVICE, Shipped
from tests.servers import Mosquitto

TOPIC = f"ioc/v1/{DEVICE}/state"


@pytest.fixture
def server(tmp_path):
    running = Shipped(tmp_path)
    running.start()
    yield running
    running.kill()


class Sitter:
    """A persistent session that is usually away."""

    def __init__(self, server: Shipped) -> None:
        self._settings, self._port = server.settings, server.port
        self.got: set[int] = set()

    def visit(self, until: int = 0) -> bool:
        """Come, take what waits until `until` different messages were seen, leave; whether the session was there."""
        client = paho_client(self._settings, "sitter", persistent=True)
        there: list[bool] = []
        subscribed = threading.Event()

        def on_connect(client, _data, flags, _code, _props):
            there.append(flags.session_present)
            client.subscribe("ioc/v1/#", 1)

        client.on_connect = on_connect
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = lambda _client, _data, message: self.got.add(int(message.payload))
        client.connect("127.0.0.1", self._port)
        client.loop_start()
        assert subscribed.wait(5)
        wait_until(lambda: len(self.got) >= until)
        client.disconnect()
        client.loop_stop()
        return there[0]


def publish(server: Shipped, numbers) -> list[int]:
    """Those the broker acknowledged, in order."""
    bus = Bus(server.login(DEVICE), "publisher")
    bus.start()
    assert bus.wait(5)
    done: list[int] = []
    for number in numbers:
        bus.publish_acknowledged(TOPIC, str(number).encode())
        done.append(number)
    bus.stop()
    return done


def saved(server: Mosquitto, folder: Path) -> None:
    """Have it write its file now, as it does every `autosave_interval`; until the file is written."""
    path = folder / "mosquitto.db"
    before = path.stat().st_mtime_ns if path.exists() else 0
    server.process.send_signal(signal.SIGUSR1)
    wait_until(lambda: path.exists() and path.stat().st_mtime_ns > before)


def test_what_came_before_its_file_was_written_survives_kill_9_and_what_came_after_is_lost(server, tmp_path):
    sitter = Sitter(server)
    sitter.visit()
    first = publish(server, range(300))
    saved(server, tmp_path)
    after = publish(server, range(300, 400))
    server.kill()
    server.start()
    assert sitter.visit(len(first)), "the session is still there"
    assert sitter.got == set(first), f"lost are exactly the {len(after)} since"


def test_a_stop_in_good_order_loses_nothing(server):
    sitter = Sitter(server)
    sitter.visit()
    done = publish(server, range(300))
    server.terminate()
    server.start()
    assert sitter.visit(len(done)), "the session is still there"
    assert sitter.got == set(done)


def test_it_writes_its_file_at_intervals_not_at_every_change():
    config = dict(
        line.split(" ", 1) for line in (DEPLOY / "mosquitto.conf").read_text().splitlines() if line[:1] not in ("", "#")
    )
    assert config["autosave_on_changes"] == "false"
    assert 1 <= int(config["autosave_interval"]) <= 30


def test_no_key_is_used_that_2_1_calls_deprecated():
    used = (DEPLOY / "mosquitto.conf").read_text() + (DEPLOY / "mosquitto-2.1.conf").read_text()
    keys = {line.split(" ", 1)[0] for line in used.splitlines() if line[:1] not in ("", "#")}
    assert not keys & {"per_listener_settings", "password_file", "acl_file"}


def test_it_keeps_more_than_a_thousand_messages_for_who_is_away(server):
    verdict = check_sessions(server.bus, DEEP)
    assert verdict.ok, verdict.detail


def test_a_device_speaks_for_itself_only(server):
    sitter = Sitter(server)
    sitter.visit()
    bus = Bus(server.login(DEVICE), "device")
    bus.start()
    assert bus.wait(5)
    bus.publish("ioc/v1/hg.mv/queue/k2/state", b"1", qos=1)  # another device
    bus.publish("ioc/live/v1/delta", b"2", qos=1)  # our own bus
    bus.publish_acknowledged(TOPIC, b"3")
    bus.stop()
    sitter.visit(1)
    assert sitter.got == {3}


@pytest.mark.parametrize("account", [{}, {"username": "ioc", "password": "wrong"}])
def test_nobody_comes_in_without_the_right_password(server, account):
    with pytest.raises(IocError, match="refuses the login"):
        check_sessions(Mqtt(url=server.url, **account), patience_s=2)
