"""The daily snapshots of dossier figures: taken soon after each cut_off-off, and caught up after an absence."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ioc.core.clock import Clock
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting import snapshot
from ioc.domain.dossiers.reporting.freshness import sources_by_org
from ioc.live.dossier_sources import reporters, watermarks
from ioc.live.world import World
from ioc.platform.db import Database
from ioc.platform.lease import Lease

log = logging.getLogger(__name__)

EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class DailySnapshots:
    """A job to run often: mostly nothing is due. `hour` is that of the cut_off-off."""

    db: Database
    clock: Clock
    lease: Lease
    snapshot: Callable[[], World]
    hour: str

    def run(self) -> None:
        if not self.lease.held:
            return
        world, now = self.snapshot(), self.clock.now_ms()
        with self.db.read() as conn:
            cut_off = snapshot.cut_off(self.hour, world.inventory.orgs)
            days = snapshot.due(conn, cut_off, now)
            until = watermarks(world, imported(conn), now) if days else {}
            assessed = reporters(world, until, sources_by_org(conn), now) if until else None
        if assessed is None:  # nothing is due, or nobody has sent dossiers yet
            return
        for day in days:
            n = snapshot.take(self.db, world.inventory, assessed, until, cut_off, day, now, self.lease.check)
            log.info("the figures of %s are frozen for %d orgs", day, n)
