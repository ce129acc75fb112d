"""The steps of check-store: what works with the configured metric store, told one by one."""

from collections.abc import Iterator

from ioc.context import Context
from ioc.core.errors import IocError
from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, MetricStore, RangeQuery, RemoteStore, Retention, StoreCheck

PROBE = SourceKey("ioc-probe", "feed", "check-store")
METRIC = "probe"
MINUTE_MS = 60_000


def probe_store(context: Context) -> Iterator[StoreCheck]:
    """Open, write twice, read back; of a server also version, rights, clock, retention, and nothing is left behind."""
    try:
        store = context.open_store(writer=True)
    except IocError as error:
        yield StoreCheck("open", False, error.message)
        return
    try:
        health = store.health()
        yield StoreCheck("open", health.ok, health.detail)
        if not health.ok:
            return
        if isinstance(store, RemoteStore):
            kept = context.settings.retention
            keep = Retention(kept.raw_days, kept.minute_days, kept.hour_days)
            yield from store.inspect(context.clock.now_ms, keep)
        yield from _round_trip(store, context.clock.now_ms() // MINUTE_MS * MINUTE_MS)
        if isinstance(store, RemoteStore):
            yield StoreCheck("clean up", True, store.remove(PROBE))
    except IocError as error:
        yield StoreCheck("round trip", False, error.message)
    finally:
        store.close()


def _round_trip(store: MetricStore, minute: int) -> Iterator[StoreCheck]:
    samples = [Sample(PROBE, minute + second * 1000, {METRIC: float(second)}) for second in range(3)]
    written = store.write(samples)
    yield StoreCheck("write", written == len(samples), f"{written} of {len(samples)} points of {PROBE}")
    store.write(samples)
    points = store.range(_query(minute, Aggregate.COUNT))
    yield StoreCheck(
        "write again", points == [(minute, 3)], f"the same points a second time: {_figure(points)} in the store"
    )
    points = store.range(_query(minute, Aggregate.MEAN))
    yield StoreCheck("read", points == [(minute, 1.0)], f"mean of 0, 1, 2 is {_figure(points)}")


def _query(minute: int, agg: Aggregate) -> RangeQuery:
    series = SeriesKey(PROBE, METRIC)
    return RangeQuery(series, minute, minute + MINUTE_MS, MINUTE_MS, agg, Fill.NULL)


def _figure(points: list[tuple[int, float | None]]) -> str:
    return ", ".join(str(value) for _, value in points) or "nothing"
