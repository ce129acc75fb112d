"""What every role is given: settings, clock, database, plug-in declarations, texts and the live key."""

from dataclasses import dataclass
from typing import Protocol

from ioc.clock import Clock
from ioc.db import Database
from ioc.kinds import Kinds
from ioc.settings import Settings
from ioc.store import MetricStore
from ioc.texts import Texts


class OpenStore(Protocol):
    """Opens the metric store: for the one writer, or for a reader."""

    def __call__(self, *, writer: bool = False) -> MetricStore: ...


@dataclass(frozen=True, slots=True)
class Context:
    """Built once a process by `bootstrap`."""

    settings: Settings
    clock: Clock
    db: Database
    kinds: Kinds
    texts: Texts
    live_key: bytes
    open_store: OpenStore
