"""The metric store behind one protocol: numbers over time, one series a source and metric."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from ioc.model import Sample, SeriesKey, SourceKey

MAX_BUCKETS = 5_000


class Aggregate(StrEnum):
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    SUM = "sum"
    COUNT = "count"


class Fill(StrEnum):
    NULL = "null"
    PREVIOUS = "previous"
    LINEAR = "linear"
    ZERO = "0"


class RangeQuery(NamedTuple):
    """Buckets of `step_ms` from `start` (inclusive) to `end` (exclusive), aligned at `offset_ms` (the zone's offset).

    Instants are epoch milliseconds. A bucket is named by its beginning.
    """

    series: SeriesKey
    start: int
    end: int
    step_ms: int
    agg: Aggregate
    fill: Fill
    offset_ms: int = 0


class StoreHealth(NamedTuple):
    ok: bool
    detail: str


class Retention(NamedTuple):
    """How long each level is kept, in days."""

    raw_days: int
    minute_days: int
    hour_days: int


Point = tuple[int, float | None]


class MetricStore(Protocol):
    """Writes are idempotent: the same series and instant overwrite. One writer; any number of readers."""

    def write(self, samples: Sequence[Sample]) -> int:
        """Store every value of every sample and return how many; IocError (transient or not) when it cannot."""
        ...

    def range(self, query: RangeQuery) -> list[Point]:
        """One point a bucket; IocError `too_many_buckets` above MAX_BUCKETS."""
        ...

    def series(self, source: SourceKey | None = None) -> list[SeriesKey]:
        """Every series, or those of one source."""
        ...

    def maintain(self, now: int, retention: Retention) -> None:
        """Roll up what is new and delete what is past its keep; safe to call at any time, cheap when nothing is due."""
        ...

    def health(self) -> StoreHealth: ...

    def close(self) -> None: ...
