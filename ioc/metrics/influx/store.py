"""`MetricStore` on an InfluxDB bucket: one writer, any number of readers on any machine."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ioc.config.influx_address import StoreAddress
from ioc.core.errors import Code, IocError
from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Point, RangeQuery, Retention, SamplesRefused, StoreCheck, StoreHealth
from ioc.metrics.buckets import Grid, fill
from ioc.metrics.influx.clients import CONNECT_S
from ioc.metrics.influx.failures import Unacceptable
from ioc.metrics.influx.inspection import inspect, remove
from ioc.metrics.influx.levels import CHEAP_LOOK, Levels, read_late, read_levels
from ioc.metrics.influx.line import writable
from ioc.metrics.influx.maintain import maintain
from ioc.metrics.influx.names import known_series
from ioc.metrics.influx.port import InfluxPort
from ioc.metrics.influx.ranges import Found, aggregate, parts_of
from ioc.metrics.influx.server import Influx
from ioc.metrics.influx.writer import InfluxWriter
from ioc.metrics.schema import HOUR, ceil, floor

REMEMBER_S = 1.0
LOOK_S = 10.0
PAUSE_S = 3.0
READ_S, ROLL_UP_S = 10.0, 30.0  # patience with an answer


class _Seen(NamedTuple):
    """Levels and late minutes of a span, as read at `at` (monotonic seconds)."""

    at: float
    lo: int
    hi: int
    levels: Levels | None
    late: set[int]


class InfluxStore:
    """Nothing is reached before the first call. A late reading that another process wrote may be seen a second later.

    `kinds` are the measurements to roll up; only a store opened with `writer=True` may write and maintain.
    """

    def __init__(
        self,
        access: StoreAddress,
        kinds: Collection[str],
        *,
        writer: bool,
        now: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self.server = Influx(access, ROLL_UP_S if writer else READ_S)
        self._kinds = sorted(kinds)
        self._monotonic = monotonic
        self._own = InfluxWriter(self.server, kinds, now, self._forget) if writer else None
        self._seen: _Seen | None = None
        self._looked_at: float | None = None
        self._trouble: IocError | None = None

    def write(self, samples: Sequence[Sample]) -> int:
        """In bodies of some thousand lines; IocError when it is not certain that all of them are stored."""
        with self._noted():
            return self.writer.write(samples) if samples else 0

    def range(self, query: RangeQuery) -> list[Point]:
        return self._sources(query, [query.series.source])[0]

    def ranges(self, queries: Sequence[RangeQuery]) -> list[list[Point]]:
        """As `range` for each; what differs in the source alone is asked together."""
        together: dict[tuple[object, ...], list[int]] = {}
        for place, (series, *rest) in enumerate(queries):
            together.setdefault((series.source.kind, series.metric, *rest), []).append(place)
        answers: list[list[Point]] = [[] for _ in queries]
        for places in together.values():
            found = self._sources(queries[places[0]], [queries[place].series.source for place in places])
            for place, points in zip(places, found, strict=True):
                answers[place] = points
        return answers

    def series(self, source: SourceKey | None = None) -> list[SeriesKey]:
        if source is not None and not writable(source):
            return []
        kinds = self._kinds if self._own is None else sorted(self._own.kinds)
        with self._noted():
            return known_series(self.server, kinds if source is None else [source.kind], source)

    def maintain(self, now: int, retention: Retention) -> None:
        with self._noted():
            maintain(self.writer, now, retention)

    def health(self) -> StoreHealth:
        """The health that the last call met; the server is asked when none was made for a while."""
        if self._looked_at is None or self._monotonic() - self._looked_at > LOOK_S:
            try:
                with self._noted():
                    self._look()
            except IocError as error:
                self._trouble = error  # also a statement that is refused: it is the one that shows whether all is well
        if self._trouble is not None:
            return StoreHealth(ok=False, detail=self._trouble.message)
        address, version = self.server.access.address, self.server.version
        return StoreHealth(
            ok=True, detail=f"InfluxDB {version.text or version.flavour} at {address.base}, {address.bucket}"
        )

    def inspect(self, now: Callable[[], int], keep: Retention) -> Iterator[StoreCheck]:
        return inspect(self.server, now, keep)

    def remove(self, source: SourceKey) -> str:
        with self._noted():
            words = remove(self.server, source)
            if self._own is not None:
                self._own.begin_anew()
            return words

    def port(self) -> InfluxPort:
        return InfluxPort(self.writer)

    def close(self) -> None:
        self.server.close()

    @property
    def writer(self) -> InfluxWriter:
        if self._own is None:
            raise IocError(Code.STORE_READ_ONLY, "the bucket was opened to read: one process writes it")
        return self._own

    def _look(self) -> None:
        """Checks that it may be read and, where it is ours to write, written; writes nothing."""
        self.server.query(CHEAP_LOOK, timeout=CONNECT_S)
        if self._own is not None:
            try:
                self.server.write(b"")
            except Unacceptable:
                return  # nothing in it: this is what we sent, and it got past every guard

    def _spare(self) -> None:
        """IocError where a server was away just now: whoever reads would only wait as long as the one before."""
        trouble, at = self._trouble, self._looked_at
        if trouble is not None and trouble.transient and at is not None and self._monotonic() - at < PAUSE_S:
            raise IocError(trouble.code, trouble.message)

    def _sources(self, query: RangeQuery, sources: Sequence[SourceKey]) -> list[list[Point]]:
        """The answers to `query` for each of the sources."""
        grid = Grid.of(query)
        known = {key for key in sources if writable(key, query.series.metric)}
        found: Found = {}
        if grid.size and known:
            self._spare()
            with self._noted():
                seen = self._levels(floor(query.start, HOUR), ceil(query.end, HOUR))
                parts = parts_of(query, grid, seen.levels, seen.late)
                found = aggregate(self.server, query, sorted(known), grid, parts)
        return [fill(found.get(key, {}), grid, query.fill) for key in sources]

    def _levels(self, lo: int, hi: int) -> _Seen:
        seen, now = self._seen, self._monotonic()
        if seen is None or not (seen.lo <= lo and hi <= seen.hi and now - seen.at < REMEMBER_S):
            levels = read_levels(self.server, lo)
            late = read_late(self.server, lo, hi) if levels and levels.minutes > lo else set()
            seen = self._seen = _Seen(now, lo, hi, levels, late)
        return seen

    def _forget(self) -> None:
        self._seen = None

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Remember whether the server could be used. Samples or statements that it refuses are not its trouble."""
        try:
            yield
        except (SamplesRefused, Unacceptable):
            self._trouble, self._looked_at = None, self._monotonic()
            raise
        except IocError as error:
            self._trouble, self._looked_at = error, self._monotonic()
            raise
        else:
            self._trouble, self._looked_at = None, self._monotonic()
        finally:
            if self._own is None:  # a reader's threads come and go: nobody could close what one leaves open
                self.server.close()
