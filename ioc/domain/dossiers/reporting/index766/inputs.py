"""The ratios of the 766 index that dossiers give, by org: exact counts of one period, none where nobody tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from ioc.domain.dossiers.counting import trait_figures
from ioc.domain.dossiers.counting.buckets import Bucket, Question
from ioc.domain.dossiers.counting.summary import Counts, by_org
from ioc.domain.dossiers.counting.tallies import Mark, Side
from ioc.domain.dossiers.counting.trait_figures import Traits
from ioc.domain.dossiers.counting.traits import Trait
from ioc.domain.dossiers.reporting import release, satisfaction
from ioc.domain.dossiers.reporting.index766.definition import Figure
from ioc.domain.dossiers.reporting.index766.score import Ratio
from ioc.domain.dossiers.reporting.release import Batch
from ioc.domain.dossiers.reporting.satisfaction import DayRange

Sums = Mapping[str, Ratio]  # by org
DECIDED = (
    Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.RESOLVED_LATE, Bucket.OPEN_IN_TERM, Bucket.OPEN_OVERDUE,
)  # fmt: skip
IN_TIME = (Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.OPEN_IN_TERM)
JUDGED = frozenset({Figure.ON_TIME, Figure.SATISFACTION})  # by what is overdue: void where nobody worked
_OVERDUE = (Bucket.RESOLVED_LATE, Bucket.OPEN_OVERDUE)
# told by, counted as, out of
_SAID: dict[Figure, tuple[Trait, Trait, Mark | Trait]] = {
    Figure.PAID_ONLINE: (Trait.PAYMENT_TOLD, Trait.PAID_ONLINE, Trait.PAYABLE),
    Figure.DIGITISED: (Trait.DIGITISED_TOLD, Trait.DIGITISED, Mark.RECEIVED),
    Figure.ELECTRONIC_RESULT: (Trait.RESULT_TOLD, Trait.ELECTRONIC_RESULT, Trait.WITH_RESULT),
}


@dataclass(frozen=True, slots=True)
class Ratings766:
    """100 % less the overdue and the disliked, of what may be told of the ratings; petitions are not known to us."""

    in_time: Sums
    batches: Sequence[Batch]
    days: DayRange
    handling: bool

    def of(self, orgs: frozenset[str] | None) -> Ratio | None:
        """None where too few rated to tell anything of them."""
        told = [one for one in self.batches if one.within(*self.days, orgs, handling=self.handling)]
        if not told:
            return None
        known = _sum(self.in_time, orgs)
        return Ratio(max(0, known.numerator - release.total(told).disliked), known.denominator)


@dataclass(frozen=True, slots=True)
class Inputs:
    """By figure and org; a figure that is not there is told by no source."""

    by_figure: Mapping[Figure, Sums] = field(default_factory=dict)
    ratings: Ratings766 | None = None

    def of(self, orgs: Iterable[str] | None) -> dict[str, Ratio]:
        """The sums of some orgs (None: of all), by `Criterion.input`."""
        wanted = None if orgs is None else frozenset(orgs)
        found = {figure: _sum(sums, wanted) for figure, sums in self.by_figure.items()}
        if self.ratings is not None and (satisfied := self.ratings.of(wanted)) is not None:
            found[Figure.SATISFACTION] = satisfied
        return {f"dossiers.{figure}": ratio for figure, ratio in found.items()}


def gather(conn: Connection, question: Question) -> Inputs:
    """What is asked for; no dossiers at all give no inputs."""
    if not question.known:
        return Inputs()
    counts = by_org(conn, question)
    found = trait_figures.by_cell(conn, question)
    said = {figure: _told(found, *how) for figure, how in _SAID.items()}
    by_figure = {
        Figure.ON_TIME: {org: _on_time_share_766(n) for org, n in counts.items()},
        Figure.ONLINE: {org: Ratio(n[Bucket.RECEIVED_ONLINE], n[Bucket.RECEIVED]) for org, n in counts.items()},
        **{figure: sums for figure, sums in said.items() if sums is not None},
    }
    return Inputs(by_figure, _ratings(conn, question, trait_figures.speaking(found, Trait.RATED)))


def _ratings(conn: Connection, question: Question, raters: frozenset[int]) -> Ratings766 | None:
    if not raters:
        return None
    counts = by_org(conn, replace(question, known={source: question.known[source] for source in raters}))
    said = release.batches(satisfaction.of_dossiers(conn, question), question.min_ratings, line=lambda _: ())
    in_time = {org: Ratio(_decided(n) - sum(map(n.__getitem__, _OVERDUE)), _decided(n)) for org, n in counts.items()}
    return Ratings766(in_time, said, satisfaction.asked(question), question.side is Side.HANDLING)


def _decided(n: Counts) -> int:
    return sum(n[bucket] for bucket in DECIDED)


def _on_time_share_766(n: Counts) -> Ratio:
    """Ended in time or still in term, of all received or handled in the period whose due state is known."""
    return Ratio(sum(n[bucket] for bucket in IN_TIME), _decided(n))


def _told(found: Traits, told: Trait, yes: Trait, of: Mark | Trait) -> Sums | None:
    sources = trait_figures.speaking(found, told)
    if not sources:
        return None
    return {org: Ratio(n[yes], n[of]) for org, n in trait_figures.by_org(found, sources).items()}


def _sum(sums: Sums, orgs: frozenset[str] | None) -> Ratio:
    mine = [ratio for org, ratio in sums.items() if orgs is None or org in orgs]
    return Ratio(max(0, sum(ratio.numerator for ratio in mine)), sum(ratio.denominator for ratio in mine))
