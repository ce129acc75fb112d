"""The sync state of a connector: a row's hash by its key, the end of its deltas, its last deliveries."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ioc.core.errors import Code, IocError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS row(key TEXT PRIMARY KEY, hash BLOB NOT NULL, open INTEGER NOT NULL, gone INTEGER)
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fact(name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS taken(name TEXT PRIMARY KEY, stamp TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS begun(name TEXT PRIMARY KEY, stamp TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS delivery(
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, origin TEXT NOT NULL, as_of INTEGER, whole INTEGER NOT NULL,
  rows INTEGER NOT NULL, changed INTEGER NOT NULL, bad INTEGER NOT NULL, vanished INTEGER NOT NULL, error TEXT);
"""
_DELIVERIES = 400
_MARK = "mark"


class SentRow(NamedTuple):
    """A row as it was published."""

    key: str
    hash: bytes
    open: bool


class DeliveryOutcome(NamedTuple):
    """The outcome of one delivery; `error` None when taken. `vanished`: the open dossiers it no longer names."""

    at: int
    origin: str
    as_of: int | None
    whole: bool
    rows: int = 0
    changed: int = 0
    bad: int = 0
    vanished: int = 0
    error: str | None = None


class SyncState:
    """One SQLite file a connector; it belongs to the thread that opened it."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
            self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_SCHEMA}")
        except (OSError, sqlite3.Error) as error:
            raise IocError(Code.KEPT_UNUSABLE, f"{path}: {error}") from error

    def close(self) -> None:
        self._db.close()

    def hashes(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Of those that were sent."""
        query = "SELECT key, hash FROM row WHERE key IN (SELECT value FROM json_each(?))"
        return dict(self._db.execute(query, (json.dumps(keys),)).fetchall())

    def sent(self, rows: Iterable[SentRow]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO row(key, hash, open) VALUES (?, ?, ?)", rows)
        self._db.execute("COMMIT")

    def vanish(self, delivered: Collection[str], at: int) -> list[str]:
        """Note which open dossiers are missing from a full delivery, and which are back; all that are missing now."""
        open_rows = self._db.execute("SELECT key, gone FROM row WHERE open").fetchall()
        missing = [key for key, _ in open_rows if key not in delivered]
        back = [(key,) for key, gone in open_rows if gone is not None and key in delivered]
        self._db.execute("BEGIN")
        self._db.executemany("UPDATE row SET gone = ? WHERE key = ? AND gone IS NULL", [(at, key) for key in missing])
        self._db.executemany("UPDATE row SET gone = NULL WHERE key = ?", back)
        self._db.execute("COMMIT")
        return sorted(missing)

    def vanished(self) -> list[tuple[str, int]]:
        """Codes of open dossiers that are no longer delivered, each with the instant that was noticed."""
        return self._db.execute("SELECT key, gone FROM row WHERE gone IS NOT NULL ORDER BY gone DESC, key").fetchall()

    @property
    def mark(self) -> str | None:
        """The end of the last delta."""
        found = self._db.execute("SELECT value FROM fact WHERE name = ?", (_MARK,)).fetchone()
        return None if found is None else str(found[0])

    def move_mark(self, mark: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (_MARK, mark))

    def is_taken(self, name: str, stamp: str) -> bool:
        """True for a file that was dealt with where it lies."""
        return (
            self._db.execute("SELECT 1 FROM taken WHERE name = ? AND stamp = ?", (name, stamp)).fetchone() is not None
        )

    def take(self, name: str, stamp: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO taken VALUES (?, ?)", (name, stamp))

    def begin(self, name: str, stamp: str) -> int:
        """How often a file was begun to be read and the process was gone before it came to an end of it."""
        row = self._db.execute("SELECT n FROM begun WHERE name = ? AND stamp = ?", (name, stamp)).fetchone()
        before = 0 if row is None else int(row[0])
        self._db.execute("INSERT OR REPLACE INTO begun VALUES (?, ?, ?)", (name, stamp, before + 1))
        return before

    def end(self, name: str) -> None:
        """Whatever became of it."""
        self._db.execute("DELETE FROM begun WHERE name = ?", (name,))

    def note(self, outcome: DeliveryOutcome) -> None:
        """The same failure again takes the place of the last one."""
        again = "DELETE FROM delivery WHERE id = (SELECT max(id) FROM delivery) AND origin = ? AND error = ?"
        self._db.execute(again, (outcome.origin, outcome.error))
        self._db.execute("INSERT INTO delivery VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", outcome)
        self._db.execute("DELETE FROM delivery WHERE id <= (SELECT max(id) FROM delivery) - ?", (_DELIVERIES,))

    def last(self, n: int) -> list[DeliveryOutcome]:
        """The outcomes of the last deliveries, newest first."""
        rows = self._db.execute("SELECT * FROM delivery ORDER BY id DESC LIMIT ?", (n,))
        return [DeliveryOutcome(*row[1:]) for row in rows]

    def last_taken(self, *, whole: bool = False) -> DeliveryOutcome | None:
        """The newest that was not refused, or of those the newest that held everything."""
        query = "SELECT * FROM delivery WHERE error IS NULL AND whole >= ? ORDER BY id DESC LIMIT 1"
        row = self._db.execute(query, (whole,)).fetchone()
        return None if row is None else DeliveryOutcome(*row[1:])
