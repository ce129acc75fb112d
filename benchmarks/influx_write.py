"""How fast lines get into a real InfluxDB 1.6.7, beside a raw urllib3 POST of the same bytes; the last line is JSON.

Twice the same comparison: our sender, which packs the lines, to `/write`; and influxdb-client, which we give the packed
lines, to the write path of 2.x that nginx puts before the same server. The yardstick of each is a bare urllib3 POST of
the lines to the same address, packed beforehand. Bodies go turn about, and a ratio is the median over turns, so that a
busy machine weighs on both. The third way takes samples and makes the lines too.
Usage: benchmarks/influx_write.py [--quick]
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import urllib3

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ioc.config.influx_address import StoreAddress, parse
from ioc.core.clock import SystemClock
from ioc.core.model import Sample, SourceKey
from ioc.metrics.influx.line import lines_of
from ioc.metrics.influx.store import InfluxStore
from tests.influx_servers import influxd, nginx

NOW = 1_794_009_600_000
SOURCES = [SourceKey(f"HAG.{i % 191}", "queue", f"kiosk-{i}") for i in range(1_000)]
BATCH = 5_000
LEAST = 0.8


def batches(count: int, turn: int) -> list[list[Sample]]:
    """A thousand sources, four figures each, a sample a second; no two turns write the same instants."""
    return [
        [
            Sample(
                SOURCES[i % 1_000],
                NOW + turn * 86_400_000 + i // 1_000 * 1_000 + i % 997,
                {"waiting": i % 40, "serving": i % 7, "avg_wait_s": i % 977 / 2, "paper_low": False},
            )
            for i in range(part * BATCH, (part + 1) * BATCH)
        ]
        for part in range(count)
    ]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def raw(pool: urllib3.PoolManager, url: str, body: bytes) -> None:
    answer = pool.request("POST", url, body=body, headers={"Content-Encoding": "gzip"})
    assert answer.status == 204, answer.data


def store_at(url: str) -> InfluxStore:
    clock = SystemClock()
    return InfluxStore(StoreAddress(parse(url)), ["queue"], writer=True, now=clock.now_ms, monotonic=clock.monotonic)


def measure(folder: Path, quick: bool) -> dict[str, float]:
    count, rounds = (8, 6) if quick else (40, 8)
    with influxd(folder) as server, nginx(folder, server.port) as front:
        direct = store_at(server.url)
        client = store_at(f"influx+http://127.0.0.1:{front}/ioc?org=any&flavour=v2")
        pool = urllib3.PoolManager(retries=False)
        there = f"http://127.0.0.1:{server.port}/write?db=ioc&precision=ms"
        behind = f"http://127.0.0.1:{front}/api/v2/write?bucket=ioc&org=any&precision=ms"
        ways: dict[str, Callable[[list[Sample]], Callable[[], object]]] = {
            "raw": lambda samples: raw_post(pool, there, samples),
            "sender": lambda samples: sending(direct, samples),
            "raw_through_nginx": lambda samples: raw_post(pool, behind, samples),
            "client_through_nginx": lambda samples: sending(client, samples),
            "store": lambda samples: lambda: direct.write(samples),
        }
        took: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(rounds):
            given = zip(*(batches(count, turn * len(ways) + place) for place in range(len(ways))), strict=True)
            for number, bodies in enumerate(given):
                works = [(way, made(samples)) for (way, made), samples in zip(ways.items(), bodies, strict=True)]
                first = number % len(works)
                for way, work in works[first:] + works[:first]:
                    took[way].append(seconds(work))
    warm = {way: times[count:] for way, times in took.items()}  # the first round warms up
    return {f"{way}_samples_per_s": BATCH / median(times) for way, times in warm.items()} | {
        f"{way}_ratio": median(a / b for a, b in zip(warm[yardstick], warm[way], strict=True))
        for way, yardstick in (("sender", "raw"), ("client_through_nginx", "raw_through_nginx"), ("store", "raw"))
    }


def raw_post(pool: urllib3.PoolManager, url: str, samples: list[Sample]) -> Callable[[], object]:
    packed = gzip.compress(b"\n".join(lines_of(samples).lines), 1, mtime=0)
    return lambda: raw(pool, url, packed)


def sending(store: InfluxStore, samples: list[Sample]) -> Callable[[], object]:
    plain = b"\n".join(lines_of(samples).lines)
    return lambda: store.server.write(plain)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer batches, under 20 s")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), quick)
    for label, figure in figures.items():
        print(f"{label:34} {figure:>14,.2f}")
    print(json.dumps({"benchmark": "influx_write", "server": "InfluxDB 1.6.7", "quick": quick} | figures))
    return int(min(figures["sender_ratio"], figures["client_through_nginx_ratio"]) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
