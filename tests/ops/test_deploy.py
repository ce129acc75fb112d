"""The shipped Mosquitto configuration on a real Mosquitto: what it keeps through kill -9, and whom it lets speak."""

import getpass
import subprocess
import threading
from pathlib import Path

import pytest

from ioc.broker import Bus, paho_client
from ioc.check_broker import DEEP, check_sessions
from ioc.errors import IocError
from ioc.settings import Mqtt
from tests.ops.running import wait_until
from tests.servers import Mosquitto, free_port, mosquitto, program

DEPLOY = Path(__file__).parents[2] / "deploy"
DEVICE = "hg.mv/queue/k1"
TOPIC = f"ioc/v1/{DEVICE}/state"


@pytest.fixture
def server(tmp_path):
    port = free_port()
    config = (DEPLOY / "mosquitto.conf").read_text()
    for shipped, here in (
        ("/etc/mosquitto/", f"{tmp_path}/"),
        ("/var/lib/mosquitto/", f"{tmp_path}/"),
        ("listener 1883 127.0.0.1\n", f"user {getpass.getuser()}\n"),  # the listener stands in our own first line
        ("log_dest syslog", "log_dest none"),
    ):
        assert shipped in config
        config = config.replace(shipped, here)
    (tmp_path / "ioc.acl").write_text((DEPLOY / "mosquitto.acl").read_text())
    passwords = str(tmp_path / "ioc.passwd")
    for name, more in (("ioc", ["-c"]), (DEVICE, [])):
        subprocess.run([program("mosquitto_passwd"), *more, "-b", passwords, name, f"{name}-pass"], check=True)
    with mosquitto(tmp_path, config, port) as running:
        yield running


def login(server: Mosquitto, name: str) -> Mqtt:
    return Mqtt(url=server.url, username=name, password=f"{name}-pass")


class Sitter:
    """A persistent session that is usually away."""

    def __init__(self, server: Mosquitto) -> None:
        self._settings, self._port = login(server, "ioc"), server.port
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


def publish(server: Mosquitto, numbers, *, until_dead: bool = False) -> list[int]:
    """Those the broker acknowledged, in order."""
    bus = Bus(login(server, DEVICE), "publisher")
    bus.start()
    assert bus.wait(5)
    done: list[int] = []
    try:
        for number in numbers:
            if until_dead and not bus.connected:
                break
            bus.publish_acknowledged(TOPIC, str(number).encode())
            done.append(number)
    except IocError:
        assert until_dead
    finally:
        bus.stop()
    return done


def test_nothing_acknowledged_is_lost_when_it_is_killed(server):
    sitter = Sitter(server)
    sitter.visit()
    done = publish(server, range(300))
    publish(server, [])  # one more conversation: by then the broker has written its file
    server.kill()
    server.start()
    assert sitter.visit(len(done)), "the session is still there"
    assert sitter.got >= set(done)


def test_killed_in_mid_stream_at_most_what_it_was_just_writing_is_lost(server, monkeypatch):
    """Mosquitto acknowledges, then writes its file: the one message between the two is what kill -9 can take."""
    monkeypatch.setattr("ioc.broker.PUBLISH_TIMEOUT_S", 1.0)
    sitter = Sitter(server)
    sitter.visit()
    killer = threading.Timer(0.3, server.kill)
    killer.start()
    done = publish(server, range(100_000), until_dead=True)
    killer.join()
    assert len(done) > 1
    server.start()
    assert sitter.visit(len(done) - 1)
    assert sitter.got >= set(done[:-1])


def test_it_keeps_more_than_a_thousand_messages_for_who_is_away(server):
    verdict = check_sessions(login(server, "ioc"), DEEP)
    assert verdict.ok, verdict.detail


def test_a_device_speaks_for_itself_only(server):
    sitter = Sitter(server)
    sitter.visit()
    bus = Bus(login(server, DEVICE), "device")
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
