"""The writing side of a bucket: samples in, late minutes marked before them, levels known and moved by nobody else."""

from collections.abc import Callable, Collection, Sequence
from threading import RLock

from ioc.core.model import Sample
from ioc.metrics import RefusedSample, SamplesRefused
from ioc.metrics.influx.delivery import deliver
from ioc.metrics.influx.hours import HourUnderWay
from ioc.metrics.influx.influxql import select
from ioc.metrics.influx.levels import ALWAYS, Levels, forget_levels, read_levels, write_late, write_levels
from ioc.metrics.influx.line import lines_of
from ioc.metrics.influx.server import Influx
from ioc.metrics.schema import HOUR, MINUTE, floor


class InfluxWriter:
    """One a bucket. `lock` is held while a late minute is written and while it is rolled up, so that neither misses
    the other; `changed` is called when what readers may have remembered is out of date.
    """

    def __init__(
        self, server: Influx, kinds: Collection[str], now: Callable[[], int], changed: Callable[[], None]
    ) -> None:
        self.server = server
        self.kinds = set(kinds)
        self.newest: int | None = None
        self.stride = 1  # minutes that are rolled up at a time
        self.under_way = HourUnderWay()
        self.lock = RLock()
        self._now = now
        self.changed = changed
        self._levels: Levels | None = None
        self._written_at = 0

    def write(self, samples: Sequence[Sample]) -> int:
        """As `MetricStore.write`."""
        good, lines, refused = lines_of(samples)
        if good:
            with self.lock:
                self._mark_late(good)
                bad = deliver(self.server, lines)
            self.newest = max(self.newest or 0, *(sample.t for sample in good))
            refused += [RefusedSample(good[at], words) for at, words in bad]
        stored = sum(len(sample.values) for sample in samples) - sum(len(one.sample.values) for one in refused)
        if refused:
            raise SamplesRefused(stored, refused)
        return stored

    def levels(self, oldest: int | None = None) -> Levels | None:
        """None while nothing was ever written; `oldest` is the first instant about to be."""
        if self._levels is None:
            self._levels = read_levels(self.server, 0)
        if self._levels is None:
            first = [t for t in (oldest, self.first_reading(0)) if t is not None]
            if first:
                start = floor(max(0, min(first)), HOUR)
                self.move(Levels(start, start))
        return self._levels

    def move(self, levels: Levels) -> None:
        """Write new levels down, then go by them."""
        self._written_at = max(self._now(), self._written_at + 1)
        write_levels(self.server, levels, self._written_at)
        self._levels = levels
        self.changed()

    def begin_anew(self) -> None:
        """Forget the levels of a bucket in which nothing lies: they would make all that is older a late reading."""
        with self.lock:
            levels = read_levels(self.server, 0)
            if levels is not None and not any(levels.floors) and self.first_reading(0) is None:
                forget_levels(self.server)
                self._levels = None
                self.changed()

    def first_reading(self, since: int) -> int | None:
        """The instant of the first reading at or after `since`."""
        found: list[int] = []
        for kind in sorted(self.kinds):
            rows = self.server.query(select("*", kind, since, ALWAYS, "ORDER BY time ASC LIMIT 1"))
            found += [series.values[0][0] for series in rows if series.values]
        return min(found, default=None)

    def _mark_late(self, samples: Sequence[Sample]) -> None:
        self.kinds.update({sample.key.kind for sample in samples})
        levels = self.levels(min(sample.t for sample in samples))
        late = {floor(s.t, MINUTE) for s in samples if s.t < levels.minutes} if levels else set()
        if late:
            write_late(self.server, late, stale=True)
            self.changed()
