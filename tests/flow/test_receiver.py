"""The door on a real broker: what is not committed is not acknowledged, and comes again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ioc.config.settings import Mqtt
from ioc.core.clock import SystemClock
from ioc.core.errors import Code, IocError
from ioc.ingest import replay
from ioc.ingest.identity import Identity
from ioc.ingest.inbox import Inbox, Received
from ioc.ingest.receiver import Receiver
from ioc.messages.bus import REPLAY
from ioc.messages.privacy import Privacy
from ioc.platform.broker import Bus
from ioc.platform.broker.session import PersistentClient
from ioc.platform.private.mqtt import BufferedSocket
from tests.running import wait_until
from tests.servers import Mosquitto, mosquitto

KEY = b"k" * 32


class FullNowAndThen(Inbox):
    """Refuses while told, as a full disk does."""

    full = False

    def append(self, messages: list[Received]) -> int:
        if self.full:
            raise IocError(Code.INBOX_FULL, "no room")
        return super().append(messages)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path) as server:
        yield server


@pytest.fixture
def inbox(tmp_path: Path) -> FullNowAndThen:
    return FullNowAndThen(tmp_path / "inbox.sqlite")


@pytest.fixture
def receiver(broker: Mosquitto, inbox: FullNowAndThen, tmp_path: Path) -> Iterator[Receiver]:
    privacy = Privacy(("ho_ten",))
    special = {REPLAY: replay.sorter(KEY, privacy)}
    mqtt = Mqtt(url=broker.url)
    receiver = Receiver(mqtt, inbox, privacy, SystemClock(), special, Identity(tmp_path / "session.json", mqtt))
    stop = threading.Event()
    thread = threading.Thread(target=receiver.run, args=(stop,))
    thread.start()
    wait_until(lambda: receiver.connected, "a connection")
    yield receiver
    stop.set()
    thread.join(10)


def publish(broker: Mosquitto, *messages: tuple[str, str | bytes]) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def kept(inbox: Inbox) -> list[tuple[str, bytes]]:
    return [(message.topic, message.payload) for message in inbox.after(0, 1_000).messages]


def test_messages_are_kept_in_order_without_what_names_a_person(
    broker: Mosquitto, inbox: FullNowAndThen, receiver: Receiver
) -> None:
    publish(
        broker, ("ioc/v1/hg/queue/k/state", '{"waiting": 1, "ho_ten": "x"}'), ("ioc/v1/hg/queue/k/status", "online")
    )
    wait_until(lambda: len(kept(inbox)) == 2, "two messages")
    assert kept(inbox) == [("ioc/v1/hg/queue/k/state", b'{"waiting":1}'), ("ioc/v1/hg/queue/k/status", b"online")]


def test_while_there_is_no_room_nothing_is_acknowledged_and_all_comes_again(
    broker: Mosquitto, inbox: FullNowAndThen, receiver: Receiver
) -> None:
    inbox.full = True
    publish(broker, *[(f"ioc/v1/hg/queue/k{i}/state", "{}") for i in range(50)])
    wait_until(lambda: receiver.stopped_acking, "a word about it")
    assert kept(inbox) == []
    inbox.full = False
    wait_until(lambda: len({topic for topic, _ in kept(inbox)}) == 50, "all fifty")
    wait_until(lambda: receiver.stopped_acking is None, "the all-clear")


def test_what_breaks_us_is_kept_without_its_content_and_stops_nobody(
    broker: Mosquitto, inbox: FullNowAndThen, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip = Privacy.strip

    def breaks(privacy: Privacy, payload: bytes) -> tuple[bytes, bool]:
        if payload == b"poison":
            raise RuntimeError
        return strip(privacy, payload)

    monkeypatch.setattr(Privacy, "strip", breaks)
    deep = "[" * 600 + "]" * 600
    publish(broker, ("ioc/v1/a", deep), ("ioc/v1/b", "poison"), ("ioc/v1/c", '{"waiting": 1}'))
    wait_until(lambda: len(kept(inbox)) == 3, "all three")
    assert kept(inbox) == [("ioc/v1/a", deep.encode()), ("ioc/v1/b", b"{"), ("ioc/v1/c", b'{"waiting": 1}')]


def test_a_broker_that_dies_is_waited_for(broker: Mosquitto, inbox: FullNowAndThen, receiver: Receiver) -> None:
    publish(broker, ("ioc/v1/hg/queue/k/state", "{}"))
    wait_until(lambda: len(kept(inbox)) == 1, "the subscription")
    broker.kill()
    wait_until(lambda: not receiver.connected, "the end of the connection")
    broker.start()
    wait_until(lambda: receiver.connected, "the connection again")
    assert receiver.sessions_lost == 1  # this Mosquitto keeps sessions in memory only, and that is said
    publish(broker, ("ioc/v1/hg/queue/k/state", "{}"))
    wait_until(lambda: len(kept(inbox)) == 2, "the message")


def test_a_replay_keeps_its_first_receipt_and_a_forged_one_does_not_pass(
    broker: Mosquitto, inbox: FullNowAndThen, receiver: Receiver
) -> None:
    bus = Bus(Mqtt(url=broker.url), "test")
    bus.start()
    assert bus.wait(10)
    old = replay.Replay(1_600_000_000_000, "ioc/v1/hg/queue/k/state", b'{"waiting": 1}')
    replay.send(bus, KEY, old)
    replay.send(bus, b"not ours", old)
    wait_until(lambda: len(kept(inbox)) == 2, "both")
    bus.stop()
    genuine, forged = inbox.after(0, 10).messages
    assert (genuine.received_at, genuine.topic) == (old.received_at, old.topic)
    assert forged.topic == REPLAY


def test_the_fast_socket_is_in_place(broker: Mosquitto) -> None:
    """It reaches into paho: were paho to change there, all would work on at half the rate, unnoticed."""
    client = PersistentClient(Mqtt(url=broker.url), "probe", ["ioc/v1/#"], [])
    client.connect("127.0.0.1", broker.port)
    assert isinstance(client._client.socket(), BufferedSocket)
    assert hasattr(paho.Client, "_handle_on_message")
    client.disconnect()
