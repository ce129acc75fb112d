"""The embedded metric store: one SQLite file, one writer, any number of readers in any process."""

from collections.abc import Sequence
from pathlib import Path

from ioc.core.errors import Code, IocError
from ioc.core.model import Sample, SeriesKey, SourceKey
from ioc.metrics import Point, RangeQuery, Retention, StoreHealth, query
from ioc.metrics.buckets import Grid, fill
from ioc.metrics.embedded_port import EmbeddedPort
from ioc.metrics.maintain import maintain
from ioc.metrics.readers import Readers
from ioc.metrics.writer import EmbeddedWriter
from ioc.platform.aside import aside


class EmbeddedStore:
    """`MetricStore` on the file at `path`; only the store opened with `writer=True` may write and maintain.

    A reading that comes again overwrites itself as long as readings of its age are kept. An older one is added to the
    roll-up that replaced them; there a repetition is only noticed when it repeats all of a minute.
    """

    def __init__(self, path: Path, *, writer: bool) -> None:
        self._path = path
        self._own = EmbeddedWriter(path) if writer else None
        self._readers = Readers(path)

    def write(self, samples: Sequence[Sample]) -> int:
        """All samples in one transaction, or none of them; a later one of the same series and instant wins."""
        return self._writer.write(samples) if samples else 0

    def range(self, query_: RangeQuery) -> list[Point]:
        grid = Grid.of(query_)
        with self._readers.borrow() as conn:
            found = query.aggregate(conn, query_, grid) if conn and grid.size else {}
        return fill(found, grid, query_.fill)

    def series(self, source: SourceKey | None = None) -> list[SeriesKey]:
        with self._readers.borrow() as conn:
            return query.known_series(conn, source) if conn else []

    def maintain(self, now: int, retention: Retention) -> None:
        maintain(self._writer, now, retention)

    def health(self) -> StoreHealth:
        """Not ok while writing or reading fails; files that were damaged are named as long as they lie there."""
        notes = [f"damaged file set aside: {name}" for name in aside(self._path)]
        try:
            if self._own and self._own.failed:
                raise self._own.failed
            with self._readers.borrow() as conn:
                notes.insert(0, f"{query.count_series(conn) if conn else 0} series in {self._path.name}")
        except IocError as error:
            return StoreHealth(ok=False, detail="; ".join([error.message, *notes]))
        return StoreHealth(ok=True, detail="; ".join(notes))

    def port(self) -> EmbeddedPort:
        return EmbeddedPort(self._writer)

    def close(self) -> None:
        self._readers.close()
        if self._own:
            self._own.close()

    @property
    def _writer(self) -> EmbeddedWriter:
        if self._own is None:
            raise IocError(Code.STORE_READ_ONLY, f"{self._path.name} was opened to read: one process writes it")
        return self._own
