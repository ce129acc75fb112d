"""A bucket as one who moves it sees it."""

from collections.abc import Sequence
from typing import Any

from ioc.core.model import Sample, SourceKey
from ioc.metrics import Retention
from ioc.metrics.influx import tables
from ioc.metrics.influx.influxql import ROLLED, select
from ioc.metrics.influx.levels import ALWAYS, Levels, read_late
from ioc.metrics.influx.maintain import maintain
from ioc.metrics.influx.writer import InfluxWriter
from ioc.metrics.port import READINGS, Row
from ioc.metrics.schema import HOUR, Floors, floor

_FOR_EVER = Retention(10**6, 10**6, 10**6)


class InfluxPort:
    """`Port` on the writer of a bucket."""

    def __init__(self, writer: InfluxWriter) -> None:
        self._writer = writer

    def floors(self) -> Floors:
        levels = self._writer.levels()
        return levels.floors if levels else Floors(0, 0, 0)

    def settle(self) -> None:
        while read_late(self._writer.server, 0, self.floors().raw):
            maintain(self._writer, 0, _FOR_EVER)

    def span(self, level: int) -> tuple[int, int] | None:
        ends = [self._end(level, order) for order in ("ASC", "DESC")]
        first, last = [t for t in ends[0] if t is not None], [t for t in ends[1] if t is not None]
        return (min(first), max(last)) if first and last else None

    def samples(self, lo: int, hi: int) -> list[Sample]:
        found: dict[tuple[SourceKey, int], dict[str, float]] = {}
        for kind in sorted(self._writer.kinds):
            for series, times, values in tables.readings(self._writer.server, kind, lo, hi):
                for t, value in zip(times, values, strict=True):
                    found.setdefault((series.source, t), {})[series.metric] = value
        return [Sample(key, t, values) for (key, t), values in found.items()]

    def rolled(self, level: int, lo: int, hi: int) -> list[Row]:
        server = self._writer.server
        return [row for kind in sorted(self._writer.kinds) for row in tables.rolled(server, kind, level, lo, hi)]

    def write(self, samples: Sequence[Sample]) -> int:
        return self._writer.write(samples)

    def put(self, level: int, rows: Sequence[Row]) -> None:
        self._writer.kinds.update({series.source.kind for series, _t, _r in rows})
        tables.write_rolled(self._writer.server, level, rows)

    def adopt(self, floors: Floors) -> None:
        if not floors.raw:
            return
        have = self._writer.levels() or Levels(floors.raw, floor(floors.raw, HOUR))
        raised = Floors(*map(max, have.floors, floors))
        if raised != have.floors:
            minutes, hours = max(have.minutes, raised.raw), max(have.hours, floor(raised.raw, HOUR))
            self._writer.move(Levels(minutes, hours, raised))

    def _end(self, level: int, order: str) -> list[Any]:
        suffix = "" if level == READINGS else ROLLED[level]
        found: list[Any] = []
        for kind in sorted(self._writer.kinds):
            rest = f"ORDER BY time {order} LIMIT 1"
            rows = self._writer.server.query(select("*", kind + suffix, 0, ALWAYS, rest))
            found += [series.values[0][0] for series in rows if series.values]
        return found
