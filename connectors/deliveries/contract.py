"""The contract of a connector that fetches dossiers, and the deliveries it brings."""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from connectors.deliveries.kept import SyncState
from connectors.deliveries.options import Delivered
from ioc.core.contract import Plugin
from ioc.domain.dossiers.importing.tables import InputTable


def _nothing(_why: str | None) -> None:
    """Views and interfaces keep what they gave."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One delivery, not yet read.

    `as_of` (epoch ms) is up to when it knows; `full`: it holds every open dossier, so what is missing has vanished.
    `read` opens it, UsageError where it is not usable. `expected` is how many rows it says it holds, `mark` where the
    next delta goes on: both are asked once all rows were read. `settle` is told what became of it: None when it was
    taken, else why it was refused.
    """

    origin: str
    as_of: int
    read: Callable[[], InputTable]
    full: bool = True
    settle: Callable[[str | None], None] = _nothing
    expected: Callable[[], int | None] = lambda: None
    mark: Callable[[], str | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Errand:
    """What a pull is sent out with: `now` in epoch ms, the org's `zone`, what was kept of earlier turns.

    `limit_s` is how long one request may take, not the whole of it. `stop` is set when the role ends.
    """

    kept: SyncState
    now: int
    zone: ZoneInfo
    limit_s: float
    stop: threading.Event = field(default_factory=threading.Event)


class Pull(Plugin, Protocol):
    """A module in `connectors/pulls` that fetches dossiers; it blocks, and runs in a thread.

    `collect` opens what it needs, yields each delivery that is there, oldest first, and closes it after the last.
    It raises OSError or IocError where the other side does not answer. An offer is done with before the next one.
    """

    kind: Annotated[str, "its name in the configuration"]
    Options: Annotated[type[Delivered], "the keys of its [[connector]] beside the common ones"]

    def collect(self, options: Any, errand: Errand) -> Generator[Offer]: ...
