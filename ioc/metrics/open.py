"""The metric store that the configuration asks for."""

from collections.abc import Collection

from ioc.config.settings import Settings
from ioc.config.settings import Store as StoreSettings
from ioc.core.clock import Clock
from ioc.metrics import MetricStore
from ioc.metrics.embedded import EmbeddedStore

FILE = "metrics.sqlite"


def open_store(settings: Settings, kinds: Collection[str], clock: Clock, *, writer: bool = False) -> MetricStore:
    """Open it; IocError when it cannot be. A server is not reached before the first call."""
    if settings.store.embedded:
        return EmbeddedStore(settings.root / FILE, writer=writer)
    return open_influx(settings.store, kinds, clock, writer=writer)


def open_influx(store: StoreSettings, kinds: Collection[str], clock: Clock, *, writer: bool = False) -> MetricStore:
    from ioc.metrics.influx.store import InfluxStore  # its client takes a third of a second to load

    return InfluxStore(store.access, kinds, writer=writer, now=clock.now_ms, monotonic=clock.monotonic)
