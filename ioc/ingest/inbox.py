"""The durable queue between the broker and the sinks: a message is acknowledged once it is committed here."""

import logging
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from ioc.core.errors import Code, IocError
from ioc.metrics.failures import damaged
from ioc.platform.aside import set_aside

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run(
  first INTEGER PRIMARY KEY, n INTEGER NOT NULL, received_at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cursor(name TEXT PRIMARY KEY, seq INTEGER NOT NULL);
"""
_RUN_ROWS = 1_000
_RUN_BYTES = 1_000_000
_DELETE_RUNS = 100


class Received(NamedTuple):
    """A message as it came; `received_at` in epoch ms."""

    received_at: int
    topic: str
    payload: bytes
    retained: bool


class Run(NamedTuple):
    """Messages in arrival order; the first has the number `first`, each next one more."""

    first: int
    messages: list[Received]

    @property
    def last(self) -> int:
        return self.first + len(self.messages) - 1


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Received]).decode


class DamagedInboxError(Exception):
    """The file was set aside; whoever had it open must end, and begin anew with a new one."""


class Inbox:
    """One SQLite file, `synchronous=FULL`; open one object a thread.

    What arrived together is one row (a run): a commit costs the same however many messages it holds.
    """

    def __init__(self, path: Path, *, max_bytes: int = 0, min_free_bytes: int = 0) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._min_free = min_free_bytes
        try:
            self._open()
        except DamagedInboxError:
            self._open()

    def _open(self) -> None:
        self._file: int | None = None  # while it is opened, whatever lies there is ours to set aside
        self._db = sqlite3.connect(self.path, isolation_level=None, timeout=30, check_same_thread=False)
        with self._translated():
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('id', ?)", (secrets.token_hex(8),))
            self.id: str = self._db.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()[0]
        self._file = self.path.stat().st_ino

    def append(self, messages: Sequence[Received]) -> int:
        """Commit the messages and return the number of the first; transient `inbox_full` when there is no room."""
        self._check_room()
        with self._translated(), self._transaction():
            first = seq = self.newest() + 1
            for chunk in _chunks(messages):
                row = (seq, len(chunk), chunk[-1].received_at, _encode(chunk))
                self._db.execute("INSERT INTO run VALUES (?, ?, ?, ?)", row)
                seq += len(chunk)
        return first

    def after(self, seq: int, limit: int) -> Run:
        """The next messages behind `seq`; about `limit` of them, none when there are none."""
        query = (
            "SELECT first, body FROM run WHERE first >= coalesce((SELECT max(first) FROM run WHERE first <= ?1), 0)"
            " AND first + n > ?1 ORDER BY first LIMIT ?2"
        )
        messages: list[Received] = []
        begin = seq + 1
        with self._translated():
            for first, body in self._db.execute(query, (seq + 1, limit)):
                if not messages:
                    begin = max(first, seq + 1)
                messages += _decode(body)[max(0, seq + 1 - first) :]
                if len(messages) >= limit:
                    break
        return Run(begin, messages)

    def newest(self) -> int:
        """The highest number ever given out."""
        with self._translated():
            row = self._db.execute("SELECT first + n - 1 FROM run ORDER BY first DESC LIMIT 1").fetchone()
        return int(row[0]) if row else 0

    def cursor(self, name: str) -> int:
        with self._translated():
            row = self._db.execute("SELECT seq FROM cursor WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def advance(self, name: str, seq: int) -> None:
        """Note that all up to `seq` is done; work that is repeated after a crash must be harmless."""
        with self._translated():
            self._db.execute(
                "INSERT INTO cursor VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET seq = excluded.seq", (name, seq)
            )

    def prune(self, done: int, before: int) -> int:
        """Delete some runs that every cursor has passed and that came before `before` (epoch ms); how many.

        The newest run stays: its number is where the next one continues.
        """
        query = (
            "DELETE FROM run WHERE first IN (SELECT first FROM run WHERE first + n - 1 <= ? AND received_at < ?"
            " AND first < (SELECT max(first) FROM run) ORDER BY first LIMIT ?)"
        )
        with self._translated():
            return self._db.execute(query, (done, before, _DELETE_RUNS)).rowcount

    def close(self) -> None:
        self._db.close()

    def _check_room(self) -> None:
        """Stop before the disk is full: alert state and the other files must still be able to write."""
        if self._min_free and shutil.disk_usage(self.path.parent).free < self._min_free:
            raise IocError(Code.INBOX_FULL, f"{self.path}: less than {self._min_free} bytes free on disk")
        if self._max_bytes and self._used() > self._max_bytes:
            raise IocError(Code.INBOX_FULL, f"{self.path}: inbox reached {self._max_bytes} bytes")

    def _used(self) -> int:
        """Bytes in use; pages freed by `prune` are room for new rows."""
        pages, free, size = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, msgspec.DecodeError) as error:
            if damaged(error) or isinstance(error, msgspec.DecodeError):
                raise self._set_aside() from error
            if not isinstance(error, sqlite3.OperationalError):
                raise
            code = Code.INBOX_FULL if "full" in str(error) else Code.INBOX_UNAVAILABLE
            raise IocError(code, f"{self.path}: {error}") from error

    def _set_aside(self) -> DamagedInboxError:
        """Once, whoever of those that have it open finds it first."""
        if self.path.exists() and self._file in (None, self.path.stat().st_ino):
            kept = set_aside(self.path).name
            log.error("%s is damaged and kept as %s: what in it was not taken yet is missing here", self.path, kept)
        return DamagedInboxError(f"{self.path} is damaged")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def _chunks(messages: Sequence[Received]) -> Iterator[list[Received]]:
    """Runs of bounded count and size."""
    chunk: list[Received] = []
    size = 0
    for message in messages:
        chunk.append(message)
        size += len(message.payload)
        if len(chunk) >= _RUN_ROWS or size >= _RUN_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
