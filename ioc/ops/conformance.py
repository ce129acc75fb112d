"""`ioc doctor --broker`: what a broker does with what the IOC needs of one, tried out, a line each."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

from ioc.config.settings import Mqtt
from ioc.core.errors import Code, IocError
from ioc.messages.wire import MAX_PAYLOAD
from ioc.platform.broker import Bus, Turns, paho_client
from ioc.platform.broker.session import Delivery, PersistentClient, forget

ROOT = "ioc/live/v1/doctor"  # where ingest does not listen
PATIENCE_S = 15.0
WINDOW = 200
STEADY = 0.3  # of the first rate the last one must keep
JUDGED_FROM = 10_000  # messages: the rates of fewer say more of the machine than of the broker


class Result(NamedTuple):
    """`ok` is None where there is nothing to judge, only to know."""

    what: str
    ok: bool | None
    detail: str


Check = Callable[["Bench"], Result]


class Bench:
    """Clients of one run, under topics and client ids that nobody else has; `messages` is the backlog."""

    def __init__(self, settings: Mqtt, messages: int, kill: Callable[[], None] | None = None) -> None:
        self.settings = settings
        self.messages = messages
        self.kill = kill
        self.run = secrets.token_hex(6)
        self.topic = f"{ROOT}/{self.run}"
        self._turns = Turns(settings)

    def sitter(self, name: str) -> "Sitter":
        return Sitter(self.settings, f"ioc-doctor-{self.run}-{name}", f"{self.topic}/{name}/#", self._turns)

    @contextlib.contextmanager
    def bus(self) -> Iterator[Bus]:
        bus = Bus(self.settings, "ioc-doctor")
        bus.start()
        try:
            if not bus.wait(PATIENCE_S):
                raise IocError(Code.BROKER_UNAVAILABLE, "broker: does not answer or refuses the login")
            yield bus
        finally:
            bus.stop()


class Sitter:
    """A persistent session on one filter."""

    def __init__(self, settings: Mqtt, name: str, topic: str, turns: Turns) -> None:
        self._settings, self._name, self._topic, self._turns = settings, name, topic, turns
        self._arrived: list[Delivery] = []
        self._client = PersistentClient(settings, name, [topic], self._arrived)
        self.got: list[Delivery] = []

    def come(self) -> bool:
        """Whether the session was there."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._client.connect(*self._turns.now)
                break
            except OSError:
                self._turns.next()
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        while not (self._client.connected and (self._client.session_present or self._client.granted)):
            self.take()
            if time.monotonic() > until:
                line = f"broker {self._turns}: {self._client.refused or 'does not grant a subscription'}"
                raise IocError(Code.BROKER_UNAVAILABLE, line)
        return self._client.session_present

    def take(self, wanted: int = 0, quiet_s: float = 3.0) -> list[Delivery]:
        """Until `wanted` are there, or nothing came for `quiet_s`; acknowledged."""
        quiet_at = time.monotonic() + (quiet_s if wanted else 0)
        while True:
            self._client.exchange(2_000, 0.1)
            if self._arrived:
                self._client.acknowledge(self._arrived)
                self.got += self._arrived
                self._arrived.clear()
                quiet_at = time.monotonic() + quiet_s
            if len(self.got) >= wanted or time.monotonic() > quiet_at:
                return self.got

    def leave(self) -> None:
        self._client.exchange(1, 0)
        self._client.disconnect()

    def forget(self) -> None:
        with contextlib.suppress(OSError):
            forget(self._settings, self._name, *self._turns.now)


def conform(settings: Mqtt, messages: int, kill: Callable[[], None] | None = None) -> Iterator[Result]:
    """One line a property; what cannot be tried is a line too."""
    bench = Bench(settings, messages, kill)
    for what, check in CHECKS.items():
        try:
            yield check(bench)
        except (IocError, OSError) as error:
            yield Result(what, False, str(error))


def backlog(bench: Bench) -> Result:
    """The rate falls with what waits only where a broker rewrites it."""
    sitter = bench.sitter("backlog")
    sitter.come()
    sitter.leave()
    with bench.bus() as bus:
        rates = list(_rates(bus, f"{bench.topic}/backlog/a", bench.messages))
    present = sitter.come()
    began = time.monotonic()
    numbers = [int(delivery.payload) for delivery in sitter.take(bench.messages)]
    drained = len(numbers) / max(time.monotonic() - began, 1e-9)
    sitter.leave()
    sitter.forget()
    missing, ordered = bench.messages - len(set(numbers)), list(dict.fromkeys(numbers)) == sorted(set(numbers))
    first, last = median(rates[:3]), median(rates[-3:])
    steady = bench.messages < JUDGED_FROM or last >= first * STEADY
    ok = present and not missing and ordered and steady
    line = f"{bench.messages} waited, {missing} missing, {'in order' if ordered else 'out of order'}"
    speed = f"taken at {first:.0f}/s, at last {last:.0f}/s; drained at {drained:.0f}/s"
    return Result("backlog", ok, f"{line}; {speed}")


