"""Events: each once, handed to the kind that knows what it means."""

from collections import defaultdict
from collections.abc import Callable
from itertools import chain

from ioc.core.model import SourceKey
from ioc.domain.dossiers.history.judgement import Policy
from ioc.ingest.decode import Batch
from ioc.ingest.happenings import Happened, Step
from ioc.ingest.sinks.contract import Commit
from ioc.live.world import World
from ioc.messages.events import Event
from ioc.platform.db.tables import event_seen


class Events:
    """`sends_states` tells at an instant whether a source is taken at its own word, instead of being counted."""

    def __init__(self, world: World, policy: Policy, sends_states: Callable[[SourceKey, int], bool]) -> None:
        self._world = world
        self._policy = policy
        self._sends_states = sends_states
        self.waiting: list[Happened[Event]] = []

    def take(self, batch: Batch) -> None:
        self.waiting += [
            Happened(good.key, good.received_at, good.event) for good in batch.good if good.event is not None
        ]

    def write(self, commit: Commit) -> None:
        by_kind: defaultdict[str, list[Happened[Event]]] = defaultdict(list)
        for happened in self.waiting:
            if _is_new(commit, happened):
                by_kind[happened.key.kind].append(happened)
        commit.duplicates = len(self.waiting) - sum(map(len, by_kind.values()))
        step = Step(
            commit.db,
            commit.conn,
            commit.inventory,
            self._policy,
            commit.now,
            lambda key: self._sends_states(key, commit.now),
            commit.leniencies,
        )
        handlers = ((self._world.kinds[kind].apply_events, happened) for kind, happened in by_kind.items())
        commit.derived += chain.from_iterable(apply(step, happened) for apply, happened in handlers if apply)

    def clear(self) -> None:
        self.waiting = []


def _is_new(commit: Commit, happened: Happened[Event]) -> bool:
    row = {
        "source_id": commit.id_of(happened.key),
        "event_id": happened.event.event_id,
        "at": happened.received_at,
    }
    return commit.conn.execute(commit.db.upsert(event_seen).values(**row).on_conflict_do_nothing()).rowcount == 1
