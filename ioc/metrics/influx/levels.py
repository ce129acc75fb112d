"""The watermarks of roll-ups and deletions, kept in the bucket itself so that every process and every copy agrees.

Minutes before `minutes` and hours before `hours` are rolled up, but for the late minutes: those that a reading reached
afterwards. `ioc_levels` has a row whenever something moved, `ioc_late` one a late minute: `stale` 1, then 0.
"""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from ioc.core.errors import Code, IocError
from ioc.metrics.influx.failures import Unacceptable
from ioc.metrics.influx.influxql import delete, select, within
from ioc.metrics.influx.line import line
from ioc.metrics.influx.server import Influx
from ioc.metrics.plan import Dirty
from ioc.metrics.schema import HOUR, Floors

ALWAYS: Final = 2**53
_LEVELS, _LATE = "ioc_levels", "ioc_late"
_FIELDS = ("minutes", "hours", "raw", "minute", "hour")
# costs next to nothing; 1.x answers a SHOW of a database that is not there, with nothing
CHEAP_LOOK: Final = select(['"minutes"'], _LEVELS, 0, ALWAYS, "LIMIT 1")


class Levels(NamedTuple):
    """Instants in epoch ms; readings, minutes and hours before the floors are deleted."""

    minutes: int
    hours: int
    floors: Floors = Floors(0, 0, 0)

    def dirty(self, late: Collection[int]) -> Dirty:
        """For a plan of what lies before `minutes`."""
        return Dirty(late, range(self.hours, self.minutes, HOUR))


def read_levels(server: Influx, since: int) -> Levels | None:
    """As of the newest row, if one was written after `since`; without one nothing after it is rolled up."""
    found = server.query(select((f'"{f}"' for f in _FIELDS), _LEVELS, since, ALWAYS, "ORDER BY time DESC LIMIT 1"))
    if not found or not found[0].values:
        return None
    minutes, hours, *floors = (round(value) for value in found[0].values[0][1:])
    return Levels(minutes, hours, Floors(*floors))


def write_levels(server: Influx, levels: Levels, now: int) -> None:
    values = dict(zip(_FIELDS, (levels.minutes, levels.hours, *levels.floors), strict=True))
    _note(server, line(f"{_LEVELS} ", values, now))


def forget_levels(server: Influx) -> None:
    for measurement in (_LEVELS, _LATE):
        server.query(delete(measurement, within(0, ALWAYS)))


def read_late(server: Influx, lo: int, hi: int) -> set[int]:
    """Late minutes that begin in [lo, hi); those that were late once are not sent: there may be one for each minute."""
    found = server.query(select(['"stale"'], _LATE, lo, hi, 'AND "stale" > 0'))
    return {row[0] for series in found for row in series.values}


def write_late(server: Influx, minutes: Iterable[int], *, stale: bool) -> None:
    lines = [line(f"{_LATE} ", {"stale": float(stale)}, minute) for minute in sorted(minutes)]
    if lines:
        _note(server, b"\n".join(lines))


def _note(server: Influx, lines: bytes) -> None:
    """A server that refuses these is not one that found a bad reading."""
    try:
        server.write(lines)
    except Unacceptable as error:
        where = server.access.address.base
        line = f"{where}: refuses even our own notes: {error.message}"
        raise IocError(Code.STORE_FAILED, line, where=where) from error
