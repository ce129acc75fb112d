"""Roll-ups made and mended in SQL: a minute from its readings, an hour from its minutes, a late reading folded in."""

import sqlite3
from typing import Final

from ioc.metrics.schema import HOUR, MINUTE

TABLES: Final = {MINUTE: "m1", HOUR: "h1"}

_FROM_READINGS = """SELECT g.s, :start, g.n, g.sum, g.low, g.high, r.v, g.last_t
FROM (SELECT s, count(*) AS n, total(v) AS sum, min(v) AS low, max(v) AS high, max(t) AS last_t
      FROM reading WHERE t >= :lo AND t < :hi GROUP BY s) AS g
CROSS JOIN reading AS r ON r.t = g.last_t AND r.s = g.s"""

_MINUTE = f"INSERT OR REPLACE INTO m1 {_FROM_READINGS}"

# the inner join goes series by series: the table holds years in series order, so its rows of one hour lie apart
_HOUR = """INSERT OR REPLACE INTO h1
SELECT g.s, :start, g.n, g.sum, g.low, g.high, m.last, g.last_t
FROM (SELECT m1.s AS s, sum(n) AS n, total(sum) AS sum, min(low) AS low, max(high) AS high, max(last_t) AS last_t,
             max(m1.t) AS t
      FROM series CROSS JOIN m1 ON m1.s = series.id WHERE m1.t >= :lo AND m1.t < :hi GROUP BY series.id) AS g
CROSS JOIN m1 AS m ON m.s = g.s AND m.t = g.t"""

# the last line: readings that come a second time are not counted twice, as far as a roll-up can tell
_FOLD = {
    unit: f"""INSERT INTO {table} {_FROM_READINGS} WHERE true
ON CONFLICT (s, t) DO UPDATE SET n = n + excluded.n, sum = sum + excluded.sum,
  low = min(low, excluded.low), high = max(high, excluded.high),
  last = CASE WHEN excluded.last_t >= last_t THEN excluded.last ELSE last END,
  last_t = max(last_t, excluded.last_t)
WHERE (n, sum, low, high, last_t) <> (excluded.n, excluded.sum, excluded.low, excluded.high, excluded.last_t)"""
    for unit, table in TABLES.items()
}


def roll_minute(conn: sqlite3.Connection, start: int) -> None:
    """Make the minute anew from all its readings; as often as wanted."""
    conn.execute(_MINUTE, {"start": start, "lo": start, "hi": start + MINUTE})


def roll_hour(conn: sqlite3.Connection, start: int) -> None:
    """Make the hour anew from all its minutes; as often as wanted."""
    conn.execute(_HOUR, {"start": start, "lo": start, "hi": start + HOUR})


def fold(conn: sqlite3.Connection, minute: int, unit: int) -> None:
    """Add the late readings of a minute whose own readings are deleted to its minute or hour; they end with that."""
    span = {"start": minute - minute % unit, "lo": minute, "hi": minute + MINUTE}
    conn.execute(_FOLD[unit], span)
    drop(conn, minute)


def drop(conn: sqlite3.Connection, minute: int) -> None:
    conn.execute("DELETE FROM reading WHERE t >= ? AND t < ?", (minute, minute + MINUTE))
