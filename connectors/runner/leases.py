"""Leases of connectors: one each, all of a process prolonged by one statement."""

import logging
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.clock import Clock
from ioc.core.errors import IocError
from ioc.platform.db import Database
from ioc.platform.db.tables import lease

log = logging.getLogger(__name__)

TTL_S = 15.0
KEEP_S = 5.0
_AT_ONCE = 500


class Leases:
    """The connectors this process may run. `holder` must be unique to the process: it is what fences.

    While the database is away nobody can take anything over, and what was held is still held. A second process takes
    what the first lets go: looks are cheap to repeat, so nothing is shared out.
    """

    def __init__(self, db: Database, names: Iterable[str], holder: str, clock: Clock) -> None:
        self._db, self._clock, self._holder = db, clock, holder
        self._duties = {f"connector/{name}": name for name in names}
        self._held: frozenset[str] = frozenset()

    def holds(self, name: str) -> bool:
        return name in self._held

    def __len__(self) -> int:
        return len(self._held)

    def keep(self) -> None:
        """Prolong what is ours and take what is vacant."""
        now = self._clock.now_ms()
        until = now + round(TTL_S * 1000)
        try:
            with self._db.write() as conn:
                mine = sa.and_(lease.c.holder == self._holder, lease.c.until > 0)
                conn.execute(sa.update(lease).where(mine).values(until=until))
                self._take(conn, now, until)
                held = set(conn.scalars(sa.select(lease.c.duty).where(mine)))
        except IocError as error:
            log.warning("leases of connectors were not prolonged: %s", error)
            return
        self._held = frozenset(name for duty, name in self._duties.items() if duty in held)

    def release(self) -> None:
        """Let go, so that another process need not wait."""
        self._held = frozenset()
        with self._db.write() as conn:
            conn.execute(sa.update(lease).where(lease.c.holder == self._holder).values(until=0))

    def _take(self, conn: Connection, now: int, until: int) -> None:
        wanted = sorted(duty for duty, name in self._duties.items() if name not in self._held)
        for duties in _pieces(wanted):
            values = [{"duty": duty, "holder": self._holder, "token": 1, "until": until} for duty in duties]
            new = self._db.upsert(lease).on_conflict_do_nothing(index_elements=["duty"])
            conn.execute(new, values)
            # run out, or promised further ahead than anyone could have: the wall clock was set back since
            vacant = sa.or_(lease.c.until <= now, lease.c.until > now + 10 * TTL_S * 1000)
            taken = sa.update(lease).where(lease.c.duty.in_(duties), vacant)
            conn.execute(taken.values(holder=self._holder, token=lease.c.token + 1, until=until))


def _pieces(duties: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(duties), _AT_ONCE):
        yield duties[start : start + _AT_ONCE]
