"""The session of an older build is emptied, taken over without a gap, and ended."""

import json
import threading
from pathlib import Path

import pytest

from ioc.config.settings import Mqtt
from ioc.core.clock import SystemClock
from ioc.ingest.identity import Identity
from ioc.ingest.inbox import Inbox
from ioc.ingest.receiver import Receiver
from ioc.messages.privacy import Privacy
from ioc.platform.broker import Bus
from ioc.platform.broker.session import PersistentClient
from tests.embedded import embedded_broker
from tests.running import wait_until
from tests.servers import mosquitto

OLD = "ioc-ingest"


@pytest.fixture(params=["mosquitto", "nats"])
def mqtt(request, tmp_path):
    if request.param == "mosquitto":
        with mosquitto(tmp_path) as server:
            yield Mqtt(url=server.url)
    else:
        with embedded_broker(tmp_path / "broker") as server:
            yield Mqtt(url=f"mqtt://127.0.0.1:{server.port}")


def visit(mqtt: Mqtt, client_id: str, *topics: str) -> bool:
    """Come with a session and leave again; whether it was there."""
    client = PersistentClient(mqtt, client_id, topics, [])
    client.connect("127.0.0.1", int(mqtt.url.rsplit(":", 1)[1]))
    wait_until(lambda: client.exchange(100, 0.1) or (client.granted if topics else client.connected), "the session")
    client.disconnect()
    return client.session_present


def publish(mqtt: Mqtt, numbers) -> None:
    bus = Bus(mqtt, "device")
    bus.start()
    assert bus.wait(10)
    for number in numbers:
        bus.publish_acknowledged(f"ioc/v1/hg/queue/k{number}/state", b"{}")
    bus.stop()


class Served:
    """Ingest's receiving side while inside."""

    def __init__(self, mqtt: Mqtt, folder: Path) -> None:
        self.identity = Identity(folder / "session.json", mqtt)
        self.receiver = Receiver(mqtt, Inbox(folder / "inbox.sqlite"), Privacy(()), SystemClock(), {}, self.identity)
        self._inbox = Inbox(folder / "inbox.sqlite")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.receiver.run, args=(self._stop,))

    def __enter__(self) -> "Served":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def topics(self) -> list[str]:
        return [message.topic for message in self._inbox.after(0, 10_000).messages]


def test_what_waits_in_the_session_of_an_older_build_is_taken_first_and_the_session_ended(mqtt, tmp_path):
    visit(mqtt, OLD, "ioc/v1/#")
    publish(mqtt, range(200))
    with Served(mqtt, tmp_path) as served:
        wait_until(lambda: not served.identity.former, "the end of the old session")
        publish(mqtt, range(200, 210))
        wait_until(lambda: len(served.topics()) >= 210, "everything")
        assert served.topics() == [f"ioc/v1/hg/queue/k{n}/state" for n in range(210)]
        assert served.receiver.sessions_lost == 0
    assert not visit(mqtt, OLD), "nothing is left under the id that everybody knows"


def test_the_client_id_is_random_kept_for_its_owner_and_the_same_next_time(tmp_path):
    path = tmp_path / "session.json"
    mqtt = Mqtt(client_id="east")
    first = Identity(path, mqtt).client_id
    assert first.startswith("east-")
    assert len(first) == len("east-") + 32
    assert path.stat().st_mode & 0o077 == 0
    assert Identity(path, mqtt).client_id == first
    renamed = Identity(path, Mqtt(client_id="west"))
    assert renamed.client_id != first
    assert renamed.former == [first], "what waits under the old name is not forgotten"


def test_a_session_that_is_gone_though_it_was_expected_is_told_after_a_restart_too(mqtt, tmp_path):
    with Served(mqtt, tmp_path) as served:
        wait_until(lambda: served.identity.expected and not served.identity.former, "a session")
    from ioc.platform.broker.session import forget

    forget(
        mqtt,
        json.loads((tmp_path / "session.json").read_text())["client_id"],
        "127.0.0.1",
        int(mqtt.url.rsplit(":", 1)[1]),
    )
    with Served(mqtt, tmp_path) as served:
        wait_until(lambda: served.receiver.sessions_lost == 1, "a word about it")
