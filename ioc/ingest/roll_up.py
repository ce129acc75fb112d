"""The roll-up job: every minute dossiers are counted by org and published as readings of sources of ours."""

import json
from collections.abc import Callable, Iterable
from typing import Protocol

from sqlalchemy.engine import Connection

from ioc.core.clock import Clock
from ioc.core.hours import ALWAYS
from ioc.core.model import SourceStatus
from ioc.domain.dossiers.counting.question import Question, year_start
from ioc.domain.dossiers.counting.summary import Counts, by_org
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting.freshness import why_void
from ioc.domain.dossiers.reporting.roll_up import INTERVAL_S, NAME, key_of, metrics, rolled_up
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.records import adopt
from ioc.live.dossier_sources import backfilling, watermarks
from ioc.live.world import World
from ioc.platform.db import Database


class PublishReading(Protocol):
    """Hands one message to the broker."""

    def __call__(self, topic: str, payload: bytes, *, qos: int) -> None: ...


class RollUp:
    """Counts once, adds up along the tree, and publishes through the one door; `orgs` None is all of them."""

    def __init__(
        self, db: Database, world: Callable[[], World], publish: PublishReading, clock: Clock, orgs: Iterable[str] = ()
    ) -> None:
        self._db = db
        self._world = world
        self._publish = publish
        self._clock = clock
        self._orgs = frozenset(orgs)

    def run(self) -> int:
        """This year so far, of every org that has dossiers and of all above it; how many it published for."""
        world, now = self._world(), self._clock.now_ms()
        orgs = world.inventory.orgs
        with self._db.read() as conn:
            rolled = rolled_up(_counted(conn, world, now), orgs)
        left_out = _incomplete(world, now)
        found = {org: n for org, n in rolled.items() if org not in left_out and self._publishes(world, org)}
        simulated = any(s.simulated for s in world.inventory.sources.values() if s.key.kind == "dossier" and s.counts)
        self._register(world.inventory, found, now, simulated)
        for org, n in found.items():
            void = why_void(world.inventory.calendar(org), year_start(orgs, now), now)
            body = {"ts": now, "values": metrics(n, void), **({"simulated": True} if simulated else {})}
            self._publish(f"ioc/v1/{key_of(org)}/state", json.dumps(body).encode(), qos=1)
        return len(found)

    def _publishes(self, world: World, org: str) -> bool:
        source = world.inventory.sources.get(key_of(org))
        retired = source is not None and source.status is SourceStatus.RETIRED
        return not retired and (not self._orgs or org in self._orgs)

    def _register(self, inventory: Inventory, orgs: Iterable[str], now: int, simulated: bool) -> None:
        """Nobody has to confirm what we say ourselves; what an administrator made of it stays."""
        new = [key for key in map(key_of, orgs) if key not in inventory.sources]
        if not new:
            return
        with self._db.write() as conn:
            adopt(self._db, conn, new, now, simulated=simulated, name=NAME, hours=ALWAYS, interval_s=INTERVAL_S)


def _incomplete(world: World, now: int) -> set[str]:
    """The orgs whose counts stand on a system that still sends its past: half of it is no reading."""
    late, orgs = backfilling(world, now), world.inventory.orgs
    reported = {source.key.org for source in world.inventory.sources.values() if source.id in late}
    above = {unit.code for org in reported for unit in orgs.path(org)}
    return above.union(*(orgs.scope(org).codes for org in reported))


def _counted(conn: Connection, world: World, now: int) -> dict[str, Counts]:
    until = watermarks(world, imported(conn), now)
    if not until:
        return {}
    return by_org(conn, Question(until, year_start(world.inventory.orgs, now), now, now))
