"""Read-only connections to the metric file, lent for one answer at a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ioc.metrics.failures import failure
from ioc.metrics.schema import BUSY_S, version

_IDLE = 8
_Identity = tuple[int, int]


class Readers:
    """Any thread may borrow; a file that was replaced is noticed at the next borrowing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[tuple[_Identity, sqlite3.Connection]] = []

    @contextmanager
    def borrow(self) -> Iterator[sqlite3.Connection | None]:
        """A connection outside any transaction, or None while there is no file yet; IocError when SQLite fails."""
        try:
            with self._lent() as conn:
                yield conn
        except sqlite3.Error as error:
            raise failure(error, self._path) from error

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection | None]:
        identity = self._identity()
        conn = None if identity is None else self._take(identity)
        if identity is None or conn is None:
            yield None
            return
        try:
            yield conn
        except BaseException:
            conn.close()
            raise
        self._put_back(identity, conn)

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    def _identity(self) -> _Identity | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _take(self, identity: _Identity) -> sqlite3.Connection | None:
        while self._idle:
            opened, conn = self._idle.pop()
            if opened == identity:
                return conn
            conn.close()
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        conn = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            made = version(conn) > 0
        except sqlite3.Error:
            conn.close()
            raise
        if made:
            return conn
        conn.close()
        return None

    def _put_back(self, identity: _Identity, conn: sqlite3.Connection) -> None:
        if len(self._idle) < _IDLE:
            self._idle.append((identity, conn))
        else:
            conn.close()