def _rates(bus: Bus, topic: str, messages: int) -> Iterator[float]:
    """Of each tenth."""
    share = max(messages // 10, 1)
    for low in range(0, messages, share):
        began = time.monotonic()
        for number in range(low, min(low + share, messages)):
            if number % WINDOW == WINDOW - 1 or number == min(low + share, messages) - 1:
                bus.publish_acknowledged(topic, str(number).encode())
            else:
                bus.publish(topic, str(number).encode(), qos=1)
        yield share / max(time.monotonic() - began, 1e-9)


def across_a_kill(bench: Bench) -> Result:
    if bench.kill is None:
        return Result("kill -9", None, "not tried: --kill PID_FILE names the process id of a broker that may be killed")
    sitter = bench.sitter("kill")
    sitter.come()
    sitter.leave()
    acknowledged = 0
    with bench.bus() as bus:
        for acknowledged in range(1, 501):
            bus.publish_acknowledged(f"{bench.topic}/kill/a", str(acknowledged).encode())
    bench.kill()
    present = sitter.come()
    lost = acknowledged - len({delivery.payload for delivery in sitter.take(acknowledged)})
    sitter.leave()
    sitter.forget()
    there = "the session was there" if present else "the session was gone"
    return Result("kill -9", present and not lost, f"{there}, {lost} of {acknowledged} acknowledged messages lost")


def retained(bench: Bench) -> Result:
    with bench.bus() as bus:
        for n in range(20):
            bus.publish_acknowledged(f"{bench.topic}/retained/{n}/status", b"1", retain=True)
        sitter = bench.sitter("retained")
        sitter.come()
        got = {delivery.topic for delivery in sitter.take(20) if delivery.retained}
        sitter.leave()
        sitter.forget()
        for n in range(20):
            bus.publish_acknowledged(f"{bench.topic}/retained/{n}/status", b"", retain=True)
    return Result("retained by wildcard", len(got) == 20, f"{len(got)} of 20 retained states came for a wildcard")


def last_will(bench: Bench) -> Result:
    sitter = bench.sitter("will")
    sitter.come()
    client = paho_client(bench.settings, f"ioc-doctor-{bench.run}-dies")
    client.will_set(f"{bench.topic}/will/status", b"gone", qos=1)
    up = threading.Event()
    client.on_connect = lambda *_: up.set()
    client.connect(*Turns(bench.settings).now)
    client.loop_start()
    up.wait(PATIENCE_S)
    client.loop_stop()
    if (sock := client.socket()) is not None:
        sock.close()  # without a word, as when the power fails
    got = sitter.take(1, PATIENCE_S)
    sitter.leave()
    sitter.forget()
    told = "told when a device vanished" if got else f"not told within {PATIENCE_S:.0f} s"
    return Result("last will", bool(got), told)


def large(bench: Bench) -> Result:
    sitter = bench.sitter("large")
    sitter.come()
    with bench.bus() as bus:
        bus.publish_acknowledged(f"{bench.topic}/large/a", b"x" * MAX_PAYLOAD)
    got = sitter.take(1)
    sitter.leave()
    sitter.forget()
    whole = bool(got) and len(got[0].payload) == MAX_PAYLOAD
    return Result("256 KiB", whole, f"a payload of {MAX_PAYLOAD} bytes {'came whole' if whole else 'did not come'}")


def theft(bench: Bench) -> Result:
    """Nothing to judge: every broker hands a session to whoever names its client id, which is why ours is secret."""
    owner, thief = bench.sitter("theft"), bench.sitter("theft")
    owner.come()
    owner.leave()
    with bench.bus() as bus:
        bus.publish_acknowledged(f"{bench.topic}/theft/a", b"1")
    present = thief.come()
    got = thief.take(1)
    thief.leave()
    thief.forget()
    taken = "takes its session and messages" if present and got else "does not get its session"
    return Result("client id", None, f"who knows a client id {taken}; ingest's has 128 secret bits")


def full(_bench: Bench) -> Result:
    line = "not tried, since it would fill the disk; docs/operations.md says what NATS and Mosquitto do"
    return Result("full store", None, line)


CHECKS: dict[str, Check] = {
    "backlog": backlog,
    "kill -9": across_a_kill,
    "retained by wildcard": retained,
    "last will": last_will,
    "256 KiB": large,
    "client id": theft,
    "full store": full,
}
