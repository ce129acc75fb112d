"""How fast the embedded metric store writes and reads; the last line is one JSON object.

The yardstick for writing is SQLite itself: the same rows by bare `executemany` into the same kind of table.
"""

import argparse
import json
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, RangeQuery, Retention
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.schema import HOUR, MINUTE, open_writer

DAY = 24 * HOUR
NOW = 1_794_009_600_000  # a midnight, UTC
KEEP = Retention(raw_days=14, minute_days=400, hour_days=1830)
SOURCES = [SourceKey(f"HAG.{i % 191}", "queue", f"kiosk-{i}") for i in range(1_000)]
BATCH = 5_000
Batches = list[list[Sample]]


def batches(count: int) -> Batches:
    """A thousand sources, three metrics each, a sample a second."""
    return [
        [
            Sample(
                SOURCES[i % 1_000],
                NOW + i // 1_000 * 1_000 + i % 997,
                {"waiting": i % 40, "avg": i % 977 / 2, "up": True},
            )
            for i in range(turn * BATCH, (turn + 1) * BATCH)
        ]
        for turn in range(count)
    ]


def ours(path: Path, given: Batches) -> float:
    store = EmbeddedStore(path, writer=True)
    began = time.perf_counter()
    written = sum(store.write(samples) for samples in given)
    took = time.perf_counter() - began
    store.close()
    return written / took


def bare(path: Path, given: Batches) -> float:
    """The rows ready made, the series numbered already."""
    numbers = {(key, metric): i for i, (key, metric) in enumerate((k, m) for k in SOURCES for m in given[0][0].values)}
    ready = [[(s.t, numbers[s.key, m], v) for s in samples for m, v in s.values.items()] for samples in given]
    conn = open_writer(path)
    began = time.perf_counter()
    for rows in ready:
        conn.execute("BEGIN IMMEDIATE")
        conn.executemany("INSERT OR REPLACE INTO reading VALUES (?, ?, ?)", rows)
        conn.execute("COMMIT")
    took = time.perf_counter() - began
    conn.close()
    return sum(map(len, ready)) / took


@contextmanager
def busy_thread() -> Iterator[None]:
    """A second thread that never waits: what decoding is to the writer inside the ingest process."""
    running = [True]

    def spin() -> None:
        turns = 0
        while running[0]:
            turns += 1

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        yield
    finally:
        running[0] = False
        thread.join()


def writing(folder: Path, quick: bool) -> dict[str, float]:
    given, rounds = batches(12 if quick else 60), 3 if quick else 5
    alone, baseline = [], []
    for turn in range(rounds):
        alone.append(ours(folder / f"ours-{turn}.sqlite", given))
        baseline.append(bare(folder / f"bare-{turn}.sqlite", given))
    with busy_thread():
        beside = ours(folder / "busy.sqlite", given[:6])
        beside_bare = bare(folder / "bare-busy.sqlite", [samples[:400] for samples in given[:3]])
    return {
        "write_per_s": median(alone),
        "bare_per_s": median(baseline),
        "write_ratio": median(a / b for a, b in zip(alone, baseline, strict=True)),
        "write_beside_busy_thread_per_s": beside,
        "bare_beside_busy_thread_per_s": beside_bare,
    }


def filled(path: Path, quick: bool) -> EmbeddedStore:
    """200 series: thirty days of samples, the last day denser, all rolled up but the last minute."""
    store = EmbeddedStore(path, writer=True)
    sparse, dense = (HOUR, MINUTE) if quick else (5 * MINUTE, 10_000)
    instants = [*range(NOW - 30 * DAY, NOW - DAY, sparse), *range(NOW - DAY, NOW, dense)]
    pending: list[Sample] = []
    for t in instants:
        pending += [Sample(key, t, {"waiting": t // sparse % 40}) for key in SOURCES[:200]]
        if len(pending) >= BATCH:
            store.write(pending)
            pending = []
    store.write(pending)
    while store._own.due[MINUTE] - {NOW - MINUTE} or len(store._own.due[HOUR]) > 1:
        store.maintain(NOW, KEEP)
    return store


def ask(store: EmbeddedStore, key: SourceKey, span: int, step: int, agg: Aggregate = Aggregate.MEAN) -> int:
    query = RangeQuery(SeriesKey(key, "waiting"), NOW - span, NOW, step, agg, Fill.NULL, 7 * HOUR)
    return len(store.range(query))


def best_ms(work: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1_000)
    return min(times)


def reading(path: Path, quick: bool) -> dict[str, float]:
    store = filled(path, quick)
    one = SOURCES[7]
    times = {
        "day_by_minute_ms": best_ms(lambda: ask(store, one, DAY, MINUTE)),
        "day_by_minute_last_ms": best_ms(lambda: ask(store, one, DAY, MINUTE, Aggregate.LAST)),
        "month_by_hour_200_series_ms": best_ms(lambda: [ask(store, key, 30 * DAY, HOUR) for key in SOURCES[:200]]),
        "hour_by_10_s_from_readings_ms": best_ms(lambda: ask(store, one, HOUR, 10_000)),
        "nothing_due_ms": best_ms(lambda: store.maintain(NOW, KEEP)),
    }
    times["readings"] = store._own._conn.execute("SELECT count(*) FROM reading").fetchone()[0]
    store.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer readings, under 20 s")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        figures = writing(Path(name), quick) | reading(Path(name) / "reading.sqlite", quick)
    for label, figure in figures.items():
        print(f"{label:34} {figure:>14,.2f}")
    print(json.dumps({"benchmark": "store", "sqlite": sqlite3.sqlite_version, "quick": quick} | figures))


if __name__ == "__main__":
    main()
