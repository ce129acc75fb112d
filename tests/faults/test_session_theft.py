"""A device that calls itself by the id of ingest's session: on its own listener it takes nothing, elsewhere all."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import paho.mqtt.client as paho
import pytest
from msgspec import structs
from paho.mqtt.enums import CallbackAPIVersion

from ioc.config.settings import Mqtt, Settings
from ioc.ingest.identity import FILE, Identity
from ioc.ops import doctor
from ioc.ops.doctor import CheckState
from ioc.platform.check_broker import check_guessable
from tests.ops.shipped import DEPLOY, DEVICE, Shipped
from tests.servers import free_port

WAITING = 50
TOPIC = f"ioc/v1/{DEVICE}/state"


class Doors(Shipped):
    """The shipped broker, with its listener for devices open (without TLS, which the theft has no need of)."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.devices = free_port()
        shipped = (DEPLOY / "mosquitto.conf").read_text()
        rule = "use_username_as_clientid true"
        assert f"#listener 8883\n#{rule}\n" in shipped
        text = self._config.read_text()
        self._config.write_text(f"{text}\nlistener {self.devices} 127.0.0.1\n{rule}\n")


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    built = Doors(tmp_path)
    built.start()
    yield built
    built.kill()


class Caller:
    """One connection."""

    def __init__(self, mqtt: Mqtt, port: int, client_id: str, *, clean: bool) -> None:
        self.got: list[str] = []
        self._came, self._granted = threading.Event(), threading.Event()
        self.kept = False
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean)
        self._client.username_pw_set(mqtt.username, mqtt.password)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._granted.set()
        self._client.on_message = lambda _c, _d, message: self.got.append(message.topic)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._came.wait(5)

    def _on_connect(self, _client: Any, _data: Any, flags: Any, code: Any, _props: Any) -> None:
        self.kept = not code.is_failure and flags.session_present
        self._came.set()

    def hear(self, topic: str) -> None:
        self._client.subscribe(topic, 1)
        assert self._granted.wait(5)

    def say(self, topic: str, times: int) -> None:
        for _ in range(times):
            self._client.publish(topic, b"{}", qos=1).wait_for_publish(5)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def left_for_ingest(doors: Doors, thiefs_port: int) -> bool:
    """Whether ingest's session is still there, with messages waiting, after a device has called itself by its id."""
    own = "ioc-ingest-" + "0" * 32
    ingest = Caller(doors.settings, doors.port, own, clean=False)
    ingest.hear("ioc/v1/#")
    ingest.leave()
    device = Caller(doors.login(DEVICE), doors.devices, "kiosk", clean=True)
    device.say(TOPIC, WAITING)
    device.leave()
    Caller(doors.login(DEVICE), thiefs_port, own, clean=True).leave()
    back = Caller(doors.settings, doors.port, own, clean=False)
    heard = threading.Event()
    for _ in range(50):
        if len(back.got) >= WAITING or not back.kept:
            break
        heard.wait(0.1)
    back.leave()
    assert len(back.got) == (WAITING if back.kept else 0)
    return back.kept


def test_on_the_devices_listener_nobody_is_called_but_by_its_user_name(doors: Doors) -> None:
    assert left_for_ingest(doors, doors.devices)


def test_where_ids_are_free_the_queue_is_gone(doors: Doors) -> None:
    """The control: what the line in the shipped configuration is for."""
    assert not left_for_ingest(doors, doors.port)


def test_doctor_tries_the_name_that_anybody_can_guess(doors: Doors) -> None:
    mqtt = structs.replace(doors.settings, client_id="ioc-ingest")
    assert check_guessable(mqtt).ok
    assert check_guessable(mqtt).ok, "and leaves no session behind"
    old = Caller(doors.settings, doors.port, "ioc-ingest", clean=False)  # as an older build had it
    old.hear("ioc/v1/#")
    old.leave()
    found = check_guessable(mqtt)
    assert not found.ok
    assert "under the name 'ioc-ingest'" in found.detail
    assert not check_guessable(mqtt).ok, "looking took nothing away"


def test_the_file_with_the_id_is_for_its_owner_alone(tmp_path: Path) -> None:
    Identity(tmp_path / FILE, Settings(data_dir=str(tmp_path)).mqtt)
    context = SimpleNamespace(settings=Settings(data_dir=str(tmp_path)))
    assert [result.verdict for result in doctor._identity(context.settings.root / FILE)] == [CheckState.OK]
    (tmp_path / FILE).chmod(0o644)
    (found,) = doctor._identity(tmp_path / FILE)
    assert found.verdict is CheckState.FAIL
    assert "644" in found.detail
