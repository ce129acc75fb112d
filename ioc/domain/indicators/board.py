"""The board: every indicator of an org, or of the units below it, with target, comparison, rank and doubts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

import sqlalchemy as sa

from ioc.config.indicators import IndicatorOptions
from ioc.core.periods import Days, Period, containing, last_ended, previous, reported, year_before
from ioc.domain.indicators import doubts, values
from ioc.domain.indicators.catalogue import aim, concerns
from ioc.domain.indicators.comparing import Earlier, Mergers, earlier
from ioc.domain.indicators.doubts import Doubt, Flag
from ioc.domain.indicators.ledger import IndicatorReading, ValueLedger
from ioc.domain.indicators.standing import TargetState, Trend, places, standing, trend
from ioc.platform.db.tables import indicator_value

RankBy = Literal["reported", "units"]
_NEWEST, _LONGEST = 24, 400  # periods of a course
_ROUNDING = 0.005  # half of the last digit of a share


@dataclass(frozen=True, slots=True)
class RankedPlace:
    """A rank among how many: as it was told with the value, or among the units beside it."""

    rank: int
    total: int | None
    by: RankBy


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One indicator of one org in one period."""

    of: IndicatorOptions
    org: str
    period: Period
    figure: IndicatorReading
    target: float | None
    warn: float | None
    last_period: Earlier
    last_year: Earlier
    place: RankedPlace | None
    flags: tuple[Flag, ...]

    @property
    def days(self) -> Days:
        return reported(self.period, self.of.first_day)

    @property
    def standing(self) -> TargetState:
        return standing(self.figure.value, self.target, self.warn, self.of.better)

    @property
    def trend(self) -> Trend | None:
        return trend(self.figure.value, self.last_period.value, self.of.better)

    @property
    def distance(self) -> float | None:
        """To the target: below 0 where the figure is smaller."""
        if self.figure.value is None or self.target is None:
            return None
        return round(self.figure.value - self.target, 6)


class Below(NamedTuple):
    """One indicator in one period, and the units it is asked of."""

    of: IndicatorOptions
    period: Period
    units: list[str]


class TimedReading(NamedTuple):
    """A figure and its period."""

    period: Period
    reading: IndicatorReading


