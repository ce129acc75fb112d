"""MQTT by paho: reconnects for ever, subscribes in on_connect, never lets a callback kill the network thread."""

import contextlib
import logging
import random
import ssl
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ioc.config.settings import Mqtt
from ioc.core.errors import Code, IocError

log = logging.getLogger(__name__)

KEEPALIVE_S = 15
RECONNECT_S = (1, 30)
PUBLISH_TIMEOUT_S = 10.0
# a broker that has only just started may grant a subscription and send a part of what it retains, or nothing of it
AGAIN_S = 2.0
OnMessage = Callable[[str, bytes, bool], None]  # topic, payload, retained


class Turns:
    """The brokers of a cluster in turn: whoever does not answer, or lets us go, is followed by the next."""

    def __init__(self, settings: Mqtt) -> None:
        self._hosts = settings.hosts
        self._at = 0

    @property
    def now(self) -> tuple[str, int]:
        return self._hosts[self._at % len(self._hosts)]

    def next(self) -> tuple[str, int]:
        self._at += 1
        return self.now

    def __str__(self) -> str:
        return "{}:{}".format(*self.now)


Client = TypeVar("Client", bound=paho.Client)


def paho_client(settings: Mqtt, client_id: str, *, persistent: bool = False) -> paho.Client:
    """A client as every connection of ours is, not yet connected; it speaks MQTT 3.1.1."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=not persistent)
    return set_up(client, settings)


def set_up(client: Client, settings: Mqtt) -> Client:
    """Account, TLS and limits as configured."""
    if settings.username is not None:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls:
        client.tls_set_context(_trusting(settings))
    client.reconnect_delay_set(*RECONNECT_S)
    client.max_queued_messages_set(10_000)
    return client


def _trusting(settings: Mqtt) -> ssl.SSLContext:
    """Of the embedded broker exactly its own certificate is accepted, whatever name we call this machine by."""
    if not settings.embedded:
        return ssl.create_default_context(cafile=settings.ca)
    context = ssl.create_default_context(cafile=settings.certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


class Bus:
    """A plain connection of ours: publish, and subscribe without a session of its own."""

    def __init__(self, settings: Mqtt, name: str) -> None:
        self._turns = Turns(settings)
        self._client = paho_client(settings, f"{name}-{random.getrandbits(32):08x}")
        self._subscriptions: dict[str, tuple[int, OnMessage]] = {}
        self._kept: list[tuple[str, int]] = []
        self._again: threading.Timer | None = None
        self._up = threading.Event()
        self.reconnects = 0
        self._refused: str | None = None
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = lambda _client, _data: self._turn()

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    def subscribe(self, topic: str, handler: OnMessage, qos: int = 0, *, retained: bool = False) -> None:
        """Call `handler` for every message of a filter; call this before `start`.

        `retained`: it must have what the broker keeps, and may get it twice, since that is asked for again.
        """
        self._subscriptions[topic] = (qos, handler)
        if retained:
            self._kept.append((topic, qos))
        self._client.message_callback_add(topic, _guarded(handler))

    def will(self, topic: str, payload: bytes, *, retain: bool) -> None:
        self._client.will_set(topic, payload, qos=1, retain=retain)

    def start(self) -> None:
        """Connect in the background and keep trying; a broker that is away is waited for."""
        self._client.connect_async(*self._turns.now, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def wait(self, timeout: float) -> bool:
        """True once the connection stands within `timeout` seconds."""
        return self._up.wait(timeout)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Hand one message to the client; QoS 1 messages survive a reconnect in memory."""
        self._client.publish(topic, payload, qos=qos, retain=retain)

    def publish_acknowledged(
        self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float | None = None
    ) -> None:
        """Publish and wait until the broker has it; transient IocError when it does not answer."""
        try:
            info = self._client.publish(topic, payload, qos=1, retain=retain)
            info.wait_for_publish(PUBLISH_TIMEOUT_S if timeout_s is None else timeout_s)
        except (ValueError, RuntimeError) as error:
            raise IocError(Code.BROKER_UNAVAILABLE, f"broker: {error}") from error
        if not info.is_published():
            raise IocError(Code.BROKER_UNAVAILABLE, "broker: no acknowledgement")

    def stop(self) -> None:
        self._up.clear()  # an end that was asked for is no news
        if self._again is not None:
            self._again.cancel()
        with contextlib.suppress(ValueError):
            self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any) -> None:
        if code.is_failure:
            self._say_refused(str(code))
            return
        self._refused = None
        for topic, (qos, _handler) in self._subscriptions.items():
            client.subscribe(topic, qos)
        if self._kept:
            self._again = threading.Timer(AGAIN_S, client.subscribe, (self._kept,))
            self._again.daemon = True
            self._again.start()
        self._up.set()

    def _say_refused(self, why: str) -> None:
        """Once, however often it is tried again."""
        if why != self._refused:
            line = "broker %s refused the connection: %s; check mqtt.username and mqtt.password, or those of the bus"
            log.error(line, self._turns, why)
        self._refused = why

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any) -> None:
        if self._up.is_set():
            self.reconnects += 1
            log.warning("broker connection ended: %s", code)
            self._turn()
        self._up.clear()

    def _turn(self) -> None:
        """Points at the next host; the client's own thread tries it after its pause."""
        self._client.connect_async(*self._turns.next(), keepalive=KEEPALIVE_S)


def _guarded(handler: OnMessage) -> Callable[[paho.Client, Any, paho.MQTTMessage], None]:
    """An exception in a paho callback ends its network thread while `is_connected()` still says yes."""

    def on_message(_client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            handler(message.topic, bytes(message.payload), message.retain)
        except Exception:
            log.exception("message on %s could not be handled", message.topic)

    return on_message
