"""Indicators of what the 766 index is made of; the index itself as points of those that count."""

from dataclasses import dataclass

from ioc.core.share import percent
from ioc.domain.dossiers.counting.buckets import Bucket, IndexBucket
from ioc.domain.dossiers.reporting.index766.definition import DossierRatio
from ioc.domain.dossiers.reporting.index766.inputs import DECIDED, IN_TIME, JUDGED
from ioc.domain.dossiers.reporting.indicators.contract import Indicator, IndicatorUnit, Inquiry, Measure

VERSION = "2022.1"


@dataclass(frozen=True, slots=True)
class Ratio766:
    """A ratio of the index as a percentage to two decimals; without a value where no source speaks of it."""

    id: str
    figure: DossierRatio
    buckets: tuple[Bucket | IndexBucket, ...] = ()
    of: tuple[Bucket | IndexBucket, ...] = ()
    unit: IndicatorUnit = IndicatorUnit.PERCENT
    version: str = VERSION
    source: str = "indicator.source.dossiers"

    def measure(self, asked: Inquiry) -> Measure:
        known = asked.inputs766.get(f"dossiers.{self.figure}")
        if known is None:
            return Measure(None, None)
        void = asked.void if self.figure in JUDGED else None
        pct = None if void else percent(max(0.0, known.numerator), known.denominator)
        return Measure(pct, known.numerator, known.denominator, void)


SHARES_766: tuple[Indicator, ...] = (
    Ratio766("on_time_share_766", DossierRatio.ON_TIME, IN_TIME, DECIDED),
    Ratio766("paid_online_766", DossierRatio.PAID_ONLINE, (IndexBucket.PAID_ONLINE,), (IndexBucket.PAYABLE,)),
    Ratio766(
        "electronic_result_766",
        DossierRatio.ELECTRONIC_RESULT,
        (IndexBucket.ELECTRONIC_RESULT,),
        (IndexBucket.WITH_RESULT,),
    ),
    Ratio766("digitised_766", DossierRatio.DIGITISED, (IndexBucket.DIGITISED,), (IndexBucket.DIGITISED_OR_NOT,)),
    Ratio766("satisfaction_766", DossierRatio.SATISFACTION),
)
