"""The ratios of the 766 index that dossiers give, by org: exact counts of one period, none where nobody reports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import totals
from ioc.domain.dossiers.counting.buckets import ENTERED, REPORTED_BY, Bucket, IndexBucket
from ioc.domain.dossiers.counting.counters import DossierCounter
from ioc.domain.dossiers.counting.question import Question, Side
from ioc.domain.dossiers.counting.summary import Counts, by_org
from ioc.domain.dossiers.counting.totals import OrgSource, Totals
from ioc.domain.dossiers.reporting import release, satisfaction
from ioc.domain.dossiers.reporting.index766.definition import DossierRatio
from ioc.domain.dossiers.reporting.index766.score import Ratio
from ioc.domain.dossiers.reporting.release import RatingBatch
from ioc.domain.dossiers.reporting.satisfaction import DayRange

Sums = Mapping[str, Ratio]  # by org
DECIDED = (
    Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.RESOLVED_LATE, Bucket.OPEN_IN_TERM, Bucket.OPEN_OVERDUE,
)  # fmt: skip
IN_TIME = (Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.OPEN_IN_TERM)
JUDGED = frozenset({DossierRatio.ON_TIME, DossierRatio.SATISFACTION})  # by what is overdue: void where nobody worked
_OVERDUE = (Bucket.RESOLVED_LATE, Bucket.OPEN_OVERDUE)
# ratios of what sources report: the dossiers of one bucket out of those of another
REPORTED: Mapping[DossierRatio, tuple[IndexBucket, IndexBucket]] = {
    DossierRatio.PAID_ONLINE: (IndexBucket.PAID_ONLINE, IndexBucket.PAYABLE),
    DossierRatio.DIGITISED: (IndexBucket.DIGITISED, IndexBucket.DIGITISED_OR_NOT),
    DossierRatio.ELECTRONIC_RESULT: (IndexBucket.ELECTRONIC_RESULT, IndexBucket.WITH_RESULT),
}
_COUNTERS = tuple(dict.fromkeys((*map(ENTERED.__getitem__, IndexBucket), *REPORTED_BY.values(), DossierCounter.RATED)))


@dataclass(frozen=True, slots=True)
class Ratings766:
    """100 % less the overdue and the disliked, of the ratings that may be released; petitions are not known to us."""

    in_time: Sums
    batches: Sequence[RatingBatch]
    days: DayRange
    handling: bool

    def of(self, orgs: frozenset[str] | None) -> Ratio | None:
        """None where too few rated to release anything."""
        released = [one for one in self.batches if one.within(*self.days, orgs, handling=self.handling)]
        if not released:
            return None
        in_time = _sum(self.in_time, orgs)
        return Ratio(max(0, in_time.numerator - release.total(released).disliked), in_time.denominator)


@dataclass(frozen=True, slots=True)
class Index766Inputs:
    """By figure and org; a figure that is not there is reported by no source."""

    by_figure: Mapping[DossierRatio, Sums] = field(default_factory=dict)
    ratings: Ratings766 | None = None

    def of(self, orgs: Iterable[str] | None) -> dict[str, Ratio]:
        """The sums of some orgs (None: of all), by `Criterion.input`."""
        wanted = None if orgs is None else frozenset(orgs)
        found = {figure: _sum(sums, wanted) for figure, sums in self.by_figure.items()}
        if self.ratings is not None and (satisfied := self.ratings.of(wanted)) is not None:
            found[DossierRatio.SATISFACTION] = satisfied
        return {f"dossiers.{figure}": ratio for figure, ratio in found.items()}


def gather(conn: Connection, question: Question) -> Index766Inputs:
    """The inputs asked for; no dossiers at all give none."""
    if not question.watermarks:
        return Index766Inputs()
    counts = by_org(conn, question)
    cells = totals.by_cell(conn, question, _COUNTERS)
    reported = {figure: _reported(cells, *buckets) for figure, buckets in REPORTED.items()}
    by_figure = {
        DossierRatio.ON_TIME: {org: _on_time_share_766(n) for org, n in counts.items()},
        DossierRatio.ONLINE: {org: Ratio(n[Bucket.RECEIVED_ONLINE], n[Bucket.RECEIVED]) for org, n in counts.items()},
        **{figure: sums for figure, sums in reported.items() if sums is not None},
    }
    return Index766Inputs(by_figure, _ratings(conn, question, totals.sources_with(cells, DossierCounter.RATED)))


def _ratings(conn: Connection, question: Question, raters: frozenset[int]) -> Ratings766 | None:
    if not raters:
        return None
    of_raters = {source: question.watermarks[source] for source in raters}
    counts = by_org(conn, replace(question, watermarks=of_raters))
    released = release.batches(satisfaction.of_dossiers(conn, question), question.min_ratings, line=lambda _: ())
    in_time = {org: Ratio(_decided(n) - sum(map(n.__getitem__, _OVERDUE)), _decided(n)) for org, n in counts.items()}
    return Ratings766(in_time, released, satisfaction.asked(question), question.side is Side.HANDLING)


def _decided(n: Counts) -> int:
    return sum(n[bucket] for bucket in DECIDED)


def _on_time_share_766(n: Counts) -> Ratio:
    """Ended in time or still in term, of all received or handled in the period whose due state is known."""
    return Ratio(sum(n[bucket] for bucket in IN_TIME), _decided(n))


def _reported(cells: Mapping[OrgSource, Totals], part: IndexBucket, whole: IndexBucket) -> Sums | None:
    """None where no source reports on it."""
    sources = totals.sources_with(cells, REPORTED_BY[part])
    if not sources:
        return None
    found = totals.by_org(cells, sources)
    return {org: Ratio(n[ENTERED[part]], n[ENTERED[whole]]) for org, n in found.items()}


def _sum(sums: Sums, orgs: frozenset[str] | None) -> Ratio:
    mine = [ratio for org, ratio in sums.items() if orgs is None or org in orgs]
    return Ratio(max(0, sum(ratio.numerator for ratio in mine)), sum(ratio.denominator for ratio in mine))
