"""The argument of a kind's `apply_events`: the new events of a step, and the transaction they belong into."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.domain.dossiers.history.judgement import Policy
from ioc.domain.inventory import Inventory
from ioc.messages.events import Event
from ioc.platform.db import Database

EventT = TypeVar("EventT", bound=Event)


class Happened(NamedTuple, Generic[EventT]):
    """An event with the source it came from; never one that was told before."""

    key: SourceKey
    received_at: int
    event: EventT


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of the records: `now` in epoch ms, every source of what happened is in the inventory.

    `sends_states` says whether a source is to be taken at its own word; `leniencies` are counted at their source.
    """

    db: Database
    conn: Connection
    inventory: Inventory
    policy: Policy
    now: int
    sends_states: Callable[[SourceKey], bool]
    leniencies: Counter[tuple[SourceKey, str]]
