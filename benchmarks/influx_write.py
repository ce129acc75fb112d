"""How fast samples get into a real InfluxDB 1.6.7, beside a raw urllib3 POST of the same bytes; the last line is JSON.

Four ways in one run, body about: the ready body, packed beforehand, by bare urllib3 (the yardstick); the same body
handed to our sender, which packs it; samples handed to the store, which makes the lines too; and the same by way of
influxdb-client's write path of 2.x, through nginx.
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

from ioc.clock import SystemClock
from ioc.model import Sample, SourceKey
from ioc.store.influx.address import Access, parse
from ioc.store.influx.line import lines_of
from ioc.store.influx.store import InfluxStore
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
    return InfluxStore(Access(parse(url)), ["queue"], writer=True, now=clock.now_ms, monotonic=clock.monotonic)


def measure(folder: Path, quick: bool) -> dict[str, float]:
    count, rounds = (8, 4) if quick else (40, 8)
    with influxd(folder) as server, nginx(folder, server.port) as front:
        direct = store_at(server.url)
        client = store_at(f"influx+http://127.0.0.1:{front}/ioc?org=any&flavour=v2")
        pool, url = urllib3.PoolManager(retries=False), f"http://127.0.0.1:{server.port}/write?db=ioc&precision=ms"
        took = {"raw_urllib3": [], "sender": [], "store": [], "client_through_nginx": []}
        for turn in range(rounds):
            for a, b, c, d in zip(*(batches(count, turn * 4 + way) for way in range(4)), strict=True):
                packed = gzip.compress(b"\n".join(lines_of(a).lines), 1, mtime=0)
                plain = b"\n".join(lines_of(b).lines)
                took["raw_urllib3"].append(seconds(lambda body=packed: raw(pool, url, body)))
                took["sender"].append(seconds(lambda body=plain: direct.server.write(body)))
                took["store"].append(seconds(lambda samples=c: direct.write(samples)))
                took["client_through_nginx"].append(seconds(lambda samples=d: client.write(samples)))
    middle = {way: median(times[count:]) for way, times in took.items()}  # the first round warms up
    ratios = {f"{way}_ratio": middle["raw_urllib3"] / at for way, at in middle.items() if way != "raw_urllib3"}
    return {f"{way}_samples_per_s": BATCH / at for way, at in middle.items()} | ratios


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer batches, under 20 s")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), quick)
    for label, figure in figures.items():
        print(f"{label:34} {figure:>14,.2f}")
    print(json.dumps({"benchmark": "influx_write", "server": "InfluxDB 1.6.7", "quick": quick} | figures))
    return int(figures["sender_ratio"] < LEAST)


if __name__ == "__main__":
    sys.exit(main())
