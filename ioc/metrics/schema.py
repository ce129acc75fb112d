"""The metric file's tables, in which order each keeps its rows, and the connection that writes them."""

import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

VERSION: Final = 1
MINUTE: Final = 60_000
HOUR: Final = 3_600_000
BUSY_S: Final = 10.0

# `reading` is in time order: all series append to the same pages, so a second of readings touches few of them.
# Roll-ups are in series order: a chart reads one run of pages. `dirty` names the minutes and hours to roll up,
# `mark` the instants below which a level was deleted.
_ROLLUP = """CREATE TABLE {} (
  s INTEGER NOT NULL, t INTEGER NOT NULL, n INTEGER NOT NULL, sum REAL, low REAL NOT NULL, high REAL NOT NULL,
  last REAL NOT NULL, last_t INTEGER NOT NULL, PRIMARY KEY (s, t)) WITHOUT ROWID"""
_TABLES = (
    """CREATE TABLE series (
  id INTEGER PRIMARY KEY, org TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, metric TEXT NOT NULL,
  UNIQUE (org, kind, source, metric))""",
    """CREATE TABLE reading (
  t INTEGER NOT NULL, s INTEGER NOT NULL, v REAL NOT NULL, PRIMARY KEY (t, s)) WITHOUT ROWID""",
    _ROLLUP.format("m1"),
    _ROLLUP.format("h1"),
    "CREATE TABLE dirty (unit INTEGER NOT NULL, t INTEGER NOT NULL, PRIMARY KEY (unit, t)) WITHOUT ROWID",
    "CREATE TABLE mark (name TEXT PRIMARY KEY, t INTEGER NOT NULL) WITHOUT ROWID",
)
_PRAGMAS = (
    "auto_vacuum = incremental",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
    "cache_size = -16000",
)


class Floors(NamedTuple):
    """Readings, minutes and hours before these instants are deleted; what replaced them is complete."""

    raw: int
    minute: int
    hour: int


def floor(t: int, unit: int) -> int:
    """The beginning of the unit that holds `t`."""
    return t - t % unit


def ceil(t: int, unit: int) -> int:
    """The first beginning of a unit at or after `t`."""
    return t + -t % unit


def open_writer(path: Path) -> sqlite3.Connection:
    """Open the file to write, making the tables where it is new; transactions are begun and ended explicitly."""
    conn = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            conn.execute(f"PRAGMA {pragma}").fetchall()
        conn.execute("BEGIN IMMEDIATE")
        if version(conn) == 0:
            for table in _TABLES:
                conn.execute(table)
            conn.execute(f"PRAGMA user_version = {VERSION}")
        conn.execute("COMMIT")
    except sqlite3.Error:
        conn.close()
        raise
    return conn


def version(conn: sqlite3.Connection) -> int:
    """The version of the tables; 0 where there are none yet."""
    found: int = conn.execute("PRAGMA user_version").fetchone()[0]
    return found


def read_floors(conn: sqlite3.Connection) -> Floors:
    marks = dict(conn.execute("SELECT name, t FROM mark").fetchall())
    return Floors(*(marks.get(name, 0) for name in Floors._fields))


def write_floor(conn: sqlite3.Connection, name: str, t: int) -> None:
    conn.execute("INSERT OR REPLACE INTO mark VALUES (?, ?)", (name, t))


def read_dirty(conn: sqlite3.Connection, unit: int) -> set[int]:
    """The beginnings of the minutes or hours whose roll-up is out of date."""
    return {t for (t,) in conn.execute("SELECT t FROM dirty WHERE unit = ?", (unit,))}
