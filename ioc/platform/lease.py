"""One holder a duty: a lease in the records database, with a fencing token that grows at every change of holder."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.clock import Clock
from ioc.core.errors import Code, IocError
from ioc.platform.db import Database
from ioc.platform.db.tables import lease


class Lease:
    """A duty (`alerts`, `jobs`, …) that one process at a time holds for `ttl_s` seconds after each `keep`.

    Check it inside every transaction the duty writes: a process that slept through its lease finds its token
    superseded and its transaction refused, whatever it still believes.
    """

    def __init__(self, db: Database, duty: str, holder: str, ttl_s: float, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self.duty, self.holder, self.ttl_s = duty, holder, ttl_s
        self.token: int | None = None
        self._kept_at = 0.0

    @property
    def held(self) -> bool:
        return self.token is not None

    def keep(self) -> bool:
        """Take the duty when it is free, prolong it when it is ours; False while another holds it."""
        now, began = self._clock.now_ms(), self._clock.monotonic()
        with self._db.write() as conn:
            row = conn.execute(_ROW, {"its_duty": self.duty}).first()
            if row is None or (row.token != self.token and not _vacant(row.until, now, self.ttl_s)):
                self.token = self._begin(conn, now) if row is None else None
            else:
                self.token = row.token if row.token == self.token else row.token + 1
                self._hold(conn, now)
        self._kept_at = began
        return self.held

    def ensure(self) -> None:
        """Raise `lease_lost` where another may hold the duty: for what is done outside the database.

        A process that slept past the end of its lease asks the database first, and prolongs what nobody took.
        """
        began = self._clock.monotonic()
        if self.held and began - self._kept_at < self.ttl_s / 2:
            return
        with self._db.write() as conn:
            self.check(conn)
            self._hold(conn, self._clock.now_ms())
        self._kept_at = began

    def check(self, conn: Connection) -> None:
        """Raise `lease_lost` inside the caller's transaction unless the duty is still ours."""
        row = conn.execute(_ROW, {"its_duty": self.duty}).first()
        if row is None or row.token != self.token:
            self.token = None
            raise IocError(Code.LEASE_LOST, f"{self.duty}: another process holds this duty now")

    def release(self) -> None:
        """Give the duty up, so that another need not wait for its end."""
        if self.token is None:
            return
        mine = sa.and_(lease.c.duty == self.duty, lease.c.token == self.token)
        with self._db.write() as conn:
            conn.execute(sa.update(lease).where(mine).values(until=0))
        self.token = None

    def _until(self, now: int) -> int:
        return now + round(self.ttl_s * 1000)

    def _begin(self, conn: Connection, now: int) -> int | None:
        values = {"duty": self.duty, "holder": self.holder, "token": 1, "until": self._until(now)}
        insert = self._db.upsert(lease).values(values).on_conflict_do_nothing(index_elements=["duty"])
        token: int | None = conn.scalar(insert.returning(lease.c.token))  # PostgreSQL counts no inserted rows
        return token

    def _hold(self, conn: Connection, now: int) -> None:
        values = {"holder": self.holder, "token": self.token, "until": self._until(now)}
        conn.execute(sa.update(lease).where(lease.c.duty == self.duty).values(values))


# the row lock makes the check hold until commit on PostgreSQL; SQLite has one writer anyway
_ROW = sa.select(lease.c.token, lease.c.until).where(lease.c.duty == sa.bindparam("its_duty")).with_for_update()


def _vacant(until: int, now: int, ttl_s: float) -> bool:
    """Run out, or promised further ahead than anyone could have: the wall clock was set back since."""
    return until <= now or until > now + 10 * ttl_s * 1000
