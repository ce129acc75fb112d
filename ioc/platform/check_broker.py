"""Proves that a broker really keeps a session's messages, instead of believing that it does."""

import contextlib
import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from ioc.config.settings import Mqtt
from ioc.core.errors import Code, IocError
from ioc.messages.bus import PROBES
from ioc.platform.broker import Bus, OnMessage, paho_client

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
DROPPED_TOPIC = "$SYS/broker/publish/messages/dropped"
DEEP = 1_500  # more than the 1 000 that Mosquitto queues by default
_AT_ONCE = 100  # a broker that writes its file at every change is slow, but not silent


class BrokerCheck(NamedTuple):
    """`detail` is one plain line: what was found and, where it is bad, what to do."""

    ok: bool
    detail: str


def check_sessions(settings: Mqtt, messages: int = 1, patience_s: float = PATIENCE_S) -> BrokerCheck:
    """Subscribe, leave, let `messages` be published, come back: are the session and all of them there?

    IocError `broker_unavailable` (transient) when the broker does not answer at all.
    """
    name, topic = f"ioc-probe-{secrets.token_hex(6)}", f"{PROBES}/{secrets.token_hex(6)}"
    visitor = _Visitor(settings, name, topic, patience_s)
    try:
        visitor.come(persistent=True)
        visitor.subscribe()
        visitor.leave()
        _publish(settings, topic, messages, patience_s)
        resumed = visitor.come(persistent=True)
        arrived = visitor.wait_for(messages, patience_s) if resumed else 0
        visitor.leave()
    finally:
        visitor.forget()
    return _judge(_named(settings), resumed, arrived, messages)


def check_guessable(settings: Mqtt, patience_s: float = PATIENCE_S) -> BrokerCheck:
    """The attack on ingest's queue: whoever comes by the client id of a session takes it; does one lie under a name
    that can be guessed? Nothing of it is taken. IocError as above.
    """
    visitor = _Visitor(settings, settings.client_id, PROBES, patience_s)
    found = False
    try:
        found = visitor.come(persistent=True)
    finally:
        if found:
            visitor.leave()
        else:
            visitor.forget()
    where = _named(settings)
    if found:
        line = "anybody with an account may take or end it; start ingest once: it empties that session and ends it"
        return BrokerCheck(False, f"broker {where}: a session lies under the name {settings.client_id!r}; {line}")
    return BrokerCheck(True, f"broker {where}: no session lies under a name that can be guessed")


class BrokerWatch:
    """Ingest's own doubt about its broker: checked once it answers, its drop counter watched from then on."""

    def __init__(self, settings: Mqtt, bus: Bus, on_drop: Callable[[int], None] = lambda _more: None) -> None:
        self._settings = settings
        self._told = on_drop
        self.trouble: str | None = None
        self.dropped = 0
        if not settings.embedded:  # it has no such counter, and its keeper says what it refuses
            watch_drops(bus, self._on_drop)

    def start(self) -> None:
        """Check in the background; the embedded broker is known and not asked."""
        if not self._settings.embedded:
            threading.Thread(target=self._check, name="broker-check", daemon=True).start()

    def _check(self) -> None:
        pause = threading.Event()
        while True:
            try:
                verdict = check_sessions(self._settings, DEEP)
            except IocError:
                pause.wait(PATIENCE_S)  # whoever connects for real says that it is away
                continue
            if not verdict.ok:
                self.trouble = verdict.detail
                log.warning("%s", verdict.detail)
            return

    def _on_drop(self, more: int) -> None:
        self.dropped += more
        self._told(more)


def watch_drops(bus: Bus, on_drop: Callable[[int], None]) -> None:
    """Call `on_drop(how_many_more)` when Mosquitto's own counter says it dropped messages; before `bus.start`."""
    bus.subscribe(DROPPED_TOPIC, drop_counter(on_drop))


