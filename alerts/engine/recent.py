"""The last minutes of the metrics that rules ask for: read once from the metric store, then kept from tick to tick."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ioc.core.errors import IocError
from ioc.core.model import SeriesKey, SourceKey
from ioc.live.world import World
from ioc.metrics import Aggregate, Fill, Point, RangeQuery

log = logging.getLogger(__name__)

STEPS: Final = 60  # of a window; readings that follow each other more closely are as good as one
FORGOTTEN_MS: Final = 3_600_000  # nobody has asked for so long
Reading = tuple[int, float]
ReadStore = Callable[[Sequence[RangeQuery]], list[list[Point]]]


@dataclass(slots=True)
class _Kept:
    readings: deque[Reading] = field(default_factory=deque)
    asked_at: int = 0


def nothing(queries: Sequence[RangeQuery]) -> list[list[Point]]:
    return [[] for _ in queries]


@dataclass(slots=True)
class RecentReadings:
    """Asks the store about each series once, so that a store that is away or slow holds up no tick but one."""

    read_store: ReadStore = nothing
    _kept: dict[tuple[SeriesKey, int], _Kept] = field(default_factory=dict)

    def window(
        self, world: World, keys: Iterable[SourceKey], metric: str, now: int, window_ms: int
    ) -> Mapping[SourceKey, Sequence[Reading]]:
        """Of each source its readings since `now - window_ms`, oldest first."""
        wanted = [SeriesKey(key, metric) for key in keys]
        self._begin([series for series in wanted if (series, window_ms) not in self._kept], now, window_ms)
        found = {}
        for series in wanted:
            kept = self._kept[series, window_ms]
            kept.asked_at = now
            self._take(kept.readings, world, series, now, window_ms)
            found[series.source] = list(kept.readings)
        self._forget(now)
        return found

    def _begin(self, new: Sequence[SeriesKey], now: int, window_ms: int) -> None:
        step = max(1_000, window_ms // STEPS)
        queries = [RangeQuery(series, now - window_ms, now, step, Aggregate.LAST, Fill.NULL) for series in new]
        try:
            told = self.read_store(queries) if queries else []
        except IocError as error:
            log.warning("readings before now are not known, rates begin with what comes: %s", error)
            told = [[] for _ in queries]
        for series, points in zip(new, told, strict=True):
            readings = deque((at, value) for at, value in points if value is not None)
            self._kept[series, window_ms] = _Kept(readings, now)

    @staticmethod
    def _take(readings: deque[Reading], world: World, series: SeriesKey, now: int, window_ms: int) -> None:
        newest = world.of(series.source).metrics.get(series.metric)
        if newest is not None and newest[0] <= now and (not readings or newest[0] > readings[-1][0]):
            close = len(readings) > 1 and newest[0] - readings[-2][0] < window_ms // STEPS
            if close:
                readings.pop()
            readings.append((newest[0], float(newest[1])))
        while readings and readings[0][0] < now - window_ms:
            readings.popleft()

    def _forget(self, now: int) -> None:
        self._kept = {name: kept for name, kept in self._kept.items() if now - kept.asked_at < FORGOTTEN_MS}
