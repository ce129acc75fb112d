"""Ingest's own connection: a persistent session whose messages are acknowledged by whoever stored them."""

import contextlib
import logging
import select
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ioc.config.settings import Mqtt
from ioc.platform.broker import AGAIN_S, KEEPALIVE_S, set_up
from ioc.platform.private.mqtt import BufferedSocket, FastClient, puback

log = logging.getLogger(__name__)

BYTES_AT_ONCE = 8_000_000


class Delivery(NamedTuple):
    """One message that awaits its acknowledgement."""

    topic: str
    payload: bytes
    retained: bool
    mid: int
    qos: int


def forget(settings: Mqtt, client_id: str, host: str, port: int) -> None:
    """End a session: a clean connection under its id takes it away. OSError when nobody answers."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True)
    answered: list[bool] = []
    client.on_connect = lambda _client, _data, _flags, code, _props: answered.append(not code.is_failure)
    set_up(client, settings).connect(host, port)
    until = time.monotonic() + KEEPALIVE_S
    while not answered and time.monotonic() < until:
        client.loop(0.1)
    client.disconnect()
    if not any(answered):
        raise ConnectionError(f"{host}:{port} does not answer")


class PersistentClient:
    """A connection with a session of its own, driven by the caller's loop: nothing is acknowledged by itself.

    The subscriptions are made anew at the first connection (the filters may have changed) and whenever the broker
    says it has no session of ours. Where one was `expected` that is counted, because messages between may be lost.
    `former` filters are those that an older configuration may have left in the session. Without `topics` it only takes
    out what a session holds.
    """

    def __init__(
        self,
        settings: Mqtt,
        client_id: str,
        topics: Sequence[str],
        arrived: list[Delivery],
        former: Sequence[str] = (),
        *,
        expected: bool = False,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        client = FastClient(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True)
        self._client = set_up(client, settings)
        self._client.deliver = self._arrive
        self._topics = topics
        self._former = former
        self._arrived = arrived
        self._subscribed = False
        self._expected = expected
        self._on_lost = on_lost
        self._again_at: float | None = None
        self._bytes = 0
        self.session_present = self.granted = False
        self.sessions_lost = 0
        self.connected = False
        self.refused: str | None = None
        self._client.on_connect = self._on_connect
        self._client.on_message = lambda _client, _data, message: self._arrive(message)
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        # having such a callback, paho leaves writing to `write`, which sends many acknowledgements in one go
        self._client.on_socket_register_write = lambda _client, _data, _sock: None

    def connect(self, host: str, port: int) -> None:
        """Open the socket and say hello; OSError when nobody answers."""
        self._client.connect(host, port, keepalive=KEEPALIVE_S)

    def resubscribe(self, topics: Sequence[str], former: Sequence[str]) -> None:
        """Other filters from now on; without a connection at the next one."""
        new = [(topic, 1) for topic in topics if topic not in self._topics]
        gone = [topic for topic in self._topics if topic not in topics]
        self._topics, self._former = topics, former
        if not self.connected:
            self._subscribed = False
            return
        if gone:
            self._client.unsubscribe(gone)
        if new:
            self._client.subscribe(new)

    @property
    def alive(self) -> bool:
        return self._client.socket() is not None

    def exchange(self, limit: int, timeout: float) -> None:
        """Read what is there into `arrived`, up to `limit` messages; wait at most `timeout` seconds for the first."""
        sock = self._client.socket()
        if not isinstance(sock, BufferedSocket):
            return
        self._write(sock)
        if not sock.readable:
            readable, _, _ = select.select([sock], [sock] if sock.unsent else [], [], timeout)
            if not readable:
                return
        self._bytes = 0
        while len(self._arrived) < limit and self._bytes < BYTES_AT_ONCE:
            before = len(self._arrived)
            self._client.loop_read()
            if len(self._arrived) == before:
                break

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """In arrival order; some brokers drop a client that acknowledges out of order."""
        sock = self._client.socket()
        if isinstance(sock, BufferedSocket):
            sock.send(b"".join([puback(delivery.mid) for delivery in deliveries if delivery.qos]))
            self._write(sock)

    def keep_alive(self) -> None:
        """Call about once a second: pings, and notices a peer that went silent."""
        self._client.loop_misc()
        if self._again_at is not None and time.monotonic() >= self._again_at:
            self._again_at = None
            self._client.subscribe([(topic, 1) for topic in self._topics])

    def publish(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)

    def disconnect(self) -> None:
        with contextlib.suppress(ValueError):
            self._client.disconnect()
        self._client.loop_write()

    def _write(self, sock: object) -> None:
        """Queued packets into the buffer, the buffer onto the wire; a broken wire shows at the next read."""
        if self._client.want_write():
            self._client.loop_write()
        if isinstance(sock, BufferedSocket):
            with contextlib.suppress(OSError):
                sock.flush()

    def _on_connect(self, client: paho.Client, _data: Any, flags: Any, code: ReasonCode, _props: Any) -> None:
        self.refused = str(code) if code.is_failure else None
        if code.is_failure:
            return
        self.session_present = flags.session_present
        if self._expected and not flags.session_present:
            self.sessions_lost += 1
            log.error("the broker forgot our session: messages sent while we were away may be lost")
            self._on_lost()
        if self._topics and not (self._subscribed and flags.session_present):
            if self._former:
                client.unsubscribe(list(self._former))
            client.subscribe([(topic, 1) for topic in self._topics])
            self._again_at = time.monotonic() + AGAIN_S
            self._subscribed = True
        self.connected = True

    def _on_subscribe(self, _client: paho.Client, _data: Any, _mid: int, codes: list[ReasonCode], _props: Any) -> None:
        if any(code.is_failure for code in codes):
            log.error("the broker refuses ingest a filter it subscribed to: give its account the right to read it")
        if not all(code.is_failure for code in codes):
            self.granted = self._expected = True

    def _arrive(self, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "\ufffd"  # a topic that is not UTF-8 still ends in quarantine by name
        self._bytes += len(message.payload)
        self._arrived.append(Delivery(topic, bytes(message.payload), message.retain, message.mid, message.qos))

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any) -> None:
        if self.connected:
            log.warning("broker connection ended: %s", code)
        self.connected = False
