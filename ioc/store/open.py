"""Which metric store the configuration asks for."""

from ioc.settings import Settings
from ioc.store import MetricStore
from ioc.store.embedded import EmbeddedStore

FILE = "metrics.sqlite"


def open_store(settings: Settings, *, writer: bool = False) -> MetricStore:
    """Open it; IocError when it cannot be. The configuration knows no other kind than `embedded:` yet."""
    return EmbeddedStore(settings.root / FILE, writer=writer)
