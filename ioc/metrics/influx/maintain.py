"""Upkeep of the bucket: due roll-ups, late readings folded in, deletion past the keep; little by little.

Every step leaves the bucket right: a roll-up is written before the level that makes readers use it, a late minute is
marked before its reading and cleared after its roll-up. A step that is done twice changes nothing.
"""

from collections.abc import Iterable
from itertools import groupby

from ioc.config.influx_address import Flavour
from ioc.metrics import Retention
from ioc.metrics.influx.influxql import delete, within
from ioc.metrics.influx.levels import Levels, read_late, write_late
from ioc.metrics.influx.tables import Row, Sums, minutes, rolled, write_rolled
from ioc.metrics.influx.writer import InfluxWriter
from ioc.metrics.schema import HOUR, MINUTE, floor

DAY = 24 * HOUR
_SETTLE = 5_000  # a minute is rolled up this long after its end, so that it seldom has to be done twice
_AT_ONCE = 240  # steps of each sort a call
_SWEEP_EVERY = HOUR
_FEW, _MANY = 20_000, 60_000  # readings in one answer


def maintain(writer: InfluxWriter, now: int, retention: Retention) -> None:
    """Bring roll-ups up to date, then delete. A level outlives the finer ones, whatever the retention says."""
    if writer.levels() is None:
        return
    _roll_on(writer, min(now, now if writer.newest is None else writer.newest) - _SETTLE)
    _roll_late(writer)
    if writer.server.version.flavour is not Flavour.V3:  # 3.x deletes by the retention of the bucket alone
        _sweep(writer, now, retention)


def _roll_on(writer: InfluxWriter, settled: int) -> None:
    """Minutes that are over, and hours as they fill."""
    end = floor(settled, MINUTE)
    for _ in range(_AT_ONCE):
        with writer.lock:
            levels = _levels(writer)
            if levels.minutes >= end and levels.hours + HOUR > levels.minutes:
                return
            upto = _roll_minutes(writer, levels.minutes, end) if levels.minutes < end else levels.minutes
            full = floor(upto, HOUR)
            for hour in range(levels.hours, full, HOUR):
                _hour(writer, hour, writer.under_way.take(hour))
            writer.move(levels._replace(minutes=upto, hours=max(levels.hours, full)))


def _roll_minutes(writer: InfluxWriter, start: int, end: int) -> int:
    """As many as make an answer of bearable size; where nothing was said, on to where it was. Up to where."""
    upto = min(end, start + writer.stride * MINUTE)
    rows = _minutes(writer, start, upto)
    found = sum(figures.n for _series, _minute, figures in rows)
    if not found:
        ahead = writer.first_reading(start)
        upto = end if ahead is None else max(upto, min(floor(ahead, MINUTE), end))
    writer.under_way.add(start, upto, rows)
    writer.stride = min(60, writer.stride * 2) if found < _FEW else max(1, writer.stride * _MANY // (found + _FEW))
    return upto


def _roll_late(writer: InfluxWriter) -> None:
    """An hour's late minutes at a time."""
    late = sorted(read_late(writer.server, 0, _levels(writer).minutes))[:_AT_ONCE]
    for hour, some in groupby(late, lambda minute: floor(minute, HOUR)):
        with writer.lock:
            _late_hour(writer, hour, list(some))


def _late_hour(writer: InfluxWriter, hour: int, late: Iterable[int]) -> None:
    floors = _levels(writer).floors
    writer.under_way.forget()
    for minute in late:
        if minute >= floors.raw:
            _minutes(writer, minute, minute + MINUTE)
        elif minute >= floors.hour:
            _fold(writer, minute, MINUTE if minute >= floors.minute else HOUR)
    if hour < _levels(writer).hours and hour >= floors.minute:
        _hour(writer, hour)
    for minute in late:
        if minute < floors.raw:
            _delete(writer, "", minute, minute + MINUTE)
    write_late(writer.server, late, stale=False)
    writer.changed()


def _minutes(writer: InfluxWriter, start: int, end: int) -> list[Row]:
    """Make the minutes from `start` to `end` anew from all their readings."""
    rows = [row for kind in sorted(writer.kinds) for row in minutes(writer.server, kind, start, end)]
    write_rolled(writer.server, MINUTE, rows)
    return rows


def _hour(writer: InfluxWriter, start: int, known: Sums | None = None) -> None:
    """Make the hour anew from all its minutes: those that are known, or as they stand in the bucket."""
    for kind in sorted(writer.kinds) if known is None else ():
        found = Sums(rolled(writer.server, kind, MINUTE, start, start + HOUR))
        write_rolled(writer.server, HOUR, [(series, start, figures) for series, figures in found.items()])
    write_rolled(writer.server, HOUR, [(series, start, figures) for series, figures in (known or {}).items()])


def _fold(writer: InfluxWriter, minute: int, unit: int) -> None:
    """Add the late readings of a minute whose own readings are deleted to its minute or hour."""
    start = floor(minute, unit)
    for kind in sorted(writer.kinds):
        late = {series: new for series, _t, new in minutes(writer.server, kind, minute, minute + MINUTE)}
        have = Sums(rolled(writer.server, kind, unit, start, start + 1))
        write_rolled(
            writer.server,
            unit,
            [
                (series, start, have[series].join(new) if series in have else new)
                for series, new in late.items()
                if series not in have or not have[series].repeats(new)
            ],
        )


def _sweep(writer: InfluxWriter, now: int, retention: Retention) -> None:
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


def _delete(writer: InfluxWriter, suffix: str, lo: int, hi: int) -> None:
    for kind in sorted(writer.kinds):
        writer.server.query(delete(kind + suffix, within(lo, hi)))


def _levels(writer: InfluxWriter) -> Levels:
    return writer.levels() or Levels(0, 0)