def drop_counter(on_drop: Callable[[int], None]) -> OnMessage:
    """The handler behind `watch_drops`: the first figure is the baseline, a smaller one a broker that restarted."""
    last: int | None = None

    def on_message(_topic: str, payload: bytes, _retained: bool) -> None:
        nonlocal last
        try:
            total = int(payload)
        except ValueError:
            return
        if last is not None and total > last:
            log.error("the broker dropped %d messages: raise max_queued_messages", total - last)
            on_drop(total - last)
        last = total

    return on_message


def _named(settings: Mqtt) -> str:
    """The brokers of the configuration, as they stand there."""
    return ",".join(f"{host}:{port}" for host, port in settings.hosts)


def _judge(where: str, resumed: bool, arrived: int, messages: int) -> BrokerCheck:
    if not resumed:
        line = "does not keep sessions: what arrives while ingest is away is lost; turn persistent sessions on"
        return BrokerCheck(False, f"broker {where} {line}")
    if arrived < messages:
        line = f"kept {arrived} of {messages} messages for a session that was away; raise max_queued_messages"
        return BrokerCheck(False, f"broker {where} {line}")
    return BrokerCheck(True, f"broker {where} kept a session and {messages} of {messages} messages")


def _publish(settings: Mqtt, topic: str, messages: int, patience_s: float) -> None:
    bus = Bus(settings, "ioc-probe")
    bus.start()
    try:
        if not bus.wait(patience_s):
            raise _silent(settings)
        for number in range(1, messages + 1):
            if number % _AT_ONCE and number < messages:
                bus.publish(topic, b"probe", qos=1)
            else:
                bus.publish_acknowledged(topic, b"probe")
    finally:
        bus.stop()


class _Visitor:
    """One client id that comes, leaves and comes again."""

    def __init__(self, settings: Mqtt, name: str, topic: str, patience_s: float) -> None:
        self._settings, self._name, self._topic, self._patience = settings, name, topic, patience_s
        self._client: Any = None
        self._arrived = 0
        self._changed = threading.Condition()

    def come(self, *, persistent: bool) -> bool:
        """True where the broker says that it kept the session."""
        answered = threading.Event()
        flags: list[bool] = []
        client = paho_client(self._settings, self._name, persistent=persistent)

        def on_connect(_client: Any, _data: Any, connected: Any, code: Any, _props: Any) -> None:
            if not code.is_failure:
                flags.append(connected.session_present)
            answered.set()

        client.on_connect = on_connect
        client.on_message = self._on_message
        self._open(client)
        client.loop_start()
        self._client = client
        if not answered.wait(self._patience) or not flags:
            raise _silent(self._settings)
        return flags[0]

    def _open(self, client: Any) -> None:
        """At the first of the brokers that answers."""
        for host, port in self._settings.hosts:
            with contextlib.suppress(OSError):
                client.connect(host, port, keepalive=15)
                return
        raise _silent(self._settings)

    def subscribe(self) -> None:
        granted = threading.Event()
        self._client.on_subscribe = lambda *_: granted.set()
        self._client.subscribe(self._topic, 1)
        if not granted.wait(self._patience):
            raise _silent(self._settings)

    def wait_for(self, messages: int, quiet_s: float) -> int:
        """The number that came until that many were there, or none came for `quiet_s`."""
        with self._changed:
            before = -1
            while before < self._arrived < messages:
                before = self._arrived
                self._changed.wait(quiet_s)
            return self._arrived

    def leave(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def forget(self) -> None:
        """Leave nothing behind: a clean session under the same id ends the persistent one."""
        self.leave()
        try:
            self.come(persistent=False)
        except IocError:
            log.debug("the probe's session could not be ended")
        finally:
            self.leave()

    def _on_message(self, *_: Any) -> None:
        with self._changed:
            self._arrived += 1
            self._changed.notify()


def _silent(settings: Mqtt) -> IocError:
    where = _named(settings)
    line = f"broker {where} does not answer or refuses the login; is it running, are username and password right?"
    return IocError(Code.BROKER_UNAVAILABLE, line)
