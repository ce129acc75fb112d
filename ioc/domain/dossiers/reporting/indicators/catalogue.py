"""The catalogue: every figure by its id, no two of one name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.reporting.indicators.contract import Indicator, IndicatorUnit, Inquiry, Measure
from ioc.domain.dossiers.reporting.indicators.index766 import SHARES_766


@dataclass(frozen=True, slots=True)
class CountIndicator:
    """The number of dossiers in some buckets."""

    id: str
    buckets: tuple[Bucket, ...]
    of: tuple[Bucket, ...] = ()
    unit: IndicatorUnit = IndicatorUnit.DOSSIERS
    version: str = "1"
    source: str = "indicator.source.dossiers"

    def measure(self, asked: Inquiry) -> Measure:
        if asked.void is Void.NOT_REPORTED:
            return Measure(None, None, reason=asked.void)
        n = sum(asked.counts[bucket] for bucket in self.buckets)
        return Measure(n, n)


@dataclass(frozen=True, slots=True)
class ShareIndicator:
    """A percentage of the summary: `name` is that of `Counts.pct`, by which its numerator and denominator go."""

    name: str
    buckets: tuple[Bucket, ...]
    of: tuple[Bucket, ...]
    unit: IndicatorUnit = IndicatorUnit.PERCENT
    version: str = "1"
    source: str = "indicator.source.dossiers"

    @property
    def id(self) -> str:
        return f"pct.{self.name}"

    def measure(self, asked: Inquiry) -> Measure:
        shown = asked.counts.pct(asked.void)[self.name].shown()
        return Measure(**shown)


_OWED = (Bucket.MUST_RESOLVE,)
COUNTS: tuple[Indicator, ...] = tuple(CountIndicator(bucket.value, (bucket,)) for bucket in Bucket)
PARTS: tuple[Indicator, ...] = (
    ShareIndicator("early", (Bucket.RESOLVED_EARLY,), _OWED),
    ShareIndicator("on_time", (Bucket.RESOLVED_ON_TIME,), _OWED),
    ShareIndicator("in_time", (Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME), _OWED),
    ShareIndicator("late", (Bucket.RESOLVED_LATE,), _OWED),
    ShareIndicator("open_overdue", (Bucket.OPEN_OVERDUE,), _OWED),
    ShareIndicator("online", (Bucket.RECEIVED_ONLINE,), (Bucket.RECEIVED,)),
)


class Catalogue:
    """Indicators by their ids; ValueError for two of one id."""

    def __init__(self, *parts: Iterable[Indicator]) -> None:
        found = [indicator for part in parts for indicator in part]
        self._by_id = {indicator.id: indicator for indicator in found}
        if len(self._by_id) != len(found):
            ids = [indicator.id for indicator in found]
            raise ValueError(f"named twice: {', '.join(sorted({id_ for id_ in ids if ids.count(id_) > 1}))}")

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self._by_id.values())

    def get(self, id_: str) -> Indicator | None:
        return self._by_id.get(id_)


CATALOGUE = Catalogue(COUNTS, PARTS, SHARES_766)  # figures of another kind: one more tuple here
