"""Words the tests of the store share: one kiosk, its samples, and questions about it."""

import time
from collections.abc import Sequence

from ioc.config.influx_address import Flavour, StoreAddress, parse
from ioc.core.model import Number, Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, MetricStore, Point, RangeQuery, Retention
from ioc.metrics.embedded import EmbeddedStore
from ioc.metrics.influx.store import InfluxStore
from tests.influx_answers import Who

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = 1_794_027_600_000  # 2026-11-07 12:00 in Việt Nam, a whole hour
VIETNAM = 7 * HOUR
KIOSK = SourceKey("HAG.H01", "queue", "kiosk-1")
WAITING = SeriesKey(KIOSK, "waiting")
KEEP = Retention(raw_days=14, minute_days=400, hour_days=1830)


def sample(t: int, value: Number, key: SourceKey = KIOSK) -> Sample:
    return Sample(key, t, {"waiting": value})


def open_bucket(url: str, *, writer: bool = True, now: int = NOON + 30 * DAY, **keys: str) -> InfluxStore:
    """An InfluxDB bucket, with kiosks to roll up; nothing it remembers is older than the question.

    2.x is entered with a token that may do everything, unless other keys are given.
    """
    address = parse(url)
    access = StoreAddress(address, **(keys or ({"token": Who.ALL} if address.flavour is Flavour.V2 else {})))
    return InfluxStore(access, ["queue"], writer=writer, now=lambda: now, monotonic=lambda: time.monotonic() * 1000)


def ask(
    store: MetricStore,
    start: int,
    end: int,
    step: int = MINUTE,
    agg: Aggregate = Aggregate.MEAN,
    fill: Fill = Fill.NULL,
) -> list[Point]:
    return store.range(RangeQuery(WAITING, start, end, step, agg, fill))


def values(points: Sequence[Point]) -> list[float | None]:
    return [value for _, value in points]


def counted(store: MetricStore) -> float:
    """Readings of the day that begins at noon, by the hour."""
    return sum(value or 0 for _, value in ask(store, NOON, NOON + DAY, HOUR, Aggregate.COUNT))


def settle(store: EmbeddedStore, now: int, keep: Retention = KEEP) -> None:
    """Maintain until nothing is left to do."""
    while True:
        before = store._own.floors, {unit: set(due) for unit, due in store._own.due.items()}
        store.maintain(now, keep)
        if before == (store._own.floors, store._own.due):
            return
