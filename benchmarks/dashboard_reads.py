"""What the wall and the pages read, from the embedded store and from a real InfluxDB 1.6.7; the last line is JSON.

200 series of one metric over 30 days, rolled up by the application, the last minutes not yet. Each figure is the best
of some rounds and a whole answer for the wall: no read may take a second.
Usage: benchmarks/dashboard_reads.py [--quick | --full] [--at FOLDER]: 1, 5 or 50 million readings
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ioc.config.influx_address import StoreAddress, parse
from ioc.core.clock import SystemClock
from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, MetricStore, RangeQuery, Retention, ranges
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.influx.store import InfluxStore
from ioc.metrics.schema import HOUR, MINUTE
from tests.influx_servers import influxd

DAY = 24 * HOUR
NOW = 1_794_009_600_000 + 11 * HOUR + 17 * MINUTE + 23_000
KEEP = Retention(raw_days=400, minute_days=400, hour_days=1830)
SOURCES = [SourceKey(f"HAG.{i % 191}", "queue", f"kiosk-{i}") for i in range(200)]
BATCH = 5_000
LIMIT_MS = 1_000
Reads = dict[str, Callable[[MetricStore], object]]


def instants(readings: int) -> Iterator[int]:
    """Evenly over 30 days until now."""
    count = readings // len(SOURCES)
    yield from (NOW - 30 * DAY + 30 * DAY * (i + 1) // count for i in range(count))


def fill(store: MetricStore, readings: int) -> float:
    """Write everything; samples a second."""
    began, written, waiting = time.perf_counter(), 0, list[Sample]()
    for t in instants(readings):
        waiting += [Sample(key, t + i, {"waiting": (t // 1_000 + i) % 41}) for i, key in enumerate(SOURCES)]
        if len(waiting) >= BATCH:
            written += store.write(waiting)
            waiting = []
    written += store.write(waiting) if waiting else 0
    return written / (time.perf_counter() - began)


def settle(store: MetricStore) -> float:
    """Roll up all but the last minutes; seconds. A call that has next to nothing to do is the last."""
    began = time.perf_counter()
    while True:
        before = time.perf_counter()
        done = rolled_up(store)
        store.maintain(NOW, KEEP)
        if rolled_up(store) == done and time.perf_counter() - before < 60:
            return time.perf_counter() - began


def rolled_up(store: MetricStore) -> object:
    if isinstance(store, InfluxStore):
        return store.writer.levels()
    assert isinstance(store, EmbeddedStore)
    assert store._own is not None
    return {unit: len(due) for unit, due in store._own.due.items()}


def questions(span: int, step: int, agg: Aggregate, count: int) -> list[RangeQuery]:
    end = NOW - NOW % step + step
    return [
        RangeQuery(SeriesKey(key, "waiting"), end - span, end, step, agg, Fill.NULL, 7 * HOUR)
        for key in SOURCES[:count]
    ]


READS: Reads = {
    "latest of 200 series": lambda store: ranges(store, questions(10 * MINUTE, 10 * MINUTE, Aggregate.LAST, 200)),
    "24 h by 1 min, 1 series": lambda store: ranges(store, questions(DAY, MINUTE, Aggregate.MEAN, 1)),
    "24 h by 1 min, 200 series": lambda store: ranges(store, questions(DAY, MINUTE, Aggregate.MEAN, 200)),
    "24 h by 10 min, 200 series": lambda store: ranges(store, questions(DAY, 10 * MINUTE, Aggregate.MEAN, 200)),
    "24 h by 90 s, 1 series": lambda store: ranges(store, questions(DAY, 90_000, Aggregate.MAX, 1)),
    "30 d by 1 h, 1 series": lambda store: ranges(store, questions(30 * DAY, HOUR, Aggregate.MEAN, 1)),
    "30 d by 1 h, 200 series": lambda store: ranges(store, questions(30 * DAY, HOUR, Aggregate.MEAN, 200)),
}


def best_ms(store: MetricStore, read: Callable[[MetricStore], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        read(store)
        times.append((time.perf_counter() - began) * 1_000)
    return min(times)


def prepared(store: MetricStore, note: Path, readings: int) -> dict[str, float]:
    """Fill the store unless a run before has; how long that took."""
    if not note.exists():
        figures = {"samples_per_s": fill(store, readings), "roll_up_s": settle(store)}
        note.write_text(json.dumps(figures), encoding="utf-8")
    kept: dict[str, float] = json.loads(note.read_text(encoding="utf-8"))
    return kept


def measure(folder: Path, readings: int) -> dict[str, dict[str, float]]:
    clock = SystemClock()
    found: dict[str, dict[str, float]] = {}
    answers = []
    with influxd(folder) as server:
        bucket = InfluxStore(
            StoreAddress(parse(server.url)), ["queue"], writer=True, now=clock.now_ms, monotonic=clock.monotonic
        )
        for name, store in {"embedded": EmbeddedStore(folder / "m.sqlite", writer=True), "influxdb": bucket}.items():
            figures = prepared(store, folder / f"{name}.json", readings)
            found[name] = figures | {label: best_ms(store, read) for label, read in READS.items()}
            answers.append([rounded(read(store)) for read in READS.values()])
            store.close()
    assert answers[0] == answers[1], "both stores must give the same answers"
    return found


def rounded(answer: object) -> object:
    return [[(t, None if v is None else round(v, 9)) for t, v in points] for points in answer]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="1 million readings")
    size.add_argument("--full", action="store_true", help="50 million readings; half an hour and 4 GB of disk")
    parser.add_argument("--at", type=Path, metavar="FOLDER", help="keep what is written there; a later run only reads")
    chosen = parser.parse_args()
    readings = 1_000_000 if chosen.quick else 50_000_000 if chosen.full else 5_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = (chosen.at or Path(name)) / str(readings)
        folder.mkdir(parents=True, exist_ok=True)
        found = measure(folder, readings)
    print(f"{f'{readings:,} readings; reads in ms':34} {'embedded':>14} {'InfluxDB 1.6.7':>16}")
    for label in found["embedded"]:
        print(f"{label:34} {found['embedded'][label]:>14,.1f} {found['influxdb'][label]:>16,.1f}")
    print(json.dumps({"benchmark": "dashboard_reads", "readings": readings, "milliseconds": found}))
    return int(any(figures[label] > LIMIT_MS for figures in found.values() for label in READS))


if __name__ == "__main__":
    sys.exit(main())
