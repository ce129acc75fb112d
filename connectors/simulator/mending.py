"""Ends a trouble of the demonstration soon after somebody took it: whoever acts sees that it helps."""

from typing import Final

import sqlalchemy as sa

from connectors.simulator.days import MINUTE, SECOND
from connectors.simulator.timeline import Timeline
from connectors.simulator.troubles import SimTrouble, Troubles
from ioc.platform.db import Database
from ioc.platform.db.tables import alert

MENDED_AFTER: Final = MINUTE
LOOK_EVERY: Final = 5 * SECOND
Place = tuple[str | None, ...]
MEETING: Final[Place] = ("conference-precheck",)


class Mending:
    """Looks every few seconds for what was taken."""

    def __init__(self, troubles: Troubles, timeline: Timeline, db: Database) -> None:
        self._troubles = troubles
        self._timeline = timeline
        self._db = db
        self._looked = 0

    def look(self, now: int) -> None:
        if 0 <= now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        standing = self._troubles.at(self._timeline.virtual(now))
        taken = self._taken() if standing else {}
        for one in standing:
            begins = self._timeline.real(one.span.start)
            since = [at for place, at in taken.items() if at >= begins and _about(one, place)]
            if since:
                self._troubles.end(one, self._timeline.virtual(min(since) + MENDED_AFTER))

    def _taken(self) -> dict[Place, int]:
        """When the open alerts were acknowledged, by what they speak of."""
        t = alert.c
        wanted = sa.and_(t.open, t.acknowledged_at.is_not(None))
        with self._db.read() as conn:
            rows = conn.execute(sa.select(t.org, t.kind, t.source, t.rule, t.acknowledged_at).where(wanted)).all()
        return {
            MEETING if row.rule in MEETING else (row.org, row.kind, row.source): row.acknowledged_at for row in rows
        }


def _about(one: SimTrouble, place: Place) -> bool:
    """A meeting that lacks its points is told of before the points are."""
    if place == MEETING:
        return one.sort in ("points", "cut")
    return any(place == (site.key.org, site.key.kind, site.key.source) for site in one.subjects)
