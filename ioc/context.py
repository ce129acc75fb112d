"""The equipment of every role: settings, clock, database, plug-ins, texts and the live key."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ioc.config.settings import Settings
from ioc.core.clock import Clock
from ioc.core.registry import Plugins
from ioc.core.texts import Texts
from ioc.messages.kinds import Kinds
from ioc.metrics import MetricStore
from ioc.platform.db import Database


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
    plugins: Plugins = field(default_factory=Plugins)
    demo: bool = False
    replay: bool = False  # its clock is set to another time

    @property
    def postbox(self) -> Path | None:
        """Where the demonstration keeps what it sends; None where messages go out to people."""
        return self.settings.root / "postbox.jsonl" if self.demo else None
