"""Upkeep of the metric file: due roll-ups, deletion past the keep, space given back; little by little."""

import sqlite3
from collections.abc import Iterator

from ioc.metrics import Retention, rollup
from ioc.metrics.schema import HOUR, MINUTE, ceil, floor, write_floor
from ioc.metrics.writer import EmbeddedWriter

DAY = 24 * HOUR
_SETTLE = 5_000  # a unit is rolled up this long after its end, so that it seldom has to be done twice
_AT_ONCE = 240  # steps of each sort a call, in transactions of a few, so that writes get between
_TOGETHER = 12
_ROWS = 20_000
_PAGES = 4_000

_FIRST_ROW = "SELECT t FROM reading ORDER BY t LIMIT 1"
_ROW_AFTER = "SELECT t FROM reading WHERE t < ? ORDER BY t LIMIT 1 OFFSET ?"
# one probe or run a series: the roll-ups are in series order
_FIRST = {
    MINUTE: "SELECT min((SELECT min(t) FROM m1 WHERE s = id)) FROM series",
    HOUR: "SELECT min((SELECT min(t) FROM h1 WHERE s = id)) FROM series",
}
_DELETE = {
    MINUTE: "DELETE FROM m1 WHERE s IN (SELECT id FROM series) AND t < ?",
    HOUR: "DELETE FROM h1 WHERE s IN (SELECT id FROM series) AND t < ?",
}


def maintain(writer: EmbeddedWriter, now: int, retention: Retention) -> None:
    """Bring roll-ups up to date, then delete. A level outlives the finer ones, whatever the retention says."""
    _roll_up(writer, now)
    swept = _sweep_readings(writer, floor(now - retention.raw_days * DAY, MINUTE))
    swept += _sweep(writer, MINUTE, floor(min(now - retention.minute_days * DAY, writer.floors.raw), HOUR))
    swept += _sweep(writer, HOUR, floor(min(now - retention.hour_days * DAY, writer.floors.minute), HOUR))
    if swept:
        _give_back(writer)


def _roll_up(writer: EmbeddedWriter, now: int) -> None:
    past = sorted(t for t in tuple(writer.due[MINUTE]) if t + MINUTE + _SETTLE <= now)
    for some in _groups(past):
        with writer.transaction() as conn:
            for start in some:
                _roll_minute(writer, conn, start)
    waiting = {floor(t, HOUR) for t in tuple(writer.due[MINUTE])}
    past = sorted(t for t in tuple(writer.due[HOUR]) if t + HOUR + _SETTLE <= now and t not in waiting)
    for some in _groups(past):
        with writer.transaction() as conn:
            for start in some:
                rollup.roll_hour(conn, start)
                writer.unmark(HOUR, start)


def _groups(starts: list[int]) -> Iterator[list[int]]:
    """Neighbours in one transaction: those of a series share a page, which is then written once."""
    return (starts[at : at + _TOGETHER] for at in range(0, min(len(starts), _AT_ONCE), _TOGETHER))


def _roll_minute(writer: EmbeddedWriter, conn: sqlite3.Connection, start: int) -> None:
    """From its readings where they are kept; what came after their deletion is folded into what is left of them."""
    if start >= writer.floors.raw:
        rollup.roll_minute(conn, start)
    elif start >= writer.floors.minute:
        rollup.fold(conn, start, MINUTE)
    elif start >= writer.floors.hour:
        rollup.fold(conn, start, HOUR)
    else:
        rollup.drop(conn, start)
    if start >= writer.floors.minute:
        writer.mark(HOUR, {floor(start, HOUR)})
    writer.unmark(MINUTE, start)


def _sweep_readings(writer: EmbeddedWriter, target: int) -> int:
    """Delete readings before `target`, some minutes a transaction; never one that is not rolled up. How many steps."""
    steps = 0
    while writer.floors.raw < target and steps < _AT_ONCE:
        with writer.transaction() as conn:
            first = conn.execute(_FIRST_ROW).fetchone()
            full = conn.execute(_ROW_AFTER, (target, _ROWS)).fetchone()
            upto = min(target, max(floor(full[0], MINUTE), floor(first[0], MINUTE) + MINUTE)) if full else target
            upto = min((upto, *writer.due[MINUTE]))
            if upto <= writer.floors.raw:
                break
            conn.execute("DELETE FROM reading WHERE t < ?", (upto,))
            _raise_floor(writer, conn, "raw", upto)
        steps += 1
    return steps


def _sweep(writer: EmbeddedWriter, unit: int, target: int) -> int:
    """Delete minutes or hours before `target`, a day a transaction; never a minute whose hour is not rolled up."""
    name = "minute" if unit == MINUTE else "hour"
    steps = 0
    while getattr(writer.floors, name) < target and steps < _AT_ONCE:
        with writer.transaction() as conn:
            first = conn.execute(_FIRST[unit]).fetchone()[0]
            upto = target if first is None else min(target, ceil(first + 1, DAY))
            upto = min((upto, *writer.due[HOUR], *(floor(t, HOUR) for t in writer.due[MINUTE])))
            if upto <= getattr(writer.floors, name):
                break
            conn.execute(_DELETE[unit], (upto,))
            _raise_floor(writer, conn, name, upto)
        steps += 1
    return steps


def _raise_floor(writer: EmbeddedWriter, conn: sqlite3.Connection, name: str, t: int) -> None:
    write_floor(conn, name, t)
    writer.floors = writer.floors._replace(**{name: t})


def _give_back(writer: EmbeddedWriter) -> None:
    """Shrink the file a little when much of it is empty."""
    with writer.transaction() as conn:
        pages, free = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        if free * 8 > pages:
            for _ in range(min(free, _PAGES)):  # a page each: the module takes one step of a statement without columns
                conn.execute("PRAGMA incremental_vacuum(1)")
