"""The records sink: latest values, events, counts and quarantine, one transaction a step with its own cursor."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.core.model import SourceKey
from ioc.domain.dossiers.history.judgement import Policy
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.records import load, register
from ioc.ingest import feed_figures, tickets
from ioc.ingest.decode import Bad, Batch, Decoded
from ioc.ingest.desks import midnight
from ioc.ingest.feed_figures import Published
from ioc.ingest.feeds_kept import Taken
from ioc.ingest.happenings import Happened, Step
from ioc.ingest.own_words import OwnWords
from ioc.ingest.patches import join, patch_of
from ioc.ingest.tally import Tally
from ioc.live.deltas import Patch
from ioc.live.follow import snapshot
from ioc.live.world import Live, World
from ioc.messages.events import Event
from ioc.platform import meta
from ioc.platform.db import Database
from ioc.platform.db.tables import cursor, derived, event_seen, latest, quarantine
from ioc.platform.meta import Fact, get

log = logging.getLogger(__name__)

CURSOR = "records"
DOSSIER = "dossier"


@dataclass(slots=True)
class _Pending:
    """What the next step must write."""

    tally: Tally = field(default_factory=Tally)
    bad: list[Bad] = field(default_factory=list)
    happened: list[Happened[Event]] = field(default_factory=list)
    newcomers: dict[SourceKey, Decoded] = field(default_factory=dict)
    dirty: set[SourceKey] = field(default_factory=set)
    published: list[Published] = field(default_factory=list)
    feeds: Taken = field(default_factory=Taken)
    delivered: bool = False
    size: int = 0


class Records:
    """Collects what batches say and writes it in `flush`; `world` is the live state as of the last batch taken."""

    def __init__(self, db: Database, world: World, inbox_id: str, epoch: str, policy: Policy) -> None:
        self._db = db
        self._policy = policy
        self.world = world
        self._inbox = inbox_id
        self._epoch = epoch
        self._last = 0
        self._pending = _Pending()
        self._own = OwnWords()
        with db.read() as conn:
            self._own.load(conn)
        self.pending_patches: dict[SourceKey, Patch] = {}

    def position(self) -> int:
        """The seq up to which this inbox is recorded; a new inbox starts at 0."""
        with self._db.read() as conn:
            row = conn.execute(sa.select(cursor).where(cursor.c.name == CURSOR)).first()
        self._last = row.seq if row is not None and row.inbox == self._inbox else 0
        return self._last

    @property
    def urgent(self) -> bool:
        """Something waits that people should see sooner than the regular step."""
        return bool(self._pending.happened or self._pending.newcomers)

    @property
    def delivered(self) -> bool:
        """A system said up to when its records are known: they must be there before anybody hears so."""
        return self._pending.delivered

    @property
    def size(self) -> int:
        return self._pending.size

    def take(self, batch: Batch) -> None:
        """Merge a batch into the live state and remember what the next step must write."""
        self._last = batch.last
        pending = self._pending
        pending.tally.batch(batch)
        pending.feeds.batch(batch)
        pending.bad += batch.bad
        pending.size += batch.received
        for good in batch.good:
            if good.source is None:
                pending.newcomers.setdefault(good.key, good)
            if good.event is not None:
                pending.happened.append(Happened(good.key, good.received_at, good.event))
            elif good.metrics:
                self._own.hear_state(good)
                pending.delivered = pending.delivered or good.key.kind == DOSSIER
                if good.texts and good.key.kind == feed_figures.KIND:
                    pending.published += feed_figures.published(good)
            self._merge_one(good)

    def undo(self) -> int:
        """Forget what was taken and not committed: the live state is again that of the position, which is returned."""
        self._own = OwnWords()
        with self._db.read() as conn:
            committed = snapshot(conn)[2]
            self._own.load(conn)
        self._pending, self.pending_patches = _Pending(), {}
        self.world.live = {}
        self.world.merge(committed)
        return self.position()

    def probe(self) -> None:
        """Commit nothing but where we are; what fails here is no message's fault."""
        with self._db.write() as conn:
            self._position(conn)

    def _merge_one(self, good: Decoded) -> None:
        live = self.world.live.get(good.key)
        waiting = self.pending_patches.get(good.key)
        gone = live is not None and live.online is not None and not live.online[1]
        if live is None or waiting is None or gone or good.retained or good.texts or good.online is not None:
            self._merge(self._patch(good, live))
            return
        # the same as merging a patch, without making one for every message
        t, latest_metrics, changed = good.t, live.metrics, waiting.metrics
        for name, value in good.metrics.items():
            have = latest_metrics.get(name)
            if have is None or t >= have[0]:
                latest_metrics[name] = changed[name] = (t, value)
        live.heard_at = waiting.heard_at = max(good.received_at, live.heard_at or 0)
        self._pending.dirty.add(good.key)

    def _patch(self, good: Decoded, live: Live | None) -> Patch:
        patch = patch_of(good, live, self._own.kept(good.key))
        if good.online is not None and self._own.hear_status(good.key, online=good.online, retained=good.retained):
            self._pending.dirty.add(good.key)
        return patch

    def _merge(self, patch: Patch) -> None:
        live = self.world.live.get(patch.source)
        if live is None:
            live = self.world.live[patch.source] = Live()
        if live.merge(patch):
            self._pending.dirty.add(patch.source)
            waiting = self.pending_patches.get(patch.source)
            if waiting is None:
                self.pending_patches[patch.source] = patch
            else:
                join(waiting, patch)

    def flush(self, now: int) -> Inventory | None:
        """Commit everything taken so far with the cursor; the inventory when it is another than before."""
        pending = self._pending
        if not pending.size and not pending.dirty:
            return None
        with self._db.write() as conn:
            changed = self._look(conn, pending, now)
            inventory = changed or self.world.inventory
            ids = {key: source.id for key, source in inventory.sources.items()}
            fresh = [item for item in pending.happened if self._is_new(conn, ids[item.key], item)]
            implied = self._events(conn, fresh, inventory, now)
            pending.tally.write(self._db, conn, ids, now, duplicates=len(pending.happened) - len(fresh))
            self._quarantine(conn, pending.bad)
            self._derived(conn, implied)
            feed_figures.keep(self._db, conn, pending.published, ids)
            pending.feeds.write(self._db, conn, ids)
            self._latest(conn, ((key, ids[key]) for key in pending.dirty))
            self._position(conn)
        self._pending = _Pending()
        for patch in implied:
            self._merge(patch)
        return changed

    def recount(self, now: int) -> None:
        """Bring event-only kiosks up to `now`: a wait grows while nothing happens, and a day ends."""
        with self._db.read() as conn:
            speaking = tickets.speaking(conn, now)
            implied = [
                patch
                for key, source in self.world.inventory.sources.items()
                if source.id in speaking and (speaking[source.id] or self._is_of_yesterday(key, now))
                if not self._sends_states(key, now)
                for patch in tickets.implied(conn, source, self.world.inventory.tz(key), now)
            ]
        with self._db.write() as conn:
            self._derived(conn, implied)
        for patch in implied:
            self._merge(patch)

    def _is_of_yesterday(self, key: SourceKey, now: int) -> bool:
        """Figures of a day that ended while nobody counted."""
        day_began = midnight(now, self.world.inventory.tz(key))
        told = [t for name, (t, _) in self.world.of(key).metrics.items() if name in tickets.FIGURES]
        return min(told, default=0) < day_began

    def _look(self, conn: Connection, pending: "_Pending", now: int) -> Inventory | None:
        """Newcomers written; what they or an import have changed counts for all that this transaction judges."""
        for key, first in pending.newcomers.items():
            register(self._db, conn, key, first.received_at, simulated=first.simulated)
        known = self.world.inventory
        if int(get(conn, Fact.INVENTORY_REV, "0")) == known.rev:
            return None
        return load(conn, local(now, known.orgs.tz("")).date().isoformat(), self.world.kinds, known.calendars.weeks)

    def _events(self, conn: Connection, fresh: list[Happened[Event]], inventory: Inventory, now: int) -> list[Patch]:
        """Each kind does what its events mean; what it implies of the live state comes back."""
        by_kind: dict[str, list[Happened[Event]]] = {}
        for one in fresh:
            by_kind.setdefault(one.key.kind, []).append(one)
        leniencies = self._pending.tally.leniencies
        step = Step(self._db, conn, inventory, self._policy, now, lambda key: self._sends_states(key, now), leniencies)
        implied: list[Patch] = []
        for kind, happened in by_kind.items():
            if (apply := self.world.kinds[kind].apply_events) is not None:
                implied += apply(step, happened)
        return implied

    def _is_new(self, conn: Connection, source_id: int, item: Happened[Event]) -> bool:
        row = {"source_id": source_id, "event_id": item.event.event_id, "at": item.received_at}
        return conn.execute(self._db.upsert(event_seen).values(**row).on_conflict_do_nothing()).rowcount == 1

    def _sends_states(self, key: SourceKey, now: int) -> bool:
        known = self.world.inventory.sources.get(key)
        return self._own.states(key, known.interval_s if known else 0, self.world.of(key).heard_at or now)

    def _quarantine(self, conn: Connection, bad: list[Bad]) -> None:
        if bad:
            rows = [{"inbox": self._inbox, **item._asdict()} for item in bad]
            conn.execute(self._db.upsert(quarantine).on_conflict_do_nothing(), rows)

    def _derived(self, conn: Connection, implied: list[Patch]) -> None:
        """Figures we worked out ourselves go to the metric store by way of a table of their own."""
        rows = [
            {**patch.source._asdict(), "t": t, "payload": {name: value}}
            for patch in implied
            for name, (t, value) in patch.metrics.items()
        ]
        if rows:
            conn.execute(sa.insert(derived), rows)

    def _latest(self, conn: Connection, dirty: Iterable[tuple[SourceKey, int]]) -> None:
        rows = []
        for key, source_id in dirty:
            live = self.world.of(key)
            since, online = live.online or (None, None)
            rows.append(
                {
                    "source_id": source_id,
                    "online": online,
                    "online_at": since,
                    "heard_at": live.heard_at,
                    "metrics": live.metrics,
                    "texts": live.texts,
                    **self._own.row(key, live.heard_at),
                }
            )
        if rows:
            insert = self._db.upsert(latest)
            columns = {name: insert.excluded[name] for name in rows[0] if name != "source_id"}
            conn.execute(insert.on_conflict_do_update(index_elements=["source_id"], set_=columns), rows)

    def _position(self, conn: Connection) -> None:
        values = {"inbox": self._inbox, "seq": self._last}
        insert = self._db.upsert(cursor).values(name=CURSOR, **values)
        conn.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
        meta.put(self._db, conn, Fact.LIVE_EPOCH, self._epoch)
        meta.put(self._db, conn, Fact.LIVE_N, self.world.n)
