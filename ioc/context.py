"""What every role is given: settings, clock, database, plug-in declarations, texts and the live key."""

from collections.abc import Callable
from dataclasses import dataclass

from ioc.clock import Clock
from ioc.db import Database
from ioc.kinds import Kinds
from ioc.settings import Settings
from ioc.store import MetricStore
from ioc.texts import Texts


@dataclass(frozen=True, slots=True)
class Context:
    """Built once by `bootstrap`; `open_store` opens the metric store for a reader or the one writer."""

    settings: Settings
    clock: Clock
    db: Database
    kinds: Kinds
    texts: Texts
    live_key: bytes
    open_store: Callable[[], MetricStore]
