"""Keeps a world in step with ingest: a snapshot from the database, then live deltas, a new snapshot after a gap."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.context import Context
from ioc.core.clock import local
from ioc.core.errors import IocError
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory, OrgTree
from ioc.domain.inventory.records import load
from ioc.live.deltas import DELTA_TOPIC, NOTICE_TOPIC, Delta, Notice, Patch, unseal
from ioc.live.world import Gap, Live, World
from ioc.platform.broker import Bus
from ioc.platform.db.tables import latest, source
from ioc.platform.meta import Fact, get

log = logging.getLogger(__name__)

T = TypeVar("T")
Offload = Callable[[Callable[[], Any]], Any]


def at_once(work: Callable[[], T]) -> T:
    """Run here and now; the web role passes its thread pool instead."""
    return work()


def snapshot(conn: Connection) -> tuple[str, int, list[Patch]]:
    """The live state that ingest has committed, with the epoch and number of the last delta in it."""
    query = sa.select(latest, source.c.org, source.c.kind, source.c.source).join(source)
    patches = [
        Patch(
            (row["org"], row["kind"], row["source"]),
            {name: (t, value) for name, (t, value) in row["metrics"].items()},
            {name: (t, text) for name, (t, text) in row["texts"].items()},
            None if row["online"] is None else (row["online_at"], row["online"]),
            row["heard_at"],
        )
        for row in conn.execute(query).mappings()
    ]
    return get(conn, Fact.LIVE_EPOCH), int(get(conn, Fact.LIVE_N, "0")), patches


class Follower:
    """Create it before the bus starts; callbacks come on the bus's thread, with no lock held.

    The lock is never handed out: whoever needs a world that stands still takes a `snapshot`, so that no query of theirs
    can keep the bus's thread, which also answers the broker's keepalive, from taking deltas.

    Values carry the instant they were measured and an older one never replaces a newer one, so a delta may be merged
    before the snapshot that closes a gap: nothing is shown late because of it.
    """

    def __init__(self, context: Context, bus: Bus, offload: Offload = at_once) -> None:
        self._context = context
        self._offload = offload
        self._on_change: list[Callable[[set[SourceKey]], None]] = []
        self._on_notice: list[Callable[[str], None]] = []
        self._stale = True
        self._gap_at = 0
        self._day = ""
        self._lock = threading.RLock()
        self._copies: dict[SourceKey, Live] = {}
        self._changed: set[SourceKey] = set()  # since they were copied
        self.world = World(Inventory(OrgTree([])), context.kinds)
        self.unsigned = 0
        self.heard_at: int | None = None
        bus.subscribe(DELTA_TOPIC, self._delta)
        bus.subscribe(NOTICE_TOPIC, self._notice)

    def on_change(self, callback: Callable[[set[SourceKey]], None]) -> None:
        self._on_change.append(callback)

    def on_notice(self, callback: Callable[[str], None]) -> None:
        self._on_notice.append(callback)

    def snapshot(self) -> World:
        """The world at this moment as a copy that nobody changes; only what changed since the last one is copied."""
        with self._lock:
            self._copies |= {key: self.world.live[key].copy() for key in self._changed}
            self._changed.clear()
            return replace(self.world, live=dict(self._copies))

    def tick(self) -> None:
        """Call about once a second: takes a new snapshot where one is due, looks whether the inventory changed."""
        try:
            inventory, taken = self._offload(self._read)
        except IocError as error:
            log.warning("live state cannot be read: %s", error)
            return
        changed: set[SourceKey] = set()
        with self._lock:
            if inventory is not None:
                changed |= inventory.sources.keys() ^ self.world.inventory.sources.keys()
                self.world.inventory = inventory
            if taken is not None:
                changed |= self._take(*taken)
        if changed:
            self._tell(changed)

    def _read(self) -> tuple[Inventory | None, tuple[str, int, list[Patch]] | None]:
        """Only reads, so that it may run on another thread: the world changes on the bus's and the caller's."""
        today = local(self._context.clock.now_ms(), self.world.inventory.orgs.tz("")).date().isoformat()
        stale = self._stale
        with self._context.db.read() as conn:
            rev = int(get(conn, Fact.INVENTORY_REV, "0"))
            outdated = stale or rev != self.world.inventory.rev or today != self._day
            inventory = (
                load(conn, today, self._context.kinds, self._context.settings.calendar.weeks) if outdated else None
            )
            self._day = today  # validity dates turn with the local day
            return inventory, snapshot(conn) if stale else None

    def _take(self, epoch: str, n: int, patches: list[Patch]) -> set[SourceKey]:
        """A snapshot from before the last delta we merged does not close the gap: the next tick tries again."""
        self._stale = epoch == self.world.epoch and n + 1 < self._gap_at
        if epoch != self.world.epoch:
            self.world.epoch, self.world.n = epoch, n
        return self._merge(patches)

    def _merge(self, patches: list[Patch]) -> set[SourceKey]:
        changed = self.world.merge(patches)
        self._changed |= changed
        return changed

    def _delta(self, _topic: str, payload: bytes, _retained: bool) -> None:
        delta = unseal(self._context.live_key, payload, Delta)
        if delta is None:
            self.unsigned += 1
            return
        self.heard_at = self._context.clock.now_ms()
        with self._lock:
            try:
                changed = self.world.apply(delta)
                self._changed |= changed
            except Gap:
                changed = self._merge(delta.patches)
                self.world.epoch, self.world.n = delta.epoch, delta.n
                self._gap_at, self._stale = delta.n, True
        if changed:
            self._tell(changed)

    def _notice(self, _topic: str, payload: bytes, _retained: bool) -> None:
        notice = unseal(self._context.live_key, payload, Notice)
        if notice is None:
            self.unsigned += 1
            return
        for callback in self._on_notice:
            callback(notice.what)

    def _tell(self, changed: set[SourceKey]) -> None:
        for callback in self._on_change:
            callback(changed)
