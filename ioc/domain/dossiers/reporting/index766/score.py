"""The index of QĐ 766/QĐ-TTg (23/6/2022) as an estimate: pure, from a definition and the ratios that are known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from ioc.core.model import State
from ioc.core.share import percent, rounded
from ioc.domain.dossiers.reporting.index766.definition import Criterion, CriterionGroup, Definition

TIE = 0.001  # scores nearer than this share a rank
_DIGITS = 4
At = Callable[[int | None], str | None]  # how an instant is written


class Ratio(NamedTuple):
    """`period` is that of a published figure; `other_period` where it is not the one asked for; `as_of` in epoch ms."""

    numerator: float
    denominator: float
    period: str | None = None
    other_period: bool = False
    as_of: int | None = None
    void: bool = False


class MissingReason(StrEnum):
    """Why a criterion does not count."""

    INPUT = "input"  # nobody reports it
    DENOMINATOR = "denominator"  # reported, but of nothing at all
    PERIOD = "period"  # reported of another period only
    IMPOSSIBLE = "impossible"  # reported, but more than what it is of
    NO_WORKING_TIME = "no_working_time"  # all that is open would be late


@dataclass(frozen=True, slots=True)
class ScoredCriterion:
    """A criterion with the ratio that goes into it, where there is one."""

    criterion: Criterion
    input: Ratio | None

    @property
    def missing(self) -> MissingReason | None:
        if self.input is None:
            return MissingReason.INPUT
        if self.input.void:
            return MissingReason.NO_WORKING_TIME
        if self.input.other_period:
            return MissingReason.PERIOD
        if self.input.numerator > self.input.denominator or (self.input.numerator < 0 and self.input.period):
            return MissingReason.IMPOSSIBLE
        return None if self.input.denominator else MissingReason.DENOMINATOR

    @property
    def ratio(self) -> float | None:
        if self.input is None or self.missing is not None:
            return None
        return max(0.0, self.input.numerator / self.input.denominator)

    @property
    def score(self) -> float | None:
        """All points from the threshold on and R·Pmax/t below it; without a threshold R·Pmax."""
        ratio, threshold = self.ratio, self.criterion.threshold or 1.0
        return None if ratio is None else self.criterion.points * min(1.0, ratio / threshold)

    def shown(self, at: At) -> dict[str, Any]:
        one, ratio = self.criterion, self.input
        return {
            "code": one.code,
            "name": {"vi": one.vi, "en": one.en},
            "points": one.points,
            "threshold": one.threshold,
            "input": one.input,
            "numerator": None if ratio is None else ratio.numerator,
            "denominator": None if ratio is None else ratio.denominator,
            "period": None if ratio is None else ratio.period,
            "as_of": at(None if ratio is None else ratio.as_of),
            "ratio": _rounded(self.ratio, 1),
            "score": _rounded(self.score, one.points),
            "missing": self.missing,
        }


@dataclass(frozen=True, slots=True)
class IndexScore:
    """`score` out of `points`, the one maximum, of which `countable` are those of the criteria that count."""

    points: float
    scored: tuple[ScoredCriterion, ...]

    @property
    def countable(self) -> float:
        return sum(one.criterion.points for one in self.scored if one.score is not None)

    @property
    def score(self) -> float | None:
        """None where no criterion counts."""
        return sum(one.score or 0.0 for one in self.scored) if self.countable else None

    @property
    def pct(self) -> float | None:
        """Of what can be counted."""
        return None if self.score is None else percent(self.score, self.countable, _DIGITS)

    @property
    def as_of(self) -> int | None:
        """The oldest of what went into the score."""
        ages = (one.input.as_of for one in self.scored if one.input is not None and one.score is not None)
        return min((at for at in ages if at is not None), default=None)

    def shown(self, at: At) -> dict[str, Any]:
        uncounted = round(self.points - self.countable, _DIGITS)
        score = _rounded(self.score, self.countable)
        return {
            "points": self.points,
            "max": self.points,
            "score": score,
            "countable": self.countable,
            "uncounted": uncounted,
            "pct": self.pct,
            "numerator": score,
            "denominator": self.countable,
            "partial": uncounted > TIE,
            "as_of": at(self.as_of),
        }


@dataclass(frozen=True, slots=True)
class ScoredIndex:
    """A definition filled in."""

    definition: Definition
    inputs: Mapping[str, Ratio]

    @property
    def total(self) -> IndexScore:
        scored = (one for group in self.definition.group for one in self.of(group).scored)
        return IndexScore(self.definition.points, tuple(scored))

    def of(self, group: CriterionGroup) -> IndexScore:
        return IndexScore(
            group.points, tuple(ScoredCriterion(one, self.inputs.get(one.input)) for one in group.criterion)
        )

    def shown(self, at: At) -> dict[str, Any]:
        """As the API and the wall show it; figures to four decimals, instants by `at`."""
        groups = [(group, self.of(group)) for group in self.definition.group]
        return {
            "version": self.definition.version,
            "source": self.definition.source,
            "estimate": True,
            **self.total.shown(at),
            "groups": [
                {"code": group.code, "name": {"vi": group.vi, "en": group.en}, **total.shown(at)}
                | {"criteria": [one.shown(at) for one in total.scored]}
                for group, total in groups
            ],
        }


def index(definition: Definition, inputs: Mapping[str, Ratio]) -> ScoredIndex:
    """Scores the criteria that have their input, the others do not count; `inputs` by `Criterion.input`."""
    return ScoredIndex(definition, inputs)


def state(of_dossiers: State, total: IndexScore) -> State:
    """The state of the dossiers; what feeds alone report is as good as it was when it was published."""
    if of_dossiers is not State.UNKNOWN:
        return of_dossiers
    return State.UNKNOWN if total.score is None else State.LIVE


def ranks(scores: Mapping[str, float | None]) -> dict[str, int | None]:
    """1-2-2-4, the best first; those without a score have no rank."""
    found: dict[str, int | None] = dict.fromkeys(scores)
    ordered = sorted(((value, name) for name, value in scores.items() if value is not None), reverse=True)
    leader, rank = 0.0, 0
    for place, (value, name) in enumerate(ordered, 1):
        if place == 1 or leader - value >= TIE:
            leader, rank = value, place
        found[name] = rank
    return found


def _rounded(value: float | None, whole: float) -> float | None:
    return None if value is None else rounded(value, _DIGITS, whole)
