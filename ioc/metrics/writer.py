"""The one connection that writes the metric file: transactions, the insert, and what it keeps in memory."""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from operator import itemgetter
from pathlib import Path
from threading import RLock

from ioc.core.errors import IocError
from ioc.core.model import Number, Sample
from ioc.metrics.failures import damaged, failure
from ioc.metrics.ids import SeriesIds
from ioc.metrics.schema import HOUR, MINUTE, Floors, floor, open_writer, read_dirty, read_floors
from ioc.platform.aside import set_aside

log = logging.getLogger(__name__)

# Rows a statement. SQLite lets go of the interpreter lock at every statement: with executemany each row may have to
# wait for a busy second thread (measured: down to 1 000 rows/s, where 2 000 rows a statement still give 300 000).
_SIZES = (20, 100, 500, 2000)
_INSERTS = {size: " ".join(["INSERT OR REPLACE INTO reading VALUES", ",".join(["(?,?,?)"] * size)]) for size in _SIZES}


class EmbeddedWriter:
    """Memory (`ids`, `due`, `floors`) mirrors the file and is read again after a failure or another writer's commit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failed: IocError | None = None
        self._lock = RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open_sound()
        except (sqlite3.Error, OSError) as error:
            raise failure(error, path) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; IocError when SQLite cannot. A damaged file is set aside and a new one opened."""
        with self._lock:
            try:
                yield self._begin()
                self._conn.execute("COMMIT")
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
                self.failed = failure(error, self.path)
                raise self.failed from error
            except BaseException:
                self._roll_back()
                raise
            self.failed = None

    def write(self, samples: Sequence[Sample]) -> int:
        """Store the values, note which minutes changed; how many values were stored."""
        with self.transaction() as conn:
            flat: list[Number] = []
            ids = self.ids
            for key, t, values in sorted(samples, key=itemgetter(1)):
                metrics = ids[key]
                for metric, value in values.items():
                    flat += (t, metrics[metric], value)
            _insert(conn, flat)
            self.mark(MINUTE, {floor(sample.t, MINUTE) for sample in samples})
        return len(flat) // 3

    def mark(self, unit: int, starts: set[int]) -> None:
        """Within a transaction: the roll-ups of these minutes or hours are out of date."""
        if fresh := starts - self.due[unit]:
            self._conn.executemany("INSERT OR IGNORE INTO dirty VALUES (?, ?)", [(unit, t) for t in fresh])
            self.due[unit] |= fresh

    def unmark(self, unit: int, start: int) -> None:
        """Within a transaction: this roll-up is up to date."""
        self._conn.execute("DELETE FROM dirty WHERE unit = ? AND t = ?", (unit, start))
        self.due[unit].discard(start)

    def close(self) -> None:
        with self._lock:
            self._conn.close()

    def _open_sound(self) -> None:
        """Open the file; if it is damaged, a new one in its place."""
        try:
            self._open()
        except sqlite3.Error as error:
            if not damaged(error):
                raise
            self._set_aside(error)
            self._open()

    def _open(self) -> None:
        self._conn = open_writer(self.path)
        self._sound = True
        try:
            self._remember()
        except sqlite3.Error:
            self._conn.close()
            raise

    def _remember(self) -> None:
        self.ids = SeriesIds(self._conn)
        self.due = {unit: read_dirty(self._conn, unit) for unit in (MINUTE, HOUR)}
        self.floors: Floors = read_floors(self._conn)
        self._seen: int | None = self._foreign_commits()

    def _foreign_commits(self) -> int:
        """A number that changes when any other connection commits."""
        found: int = self._conn.execute("PRAGMA data_version").fetchone()[0]
        return found

    def _begin(self) -> sqlite3.Connection:
        if not self._sound:
            self._open_sound()
        self._conn.execute("BEGIN IMMEDIATE")
        if self._foreign_commits() != self._seen:
            self._remember()
        return self._conn

    def _roll_back(self) -> None:
        self._seen = None
        with suppress(sqlite3.Error):  # closed meanwhile, or damaged: then it is replaced
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")

    def _give_up(self, error: Exception) -> None:
        self._roll_back()
        if damaged(error):
            self._sound = False
            self._conn.close()
            with suppress(OSError):  # tried again by the next transaction
                self._set_aside(error)

    def _set_aside(self, error: Exception) -> None:
        target = set_aside(self.path)
        log.error("metric file damaged (%s): set aside as %s, a new one takes its place", error, target.name)


def _insert(conn: sqlite3.Connection, flat: list[Number]) -> None:
    """`flat` holds t, series, value of row after row; a last, short statement repeats its first row."""
    at = 0
    while left := len(flat) - at:
        size = next((size for size in _SIZES if left <= 3 * size), _SIZES[-1])
        rows = flat[at : at + 3 * size]
        at += len(rows)
        rows = [*rows[:3] * (size - len(rows) // 3), *rows]
        try:
            conn.execute(_INSERTS[size], rows)
        except OverflowError:  # an integer beyond 64 bits: only its value can be one
            exact = zip(rows[::3], rows[1::3], map(float, rows[2::3]), strict=True)
            conn.execute(_INSERTS[size], list(chain.from_iterable(exact)))
