"""A figure beside one of an earlier period: across a merger only by the sum of what was merged, else not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ioc.config.indicators import IndicatorOptions
from ioc.core.periods import Period
from ioc.core.share import percent
from ioc.domain.indicators.ledger import IndicatorReading, ValueLedger
from ioc.domain.inventory import Org, OrgTree


class Incomparable(StrEnum):
    """Why there is no earlier figure to compare with."""

    MERGED = "merged"
    NOT_TOLD = "not_told"
    NO_SUCH_PERIOD = "no_such_period"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The figure of an earlier period, or why there is none; `summed`: of the units that were merged."""

    period: Period | None
    figure: IndicatorReading | None = None
    reason: Incomparable | None = None
    summed: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        return None if self.figure is None else self.figure.value


class Mergers:
    """Which units went into which, and when."""

    def __init__(self, orgs: Iterable[Org]) -> None:
        self._into: dict[str, list[Org]] = {}
        for each in orgs:
            if each.successor is not None and each.valid_to is not None:
                self._into.setdefault(each.successor, []).append(each)

    def between(self, org: str, earlier: Period, later: Period) -> list[Org]:
        """The units that `org` took in after the earlier period began and before the later one ended."""
        first, after = earlier.days.first.isoformat(), later.days.after.isoformat()
        taken_in = (each for each in self._into.get(org, ()) if each.valid_to is not None)
        return [each for each in taken_in if first <= (each.valid_to or "") < after]


def earlier(
    ledger: ValueLedger, mergers: Mergers, of: IndicatorOptions, org: str, later: Period, before: Period | None
) -> Earlier:
    """The figure of `before`, as far as it is of the same unit as that of `later`."""
    if before is None:
        return Earlier(None, reason=Incomparable.NO_SUCH_PERIOD)
    merged = mergers.between(org, before, later)
    if not merged:
        found = ledger.figure(of, org, before)
        missing = found is None or found.value is None
        return Earlier(before, found, Incomparable.NOT_TOLD if missing else None)
    if not of.additive:
        return Earlier(before, reason=Incomparable.MERGED)
    units = [each.code for each in merged if each.begun_by(before.days.first.isoformat())]
    if _lived(ledger.inventory.orgs, org, before):
        units.append(org)
    figures = [ledger.figure(of, unit, before) for unit in units]
    total = _sum(of, [each for each in figures if each is not None]) if None not in figures else None
    return Earlier(before, total, Incomparable.MERGED if total is None else None, tuple(sorted(units)))


def _lived(tree: OrgTree, org: str, period: Period) -> bool:
    return tree.get(org).begun_by(period.days.first.isoformat())


def _sum(of: IndicatorOptions, figures: list[IndicatorReading]) -> IndicatorReading | None:
    """None where one of them has no figure; shares are added by their numerators and denominators."""
    numerators = [each.numerator for each in figures if each.numerator is not None]
    denominators = [each.denominator for each in figures if each.denominator is not None]
    values = [each.value for each in figures if each.value is not None]
    whole = len(figures)
    as_of = min((each.as_of for each in figures if each.as_of is not None), default=None)
    if len(numerators) == len(denominators) == whole:
        top, bottom = sum(numerators), sum(denominators)
        return IndicatorReading(percent(top, bottom) if of.is_share else top / bottom, top, bottom, as_of)
    return IndicatorReading(sum(values), as_of=as_of) if len(values) == whole and not of.is_share else None
