"""Numbers of series: looked up in memory, given out at first sight."""

import sqlite3

from ioc.core.model import SourceKey

_ENROL = """INSERT INTO series (org, kind, source, metric) VALUES (?, ?, ?, ?)
ON CONFLICT (org, kind, source, metric) DO UPDATE SET metric = metric RETURNING id"""
_FIND = "SELECT id FROM series WHERE org = ? AND kind = ? AND source = ? AND metric = ?"


class MetricIds(dict[str, int]):
    """Metric to number for one source; a metric not seen before is enrolled in the transaction under way."""

    def __init__(self, conn: sqlite3.Connection, key: SourceKey) -> None:
        super().__init__()
        self._conn = conn
        self._key = key

    def __missing__(self, metric: str) -> int:
        number: int = self._conn.execute(_ENROL, (*self._key, metric)).fetchall()[0][0]
        self[metric] = number
        return number


class SeriesIds(dict[SourceKey, MetricIds]):
    """Source to its metrics; valid for one connection until a transaction on it fails."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__()
        self._conn = conn
        for org, kind, source, metric, number in conn.execute("SELECT org, kind, source, metric, id FROM series"):
            self[SourceKey(org, kind, source)][metric] = number

    def __missing__(self, key: SourceKey) -> MetricIds:
        self[key] = metrics = MetricIds(self._conn, key)
        return metrics


def find_series(conn: sqlite3.Connection, key: SourceKey, metric: str) -> int | None:
    row = conn.execute(_FIND, (*key, metric)).fetchone()
    return None if row is None else int(row[0])
