"""2 000 probe targets every 30 s on one process, a tenth of them black holes: how late looks begin, and the memory.

The targets are real sockets of another process on this machine, the states go to a Mosquitto, the leases to SQLite.
Usage: benchmarks/probes.py [--quick]
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from connectors.runner.runner import Figures
from connectors.runner.thread import probing
from ioc import bootstrap
from ioc.platform.beat import Beat
from ioc.platform.db import migrate
from tests.authority import Authority, Pair
from tests.servers import mosquitto

HOLES = 0.1
KINDS = ("tcp", "tcp", "http", "http", "http", "certificate", "sip")
HOLE_KINDS = ("http", "tcp", "certificate", "sip")
PLACES = ("tcp", "http", "certificate", "sip", "hole", "udp-hole")
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"


@dataclass
class Every(Figures):
    """Remembers how late each look began."""

    lateness: list[float] = field(default_factory=list)

    def began(self, late_s: float) -> None:
        self.lateness.append(late_s)
        Figures.began(self, late_s)


def targets(pair: Pair, ports: Any) -> None:
    """The other side, in a process of its own."""
    asyncio.run(_serve(pair, ports))


async def _serve(pair: Pair, ports: Any) -> None:
    import ssl

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair.certificate, pair.key)

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(PAGE)
            await writer.drain()
        writer.close()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(1_024):
                pass
        writer.close()

    started = {
        "tcp": await asyncio.start_server(accept, "127.0.0.1", 0, backlog=1_024),
        "http": await asyncio.start_server(page, "127.0.0.1", 0, backlog=1_024),
        "certificate": await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls, backlog=1_024),
        "hole": await asyncio.start_server(never, "127.0.0.1", 0, backlog=1_024),
    }
    found = {name: server.sockets[0].getsockname()[1] for name, server in started.items()}
    loop = asyncio.get_running_loop()
    for name, protocol in (("sip", Endpoint), ("udp-hole", asyncio.DatagramProtocol)):
        transport, _ = await loop.create_datagram_endpoint(protocol, local_addr=("127.0.0.1", 0))
        found[name] = transport.get_extra_info("sockname")[1]
    ports.send(found)
    await asyncio.Event().wait()


class Endpoint(asyncio.DatagramProtocol):
    """Says 200 to everything."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        own = re.findall(rb"(?:Via|From|To|Call-ID|CSeq):.*\r\n", data)
        self._transport.sendto(b"SIP/2.0 200 OK\r\n" + b"".join(own) + b"\r\n", addr)


def table(n: int, every_s: float, ports: dict[str, int], ca: Path) -> Iterator[dict[str, Any]]:
    holes = round(n * HOLES)
    for number in range(n):
        hole = number < holes
        kind = HOLE_KINDS[number % len(HOLE_KINDS)] if hole else KINDS[number % len(KINDS)]
        port = ports[("udp-hole" if kind == "sip" else "hole") if hole else kind]
        common = {"name": f"target-{number}", "kind": kind, "publish": f"hg/service/target-{number}"}
        where: dict[str, Any] = {"host": "127.0.0.1", "port": port}
        if kind == "http":
            where = {"url": f"http://127.0.0.1:{port}/", "contains": "OK"}
        elif kind == "certificate":
            where["ca"] = str(ca)
        elif kind == "tcp" and hole:
            where["greeting"] = "220"
        yield {**common, **where, "every_s": every_s, "timeout_s": min(10.0, every_s)}


def measure(n: int, every_s: float, warm_s: float, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, mosquitto(Path(name)) as broker:
        folder = Path(name)
        authority = Authority(folder)
        ours, theirs = multiprocessing.Pipe()
        other = multiprocessing.Process(target=targets, args=(authority.issue(30), theirs), daemon=True)
        other.start()
        try:
            ports = ours.recv()
            connectors = list(table(n, every_s, ports, authority.ca))
            config = {"data_dir": str(folder / "data"), "mqtt": {"url": broker.url}, "connector": connectors}
            return {"targets": n, "every_s": every_s, "black_holes": round(n * HOLES)} | run(config, warm_s, seconds)
        finally:
            other.terminate()
            other.join()


def run(config: dict[str, Any], warm_s: float, seconds: float) -> dict[str, Any]:
    context = bootstrap.build(bootstrap.parse_settings(config, "benchmark"))
    migrate.upgrade(context.db)
    figures, me = Every(), psutil.Process()
    beat = Beat(context.db, "connectors", context.clock)
    with probing(context, beat, figures):
        time.sleep(warm_s)
        first_mb, cpu, began, looks = _mb(me), sum(me.cpu_times()[:2]), time.monotonic(), figures.looks
        time.sleep(seconds)
        took = time.monotonic() - began
        last_mb, cpu = _mb(me), sum(me.cpu_times()[:2]) - cpu
    late = figures.lateness[looks:]
    return {
        "looks": len(late),
        "looks_per_s": round(len(late) / took, 1),
        "failed": figures.failed,
        "discarded": figures.discarded,
        "machine_load": round(os.getloadavg()[0], 1),
        "late_p50_s": round(statistics.median(late), 4),
        "late_p99_s": round(statistics.quantiles(late, n=100)[-1], 4),
        "late_max_s": round(max(late), 4),
        "cpu_share": round(cpu / took, 3),
        "memory_mb": [first_mb, last_mb],
        "memory_ratio": round(last_mb / first_mb, 3),
    }


def _mb(process: psutil.Process) -> float:
    return round(process.memory_info().rss / 1_000_000, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer targets, asked as many times a second, for less long"
    )
    quick = parser.parse_args().quick
    figures = measure(400, 6.0, 12.0, 15.0) if quick else measure(2_000, 30.0, 70.0, 300.0)
    for name, value in figures.items():
        print(f"{name:>14}  {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
