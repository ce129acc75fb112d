"""The metric file as one who moves it sees it."""

from collections.abc import Sequence
from math import inf
from sys import float_info

from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Retention
from ioc.metrics.maintain import maintain
from ioc.metrics.port import READINGS, Row
from ioc.metrics.rolled import Rolled
from ioc.metrics.rollup import TABLES
from ioc.metrics.schema import HOUR, MINUTE, Floors, floor, write_floor
from ioc.metrics.writer import EmbeddedWriter

_FOR_EVER = Retention(10**6, 10**6, 10**6)
_SAMPLES = """SELECT org, kind, source, t, metric, v FROM reading JOIN series ON series.id = reading.s
WHERE t >= ? AND t < ? ORDER BY t"""
_SPAN = {
    READINGS: "SELECT (SELECT t FROM reading ORDER BY t LIMIT 1), (SELECT t FROM reading ORDER BY t DESC LIMIT 1)",
    # one probe a series: roll-ups are in series order
    MINUTE: """SELECT min((SELECT min(t) FROM m1 WHERE s = id)), max((SELECT max(t) FROM m1 WHERE s = id))
FROM series""",
    HOUR: """SELECT min((SELECT min(t) FROM h1 WHERE s = id)), max((SELECT max(t) FROM h1 WHERE s = id))
FROM series""",
}
_ROLLED = {
    unit: " ".join(
        [
            "SELECT org, kind, source, metric, t, n, sum, low, high, last, last_t FROM series CROSS JOIN",
            table,
            "AS r ON r.s = series.id WHERE t >= ? AND t < ?",
        ]
    )
    for unit, table in TABLES.items()
}
_PUT = {unit: " ".join(["INSERT OR REPLACE INTO", table, "VALUES (?,?,?,?,?,?,?,?)"]) for unit, table in TABLES.items()}


class EmbeddedPort:
    """`Port` on the writer of a metric file."""

    def __init__(self, writer: EmbeddedWriter) -> None:
        self._writer = writer

    def floors(self) -> Floors:
        return self._writer.floors

    def settle(self) -> None:
        below = self._writer.floors.raw
        while any(t < below for due in self._writer.due.values() for t in due):
            maintain(self._writer, below + 2 * HOUR, _FOR_EVER)

    def span(self, level: int) -> tuple[int, int] | None:
        with self._writer.transaction() as conn:
            first, last = conn.execute(_SPAN[level]).fetchone()
        return None if first is None else (first, last)

    def samples(self, lo: int, hi: int) -> list[Sample]:
        found: dict[tuple[SourceKey, int], dict[str, float]] = {}
        with self._writer.transaction() as conn:
            for org, kind, source, t, metric, value in conn.execute(_SAMPLES, (lo, hi)):
                found.setdefault((SourceKey(org, kind, source), t), {})[metric] = value
        return [Sample(key, t, values) for (key, t), values in found.items()]

    def rolled(self, level: int, lo: int, hi: int) -> list[Row]:
        with self._writer.transaction() as conn:
            return [
                (SeriesKey(SourceKey(org, kind, source), metric), t, Rolled(n, _held(total), low, high, last, last_t))
                for org, kind, source, metric, t, n, total, low, high, last, last_t in conn.execute(
                    _ROLLED[level], (lo, hi)
                )
            ]

    def write(self, samples: Sequence[Sample]) -> int:
        return self._writer.write(samples)

    def put(self, level: int, rows: Sequence[Row]) -> None:
        with self._writer.transaction() as conn:
            ids = self._writer.ids
            conn.executemany(
                _PUT[level],
                [
                    (ids[series.source][series.metric], t, r.n, _unheld(r.total), r.low, r.high, r.last, r.last_t)
                    for series, t, r in rows
                ],
            )

    def adopt(self, floors: Floors) -> None:
        raised = Floors(*map(max, self._writer.floors, floors))
        if raised == self._writer.floors:
            return
        with self._writer.transaction() as conn:
            for name, t in raised._asdict().items():
                write_floor(conn, name, t)
            # the hour in which the readings begin: part of it comes as minutes
            self._writer.mark(HOUR, {floor(raised.raw, HOUR)})
            self._writer.floors = raised


def _held(total: float | None) -> float:
    """In the file a sum beyond a float is infinite, or nothing."""
    return float_info.max if total is None else max(-float_info.max, min(total, float_info.max))


def _unheld(total: float) -> float:
    return total if abs(total) < float_info.max else inf
