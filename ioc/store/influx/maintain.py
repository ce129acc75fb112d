"""What keeps the bucket in shape: due roll-ups, late readings folded in, deletion past the keep; little by little.

Every step leaves the bucket right: a roll-up is written before the level that makes readers use it, a late minute is
marked before its reading and cleared after its roll-up. A step that is done twice changes nothing.
"""

from collections.abc import Iterable
from itertools import groupby

from ioc.store import Retention
from ioc.store.influx.address import Flavour
from ioc.store.influx.influxql import name, within
from ioc.store.influx.levels import Levels, read_late, write_late
from ioc.store.influx.tables import Row, joined, readings, rolled, write_rolled
from ioc.store.influx.writer import Writer
from ioc.store.rolled import roll
from ioc.store.schema import HOUR, MINUTE, floor

DAY = 24 * HOUR
_SETTLE = 5_000  # a minute is rolled up this long after its end, so that it seldom has to be done twice
_AT_ONCE = 240  # steps of each sort a call
_SWEEP_EVERY = HOUR
_FEW, _MANY = 20_000, 60_000  # readings in one answer


def maintain(writer: Writer, now: int, retention: Retention) -> None:
    """Bring roll-ups up to date, then delete. A level outlives the finer ones, whatever the retention says."""
    levels = writer.levels()
    if levels is None:
        return
    _roll_minutes(writer, min(now, now if writer.newest is None else writer.newest) - _SETTLE)
    _roll_hours(writer)
    _roll_late(writer)
    if writer.server.version.flavour is not Flavour.V3:  # 3.x deletes by the retention of the bucket alone
        _sweep(writer, now, retention)


def _roll_minutes(writer: Writer, settled: int) -> None:
    """As many minutes at a time as make an answer of bearable size; where nothing was said, on to where it was."""
    end = floor(settled, MINUTE)
    for _ in range(_AT_ONCE):
        with writer.lock:
            levels = _levels(writer)
            start = levels.minutes
            if start >= end:
                return
            upto = min(end, start + writer.stride * MINUTE)
            found = _minutes(writer, start, upto)
            if not found:
                ahead = writer.first_reading(start)
                upto = end if ahead is None else max(upto, min(floor(ahead, MINUTE), end))
            writer.stride = (
                min(60, writer.stride * 2) if found < _FEW else max(1, writer.stride * _MANY // (found + _FEW))
            )
            writer.move(levels._replace(minutes=upto))


def _roll_hours(writer: Writer) -> None:
    for _ in range(_AT_ONCE):
        with writer.lock:
            levels = _levels(writer)
            if levels.hours + HOUR > levels.minutes:
                return
            _hour(writer, levels.hours)
            writer.move(levels._replace(hours=levels.hours + HOUR))


def _roll_late(writer: Writer) -> None:
    """An hour's late minutes at a time."""
    late = sorted(read_late(writer.server, 0, _levels(writer).minutes))[:_AT_ONCE]
    for hour, minutes in groupby(late, lambda minute: floor(minute, HOUR)):
        with writer.lock:
            _late_hour(writer, hour, list(minutes))


def _late_hour(writer: Writer, hour: int, minutes: Iterable[int]) -> None:
    floors = _levels(writer).floors
    for minute in minutes:
        if minute >= floors.raw:
            _minutes(writer, minute, minute + MINUTE)
        elif minute >= floors.hour:
            _fold(writer, minute, MINUTE if minute >= floors.minute else HOUR)
    if hour < _levels(writer).hours and hour >= floors.minute:
        _hour(writer, hour)
    for minute in minutes:
        if minute < floors.raw:
            _delete(writer, "", minute, minute + MINUTE)
    write_late(writer.server, minutes, stale=False)
    writer.changed()


def _minutes(writer: Writer, start: int, end: int) -> int:
    """Make the minutes from `start` to `end` anew from all their readings; how many there were."""
    rows: list[Row] = []
    for kind in sorted(writer.kinds):
        for series, found in readings(writer.server, kind, start, end).items():
            by_minute = groupby(found, lambda reading: floor(reading[0], MINUTE))
            rows += [(series, minute, roll(list(some))) for minute, some in by_minute]
    write_rolled(writer.server, MINUTE, rows)
    return sum(figures.n for _series, _minute, figures in rows)


def _hour(writer: Writer, start: int) -> None:
    """Make the hour anew from all its minutes."""
    for kind in sorted(writer.kinds):
        found = joined(rolled(writer.server, kind, MINUTE, start, start + HOUR))
        write_rolled(writer.server, HOUR, [(series, start, figures) for series, figures in found.items()])


def _fold(writer: Writer, minute: int, unit: int) -> None:
    """Add the late readings of a minute whose own readings are deleted to its minute or hour."""
    start = floor(minute, unit)
    for kind in sorted(writer.kinds):
        late = {series: roll(found) for series, found in readings(writer.server, kind, minute, minute + MINUTE).items()}
        have = joined(rolled(writer.server, kind, unit, start, start + 1))
        write_rolled(
            writer.server,
            unit,
            [
                (series, start, have[series].join(new) if series in have else new)
                for series, new in late.items()
                if series not in have or not have[series].repeats(new)
            ],
        )


def _sweep(writer: Writer, now: int, retention: Retention) -> None:
    """Delete what is past its keep and rolled up, an hour or more at a time; never below a late minute."""
    with writer.lock:
        levels = _levels(writer)
        if read_late(writer.server, 0, levels.minutes):
            return
        raw = floor(min(now - retention.raw_days * DAY, levels.hours), MINUTE)
        minute = floor(min(now - retention.minute_days * DAY, levels.floors.raw, levels.hours), HOUR)
        hour = floor(min(now - retention.hour_days * DAY, levels.floors.minute), HOUR)
        for level, suffix, target in (("raw", "", raw), ("minute", "_1m", minute), ("hour", "_1h", hour)):
            floors = _levels(writer).floors
            if target - getattr(floors, level) >= _SWEEP_EVERY:
                # told first: a reader that looks for readings which are gone would find a hole
                writer.move(_levels(writer)._replace(floors=floors._replace(**{level: target})))
                _delete(writer, suffix, 0, target)


def _delete(writer: Writer, suffix: str, lo: int, hi: int) -> None:
    for kind in sorted(writer.kinds):
        writer.server.query(" ".join(["DELETE FROM", name(kind + suffix), "WHERE", within(lo, hi)]))


def _levels(writer: Writer) -> Levels:
    return writer.levels() or Levels(0, 0)
