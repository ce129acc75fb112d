"""Ends a trouble of the demonstration soon after somebody took it: whoever acts sees that it helps."""

from typing import Final

import sqlalchemy as sa

from connectors.simulator.days import MINUTE, SECOND
from connectors.simulator.timeline import Timeline
from connectors.simulator.troubles import Trouble, Troubles
from ioc.platform.db import Database
from ioc.platform.db.tables import alert

MENDED_AFTER: Final = MINUTE
LOOK_EVERY: Final = 5 * SECOND


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
            if (since := _taken_at(one, taken)) is not None:
                self._troubles.end(one, self._timeline.virtual(since + MENDED_AFTER))

    def _taken(self) -> dict[tuple[str, str, str], int]:
        """When the open alerts of sources were acknowledged."""
        t = alert.c
        wanted = sa.and_(t.open, t.acknowledged_at.is_not(None), t.source.is_not(None))
        with self._db.read() as conn:
            rows = conn.execute(sa.select(t.org, t.kind, t.source, t.acknowledged_at).where(wanted)).all()
        return {(row.org, row.kind, row.source): row.acknowledged_at for row in rows}


def _taken_at(one: Trouble, taken: dict[tuple[str, str, str], int]) -> int | None:
    keys = (site.key for site in one.subjects)
    found = (taken.get((key.org, key.kind, key.source)) for key in keys)
    return min((at for at in found if at is not None), default=None)
