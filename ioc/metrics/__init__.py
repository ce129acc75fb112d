"""The metric store behind one protocol: numbers over time, one series a source and metric."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from ioc.core.errors import Code, IocError
from ioc.core.model import Sample, SeriesKey, SourceKey

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
    """The days each level is kept."""

    raw_days: int
    minute_days: int
    hour_days: int


Point = tuple[int, float | None]


class RefusedSample(NamedTuple):
    """A sample the store will never take, and why, in its own words."""

    sample: Sample
    words: str


class SamplesRefused(IocError):
    """`stored` values of a write are stored; the samples in `refused` never will be: trying again changes nothing."""

    def __init__(self, stored: int, refused: Sequence[RefusedSample]) -> None:
        first = refused[0]
        line = f"{len(refused)} sample(s) refused; the first, of {first.sample.key}: {first.words}"
        super().__init__(Code.STORE_REFUSED_SAMPLES, line, stored=stored, refused=len(refused))
        self.stored = stored
        self.refused = refused


class MetricStore(Protocol):
    """Writes are idempotent: the same series and instant overwrite. One writer; any number of readers."""

    def write(self, samples: Sequence[Sample]) -> int:
        """Store every value of every sample and return how many.

        SamplesRefused when all is stored but what no repetition will make storable; any other IocError (transient or
        not) when that is not certain and the same must be written again.
        """
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


class StoreCheck(NamedTuple):
    """One thing that was looked at: what, whether it will do, and what was found."""

    what: str
    ok: bool
    detail: str


@runtime_checkable
class Batched(Protocol):
    """A store that is asked many ranges more cheaply than one after the other."""

    def ranges(self, queries: Sequence[RangeQuery]) -> list[list[Point]]: ...


def ranges(store: MetricStore, queries: Sequence[RangeQuery]) -> list[list[Point]]:
    """The answers in the order of the questions."""
    return store.ranges(queries) if isinstance(store, Batched) else [store.range(query) for query in queries]


@runtime_checkable
class RemoteStore(Protocol):
    """The answers of a store on a server of its own beyond the protocol."""

    def inspect(self, now: Callable[[], int], keep: Retention) -> Iterator[StoreCheck]:
        """Version, rights, clock against `now` (epoch ms), retention against `keep`; IocError where it cannot go on."""
        ...

    def remove(self, source: SourceKey) -> str:
        """Delete all of a source where the server can; what became of it."""
        ...
