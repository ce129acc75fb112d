"""Tried on any broker without harm: a backlog, a kill where it may, retained messages, a last will, a large payload."""

import threading
import time
from collections.abc import Iterator
from statistics import median

from ioc.messages.wire import MAX_PAYLOAD
from ioc.ops.conformance.bench import PATIENCE_S, Conformance, Result
from ioc.platform.broker import Bus, Turns, paho_client

WINDOW = 200
STEADY = 0.3  # of the first rate the last one must keep
JUDGED_FROM = 10_000  # messages: the rates of fewer say more of the machine than of the broker


def backlog(bench: Conformance) -> Result:
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


def across_a_kill(bench: Conformance) -> Result:
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


def retained(bench: Conformance) -> Result:
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


def last_will(bench: Conformance) -> Result:
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


def large(bench: Conformance) -> Result:
    sitter = bench.sitter("large")
    sitter.come()
    with bench.bus() as bus:
        bus.publish_acknowledged(f"{bench.topic}/large/a", b"x" * MAX_PAYLOAD)
    got = sitter.take(1)
    sitter.leave()
    sitter.forget()
    whole = bool(got) and len(got[0].payload) == MAX_PAYLOAD
    return Result("256 KiB", whole, f"a payload of {MAX_PAYLOAD} bytes {'came whole' if whole else 'did not come'}")