class IndicatorBoard:
    """Of one question."""

    def __init__(self, ledger: ValueLedger, today: date) -> None:
        self.ledger, self.today = ledger, today
        self.tree = ledger.inventory.orgs
        self.mergers = Mergers(self.tree)

    def of_org(self, org: str, wanted: Sequence[IndicatorOptions], asked: Period | None) -> list[BoardRow]:
        """The rows of one org, in the order of the indicators."""
        periods = self.periods(wanted, [org], asked)
        self.ledger.load([org], self._texts(periods.values()))
        figures = {of.id: self._figure(of, org, periods[of.id]) for of in wanted}
        ranked = self._ranks(org, wanted, periods, figures)
        units = self._sums_of_units(org, wanted, periods, figures)
        rows = []
        for of in wanted:
            flags = [*self._flags(of, org, periods[of.id], figures[of.id]), *units.get(of.id, ())]
            rows.append(self._row(of, org, periods[of.id], ranked.get(of.id), flags))
        return rows

    def course(self, of: IndicatorOptions, org: str, first: date | None, after: date | None) -> list[TimedReading]:
        """What a feed or a formula comes to, period by period; the last two years' worth where no first day is said."""
        until = self.today if after is None else min(self.today, after - timedelta(1))
        period: Period | None = containing(until, of.cadence, of.first_day)
        periods: list[Period] = []
        while period is not None and (first is None or period.days.after > first):
            if len(periods) >= (_NEWEST if first is None else _LONGEST):
                break
            periods.append(period)
            period = previous(period)
        self.ledger.load([org], [each.text for each in periods], self.ledger.definitions.behind(of.id))
        told = [TimedReading(each, self._figure(of, org, each)) for each in reversed(periods)]
        return [each for each in told if each.reading.value is not None]

    def below(self, org: str, wanted: Sequence[IndicatorOptions], asked: Period | None) -> list[Below]:
        """Of each indicator the period that is shown, and the units directly below in it."""
        periods = self.periods(wanted, [each.code for each in self.tree.children(org)], asked)
        found = [Below(of, periods[of.id], self._concerned(of, org, periods[of.id])) for of in wanted]
        return [each for each in found if each.units]

    def _concerned(self, of: IndicatorOptions, org: str, period: Period) -> list[str]:
        return [unit for unit in self.ledger.children(of, org, period) if concerns(of, self.tree, unit)]

    def of_units(self, asked: Below) -> list[BoardRow]:
        """The rows of one indicator for the units below, the best first, those without a figure last."""
        of, period, units = asked
        self.ledger.load(units, self._texts([period]), self.ledger.definitions.behind(of.id))
        found = {unit: self._figure(of, unit, period) for unit in units}
        ranks = self._places(of, found)
        rows = [
            self._row(of, unit, period, ranks.get(unit), self._flags(of, unit, period, found[unit])) for unit in units
        ]
        return sorted(rows, key=lambda row: (row.place is None, row.place.rank if row.place else 0, row.org))

    def periods(
        self, wanted: Sequence[IndicatorOptions], orgs: Collection[str], asked: Period | None
    ) -> dict[str, Period]:
        """The period of each: the one that was asked for, as its cadence has it; without one the newest that counts."""
        others = [of for of in wanted if asked is None or asked.length is not of.cadence]
        newest = self._newest(others, orgs, asked) if others else {}
        return {of.id: self._period(of, asked, newest) for of in wanted}

    def _newest(
        self, wanted: Sequence[IndicatorOptions], orgs: Collection[str], asked: Period | None
    ) -> dict[str, Period]:
        before = None if asked is None else asked.days.after.isoformat()
        leaves = {name for of in wanted for name in of.needs}
        ids = sorted({of.id for of in wanted} | leaves)
        firsts = values.newest(self.ledger.conn, ids, orgs, before) if orgs else {}
        found: dict[str, Period] = {}
        for of in wanted:
            known = [firsts[id_] for id_ in (of.id, *of.needs) if id_ in firsts]
            if known:
                found[of.id] = containing(date.fromisoformat(max(known)), of.cadence)
        return found

    def _period(self, of: IndicatorOptions, asked: Period | None, newest: dict[str, Period]) -> Period:
        if asked is not None and asked.length is of.cadence:
            return asked
        until = self.today if asked is None else min(self.today, asked.days.after)
        ended = last_ended(until, of.cadence, of.first_day) or containing(until, of.cadence, of.first_day)
        found = newest.get(of.id, ended)
        if asked is not None and found.days.first < asked.days.first and asked.ms > found.ms:
            return ended  # a finer one that lies within what was asked
        return found

    def _texts(self, periods: Iterable[Period]) -> set[str]:
        around = (each for one in set(periods) for each in (one, previous(one), year_before(one)))
        return {each.text for each in around if each is not None}

    def _figure(self, of: IndicatorOptions, org: str, period: Period) -> IndicatorReading:
        return self.ledger.figure(of, org, period) or IndicatorReading(None)

    def _row(
        self, of: IndicatorOptions, org: str, period: Period, place: RankedPlace | None, flags: Iterable[Flag]
    ) -> BoardRow:
        before = previous(period)
        year = year_before(period)
        last = earlier(self.ledger, self.mergers, of, org, period, before)
        year_ago = last if year == before else earlier(self.ledger, self.mergers, of, org, period, year)
        target, warn = (aim(each, self.tree, org, period) for each in (of.target, of.warn))
        figure = self._figure(of, org, period)
        return BoardRow(of, org, period, figure, target, warn, last, year_ago, place, tuple(flags))

    def _places(self, of: IndicatorOptions, found: dict[str, IndicatorReading]) -> dict[str, RankedPlace]:
        """Among those of one kind: departments with departments, communes with communes."""
        ranks: dict[str, RankedPlace] = {}
        kinds = {self.tree.get(unit).kind for unit in found}
        for kind in kinds if of.better is not None else ():
            told = {unit: each.value for unit, each in found.items() if self.tree.get(unit).kind == kind}
            known = {unit: value for unit, value in told.items() if value is not None}
            ranks |= {unit: RankedPlace(n, len(known), "units") for unit, n in places(known, of.better).items()}
        return ranks

    def _ranks(
        self,
        org: str,
        wanted: Sequence[IndicatorOptions],
        periods: dict[str, Period],
        figures: dict[str, IndicatorReading],
    ) -> dict[str, RankedPlace]:
        """As told with the value, else among the units of its kind beside it."""
        told = {id_: each for id_, each in figures.items() if each.rank is not None}
        ranks = {id_: RankedPlace(each.rank or 0, each.rank_total, "reported") for id_, each in told.items()}
        beside = self._beside(org)
        rest = [
            of for of in wanted if of.id not in ranks and of.better is not None and figures[of.id].value is not None
        ]
        if len(beside) < 2 or not rest:
            return ranks
        entered = {figures[of.id].id: of for of in rest if of.entered}
        for value_id, total, higher, lower in self._compared(list(entered), beside):
            of = entered[value_id]
            ranks[of.id] = RankedPlace(1 + (higher if of.better == "higher" else lower), total, "units")
        worked_out = [of for of in rest if not of.entered]
        behind = {id_ for of in worked_out for id_ in self.ledger.definitions.behind(of.id)}
        self.ledger.load_values(beside, {periods[of.id].text for of in worked_out}, behind)
        for of in worked_out:
            ranked = {unit: self.ledger.value(of, unit, periods[of.id]) for unit in beside}
            numbers = {unit: value for unit, value in ranked.items() if value is not None}
            ranks[of.id] = RankedPlace(places(numbers, of.better)[org], len(numbers), "units")
        return ranks

    def _compared(self, ids: list[int | None], beside: list[str]) -> Iterable[tuple[int, int, int, int]]:
        """Of each value: how many units told theirs, and how many of these are higher and lower.

        The org is an expression, so that the few rows of a period are read in one go, not sought one by one.
        """
        mine, other = indicator_value.alias("mine").c, indicator_value.alias("other").c
        same = sa.and_(
            other.indicator == mine.indicator, other.period == mine.period, (other.org + "").in_(beside), other.current
        )
        counts = (
            sa.func.count(),
            sa.func.sum(sa.case((other.value > mine.value, 1), else_=0)),
            sa.func.sum(sa.case((other.value < mine.value, 1), else_=0)),
        )
        asked = sa.select(mine.id, *counts).join_from(mine.id.table, other.id.table, same)
        rows = self.ledger.conn.execute(asked.where(mine.id.in_(ids), other.value.is_not(None)).group_by(mine.id))
        return [(row[0], row[1], row[2], row[3]) for row in rows.all()]

    def _beside(self, org: str) -> list[str]:
        """The units of its kind under the same parent; none beside a root."""
        path = self.tree.path(org)
        if len(path) < 2:
            return [org]
        kind = self.tree.get(org).kind
        return [each.code for each in self.tree.children(path[-2].code) if each.kind == kind]

    def _sums_of_units(
        self,
        org: str,
        wanted: Sequence[IndicatorOptions],
        periods: dict[str, Period],
        figures: dict[str, IndicatorReading],
    ) -> dict[str, list[Flag]]:
        """Where every unit below told its figure, and they are not that of the whole."""
        found: dict[str, list[Flag]] = {}
        for of in wanted:
            value, period = figures[of.id].value, periods[of.id]
            units = self.ledger.children(of, org, period) if of.additive and of.entered and value is not None else []
            if units:
                self.ledger.load(units, [period.text], {of.id})
                told = [each.value for unit in units if (each := self._figure(of, unit, period)).value is not None]
                total = sum(each for each in told if each is not None)
                if len(told) == len(units) and value is not None and abs(total - value) > 1e-6:
                    found[of.id] = [Flag(Doubt.NOT_SUM_OF_UNITS, total)]
        return found

    def _flags(self, of: IndicatorOptions, org: str, period: Period, figure: IndicatorReading) -> list[Flag]:
        if figure.value is None:
            return []
        found = [self._of_parts(of, org, period, figure.value), self._of_shares(of, org, period, figure)]
        found.append(doubts.printed_differs(figure.value, figure.said or {}))
        if of.is_share and of.entered and figure.numerator is None:
            found.append(Flag(Doubt.SHARE_WITHOUT_PARTS))
        return [each for each in found if each is not None]

    def _of_parts(self, of: IndicatorOptions, org: str, period: Period, value: float) -> Flag | None:
        parts = [each for name in of.parts if (each := self.ledger.definitions.get(name)) is not None]
        told = [self._figure(each, org, period).value for each in parts]
        known = [each for each in told if each is not None]
        if not parts or len(known) < len(parts):
            return None
        slack = _ROUNDING * (len(parts) + 1) if of.is_share else 1e-6
        return Flag(Doubt.NOT_SUM_OF_PARTS, round(sum(known), 6)) if abs(sum(known) - value) > slack else None

    def _of_shares(self, of: IndicatorOptions, org: str, period: Period, figure: IndicatorReading) -> Flag | None:
        """Shares that make up a whole and do not: each is told what the others leave for it."""
        if of.shares_of is None or figure.value is None:
            return None
        family = self.ledger.definitions.family(of)
        told = [self._figure(each, org, period) for each in family]
        known = [each.value for each in told if each.value is not None]
        if len(known) < len(family) or abs(sum(known) - 100) <= _ROUNDING * len(known):
            return None
        digits = [doubts.digits(each.said) for each in told]
        coarsest = digits.count(min(digits)) == 1 and doubts.digits(figure.said) == min(digits)
        return Flag(Doubt.SHARES_NOT_WHOLE, round(100 - (sum(known) - figure.value), 2) if coarsest else None)
