"""The declaration of an indicator: its unit, its version, its measure, and the dossiers it measures."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from sqlalchemy.engine import Connection

from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket, IndexBucket
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import Counts, overall
from ioc.domain.dossiers.reporting.index766.inputs import gather
from ioc.domain.dossiers.reporting.index766.score import Ratio


class IndicatorUnit(StrEnum):
    """The unit of an indicator."""

    DOSSIERS = "dossiers"
    PERCENT = "percent"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Measure:
    """The result of an indicator: `value` None where there is nothing to measure."""

    value: float | None
    numerator: float | None
    denominator: float | None = None
    reason: Void | None = None


class Inquiry:
    """One question and what several indicators read for it, read once; `void`: why shares, or all, say nothing."""

    def __init__(self, conn: Connection, question: Question, void: Void | None = None) -> None:
        self.conn = conn
        self.question = question
        self.void = void

    @cached_property
    def counts(self) -> Counts:
        return overall(self.conn, self.question)

    @cached_property
    def inputs766(self) -> dict[str, Ratio]:
        return gather(self.conn, self.question).of(self.question.orgs)


class Indicator(Protocol):
    """One figure of the catalogue.

    Its texts are `indicator.ID` (its name, which no other has) and `indicator.ID.formula`; `source` is the key of the
    text that says where it comes from. `buckets` list the dossiers of the numerator, `of` those of the denominator;
    both are empty where a figure does not count dossiers, or takes some off twice.
    """

    @property
    def id(self) -> str: ...

    @property
    def unit(self) -> IndicatorUnit: ...

    @property
    def version(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def buckets(self) -> tuple[Bucket | IndexBucket, ...]: ...

    @property
    def of(self) -> tuple[Bucket | IndexBucket, ...]: ...

    def measure(self, asked: Inquiry) -> Measure: ...
