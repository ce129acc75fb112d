"""Every role's sign of life in the records database, which `/readyz` and `doctor` read."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.clock import Clock
from ioc.core.errors import IocError
from ioc.platform import observed
from ioc.platform.db import Database
from ioc.platform.db.tables import role_beat

EVERY_S = 2.0
LATE_MS = 10_000


class Pulse(NamedTuple):
    """A role as last heard; `alive` is false when it has been silent for LATE_MS."""

    role: str
    at: int
    ok: bool
    alive: bool
    detail: Mapping[str, Any]


class Beat:
    """Writes the role's row every two seconds; what `say` was told last is what the row carries.

    No row is written while `lives` is false: a thread that still runs must not vouch for one that hangs.
    """

    def __init__(self, db: Database, role: str, clock: Clock, lives: Callable[[], bool] = lambda: True) -> None:
        self._db, self._role, self._clock, self._lives = db, role, clock, lives
        self._ok = True
        self._hears = False
        self._detail: Mapping[str, Any] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"beat-{role}", daemon=True)

    def say(self, ok: bool, detail: Mapping[str, Any], *, hears: bool = False) -> None:
        """Sets the detail of the next rows: a role with a trouble says so, one that listens says that it hears."""
        self._ok, self._detail, self._hears = ok, dict(detail), hears

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def forget(self) -> None:
        """Take the row away: a role that went in good order is not missed."""
        with contextlib.suppress(IocError), self._db.write() as conn:
            conn.execute(sa.delete(role_beat).where(role_beat.c.role == self._role))

    def write(self) -> None:
        """One row now."""
        values = {"at": self._clock.now_ms(), "ok": self._ok, "detail": dict(self._detail)}
        insert = self._db.upsert(role_beat).values(role=self._role, **values)
        with self._db.write() as conn:
            conn.execute(insert.on_conflict_do_update(index_elements=["role"], set_=values))
            if self._hears:
                observed.listen(conn, self._role, self._clock.now_ms())

    def _run(self) -> None:
        while True:
            with contextlib.suppress(IocError):  # a database that is away shows as a beat that is late
                if self._lives():
                    self.write()
            if self._stop.wait(EVERY_S):
                return


def pulses(conn: Connection, now: int) -> list[Pulse]:
    """Every role that ever beat."""
    rows = conn.execute(sa.select(role_beat).order_by(role_beat.c.role))
    return [Pulse(row.role, row.at, row.ok, now - row.at <= LATE_MS, row.detail) for row in rows]
