"""Ten thousand alerts at once: how fast they are decided, written and handed over to a gateway, and in how much memory.

In a process of its own each: the engine from the first tick to every notification on disk, then the outbox until the
gateway has the last one, each marked in the database before the next is sent. The gateway is a pipe to this process, so
that the outbox is measured and not somebody's server; `sms_http` against an HTTP double stands beside it. The last line
is one JSON object. Usage: benchmarks/alerts_burst.py [--quick]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alerts.delivery.outbox import ConfiguredChannel
from alerts.delivery.workers import DeliveryWorkers
from ioc.platform.db import Database
from ioc.platform.db.tables import notification
from tests.alerts.backlog import Gateway, fill, outbox
from tests.alerts.conftest import OFFLINE, Stage
from tests.databases import empty_records

CAPPED, CAP = "sms-capped", 60
CRITICAL = 500
RULES = OFFLINE + "hold_s = 0\n"


class Pipe:
    """A gateway that takes whatever it is given: a line on a pipe."""

    kind = "pipe"
    address = "phone"

    def __init__(self) -> None:
        self.end, other = os.pipe()[::-1]
        os.set_blocking(other, False)
        self.other = other
        self.refs: list[str] = []

    def send(self, _options: Any, message: Any) -> str:
        os.write(self.end, message.ref.encode())
        os.read(self.other, 64)
        self.refs.append(message.ref)
        return str(message.ref)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    args = parser.parse_args()
    n = 2_000 if args.quick else 10_000
    if args.part:
        print(json.dumps(PARTS[args.part](n)))
        return
    found = {name: apart(name, args.quick) for name in PARTS}
    print(f"{'part':<10} {'alerts':>7} {'seconds':>8} {'a second':>9} {'peak MB':>8}  beside")
    for name, one in found.items():
        beside = {key: value for key, value in one.items() if key not in ("n", "seconds", "rate", "peak_mb")}
        print(f"{name:<10} {one['n']:>7} {one['seconds']:>8.1f} {one['rate']:>9.0f} {one['peak_mb']:>8.0f}  {beside}")
    print(json.dumps({"alerts": n, **found}))


def apart(name: str, quick: bool) -> dict[str, Any]:
    """One part in a process of its own, for the memory is that process's."""
    command = [sys.executable, __file__, "--part", name, *(["--quick"] if quick else [])]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(out.stdout.splitlines()[-1]))


def decided(n: int) -> dict[str, Any]:
    """The engine: n sources leave in the same second; done when every notification waits in the outbox."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), RULES)
        for i in range(n):
            stage.leaves(stage.add(f"xm/queue/k{i}"))
        began = time.perf_counter()
        for _ in range(4):
            stage.clock.advance(10)
            stage.engine.tick()
        took = time.perf_counter() - began
        with stage.db.read() as conn:
            lines = sum(len(row.payload["lines"]) for row in conn.execute(sa.select(notification.c.payload)))
            told = conn.scalar(sa.select(sa.func.count()).select_from(notification))
        stage.db.close()
    return figures(lines, took, notifications=told)


def handed_over(n: int) -> dict[str, Any]:
    """The outbox to a pipe; the critical ones, queued last, must be the first to arrive."""
    with records() as db:
        fill(db, n - CRITICAL, ["0912345678", "0987654321"][:1], channel="sms")
        last = fill(db, CRITICAL, ["0912345678"], channel="sms", severity="critical")
        pipe = Pipe()
        before = time.process_time()
        took = delivered(db, ConfiguredChannel(pipe, None), n)
        cpu_ms = round(1_000 * (time.process_time() - before) / n, 2)  # of a shared machine the steadier figure
    first = sum(ref in set(last) for ref in pipe.refs[:CRITICAL])
    return figures(
        n, took, cpu_ms=cpu_ms, critical_first=f"{first}/{CRITICAL}", copies=len(pipe.refs) - len(set(pipe.refs))
    )


def to_a_gateway(n: int) -> dict[str, Any]:
    """The same through `sms_http` to an HTTP double in this very process, which shares its processor."""
    with records() as db:
        fill(db, n // 10, ["0912345678"], channel="sms")
        far = Gateway()
        far.become("ok")
        took = delivered(db, far.channel, n // 10)
        far.close()
    return figures(n // 10, took, copies=len(far.taken) - len(set(far.taken)))


def capped(n: int) -> dict[str, Any]:
    """A channel whose gateway allows CAP a minute, for ten seconds of a burst."""
    with records() as db:
        fill(db, n, ["0912345678"], channel=CAPPED)
        pipe = Pipe()
        workers = DeliveryWorkers(outbox(db, CAPPED, ConfiguredChannel(pipe, None)), {CAPPED: CAP})
        workers.start()
        time.sleep(10)
        workers.stop(3)
    return figures(len(pipe.refs), 10.0, allowed=CAP * 10 // 60 + 1, kept=len(pipe.refs) <= CAP * 10 // 60 + 1)


def delivered(db: Database, channel: ConfiguredChannel, n: int) -> float:
    """The seconds until the last of n is marked."""
    box = outbox(db, "sms", channel)
    began = time.perf_counter()
    workers = DeliveryWorkers(box, {"sms": None})
    workers.start()
    done = sa.select(sa.func.count()).select_from(notification).where(notification.c.state == "delivered")
    while True:
        time.sleep(0.2)
        with db.read() as conn:
            if conn.scalar(done) == n:
                break
    took = time.perf_counter() - began
    workers.stop(3)
    return took


@contextmanager
def records() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        db = empty_records(Path(folder) / "ioc.sqlite")
        yield db
        db.close()


def figures(n: int, seconds: float, **beside: Any) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"n": n, "seconds": round(seconds, 2), "rate": round(n / seconds), "peak_mb": round(peak), **beside}


PARTS = {"decided": decided, "handed over": handed_over, "sms_http": to_a_gateway, "capped": capped}


if __name__ == "__main__":
    main()
