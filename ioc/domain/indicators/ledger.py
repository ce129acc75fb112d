"""Figures of indicators, read in bulk: what was typed in, what feeds told, and formulas worked out on top of both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.config.indicators import IndicatorOptions
from ioc.core import formula
from ioc.core.formula import DossierCount, Named, Operation, SumBelow, Term
from ioc.core.model import SourceKey
from ioc.core.periods import Period, Span, reported, span
from ioc.core.share import percent
from ioc.domain.figures.plausible import OF
from ioc.domain.indicators.catalogue import Definitions
from ioc.domain.inventory import Inventory
from ioc.platform.db.tables import feed_figure, feed_figure_past, indicator_value

_DIGITS = 6  # of what a formula comes to
_t = indicator_value.c
_COLUMNS = (
    _t.indicator, _t.org, _t.period, _t.id, _t.value, _t.numerator, _t.denominator, _t.rank, _t.rank_total,
    _t.entered_at, _t.source, _t.decided_by, _t.decided_at, _t.said,
)  # fmt: skip


class IndicatorReading(NamedTuple):
    """What an indicator comes to for one org and period; `heard` of `expected` units told theirs, where it is a sum."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    as_of: int | None = None
    id: int | None = None
    rank: int | None = None
    rank_total: int | None = None
    source: str | None = None
    signed_by: str | None = None
    signed_at: int | None = None
    said: Mapping[str, Any] | None = None
    heard: int | None = None
    expected: int | None = None


class ToldBefore(NamedTuple):
    """One figure of a feed as it was told, and when that was corrected; instants in epoch ms."""

    name: str
    value: float
    at: int
    corrected_at: int


class CountDossiers(Protocol):
    """The dossiers of an org and all below it in a span, by bucket; None where nobody reports."""

    def __call__(self, org: str, of: Span) -> Mapping[str, float] | None: ...


class ValueLedger:
    """Of one question; nothing is read twice."""

    def __init__(
        self, conn: Connection, definitions: Definitions, inventory: Inventory, now: int, dossiers: CountDossiers
    ) -> None:
        self.conn, self.definitions, self.inventory, self.now = conn, definitions, inventory, now
        self._count = dossiers
        self._entered: dict[tuple[str, str, str], Any] = {}
        self._loaded: set[tuple[str, str]] = set()  # org, period: of all indicators
        self._looked: set[tuple[str, str, str]] = set()  # indicator, org, period
        self._values: dict[tuple[str, str, str], float | None] = {}
        self._told: dict[int, dict[tuple[str, str], tuple[float, int]]] = {}
        self._made: dict[tuple[str, str, str], IndicatorReading | None] = {}
        self._spans: dict[tuple[str, int, str], Span] = {}
        self._dossiers: dict[tuple[str, Span], Mapping[str, float] | None] = {}

    def load(self, orgs: Collection[str], periods: Collection[str], ids: Collection[str] | None = None) -> None:
        """Read the values of some orgs and periods at once; of some indicators only, where `ids` are given."""
        wanted = [_t.org.in_(sorted(orgs)), _t.period.in_(sorted(set(periods))), _t.current]
        wanted += [] if ids is None else [_t.indicator.in_(sorted(ids))]
        for row in self.conn.execute(sa.select(*_COLUMNS).where(*wanted)).all():
            self._entered[row[0], row[1], row[2]] = row
        if ids is None:
            self._loaded |= {(org, period) for org in orgs for period in periods}
        else:
            self._looked |= {(id_, org, period) for id_ in ids for org in orgs for period in periods}

    def load_values(self, orgs: Collection[str], periods: Collection[str], ids: Collection[str]) -> None:
        """Read nothing but the numbers, which lie in an index, for `value` to go by."""
        wanted = [_t.org.in_(sorted(orgs)), _t.period.in_(sorted(periods)), _t.current, _t.indicator.in_(sorted(ids))]
        asked = sa.select(_t.indicator, _t.org, _t.period, _t.value).where(*wanted)
        for id_, org, period, value in self.conn.execute(asked).all():
            self._values[id_, org, period] = value

    def value(self, of: IndicatorOptions, org: str, period: Period) -> float | None:
        """The number alone, after `load_values` of what is behind it."""
        if of.entered:
            return self._values.get((of.id, org, period.text))
        if of.id in self.definitions.of_others:
            term = self.definitions.terms[of.id]
            value = formula.value(term, _Numbers(self, org, period))
            share = of.is_share and isinstance(term, Operation) and term.sign == "/"
            return None if value is None else round(value * 100 if share else value, _DIGITS)
        found = self.figure(of, org, period)
        return None if found is None else found.value

    def figure(self, of: IndicatorOptions, org: str, period: Period) -> IndicatorReading | None:
        """None where nobody told it; a formula that lacks something is a figure without a value."""
        key = of.id, org, period.text
        if key not in self._made:
            self._made[key] = self._make(of, org, period)
        return self._made[key]

    def span(self, of: IndicatorOptions, org: str, period: Period) -> Span:
        key = period.text, of.first_day, org
        if key not in self._spans:
            self._spans[key] = span(reported(period, of.first_day), self.inventory.orgs.tz(org))
        return self._spans[key]

    def children(self, of: IndicatorOptions, org: str, period: Period) -> list[str]:
        """The units directly below on the last day of the period."""
        last = reported(period, of.first_day).after.toordinal() - 1
        tree = self.inventory.orgs.on(type(period.days.first).fromordinal(last).isoformat())
        return [each.code for each in tree.children(org)]

    def dossiers(self, org: str, of: Span) -> Mapping[str, float] | None:
        if (org, of) not in self._dossiers:
            self._dossiers[org, of] = self._count(org, of)
        return self._dossiers[org, of]

    def _make(self, of: IndicatorOptions, org: str, period: Period) -> IndicatorReading | None:
        if (term := self.definitions.terms.get(of.id)) is not None:
            return _Working(self, of, org, period).of(term)
        return self._entry(of, org, period) if of.entered else self._of_feed(of, org, period)

    def _entry(self, of: IndicatorOptions, org: str, period: Period) -> IndicatorReading | None:
        key = of.id, org, period.text
        if (org, period.text) not in self._loaded and key not in self._looked:
            self.load([org], [period.text])
        row = self._entered.get(key)
        if row is None:
            return None
        return IndicatorReading(
            row.value, row.numerator, row.denominator, self.span(of, org, period).as_of(row.entered_at), row.id,
            row.rank, row.rank_total, row.source, row.decided_by, row.decided_at, row.said,
        )  # fmt: skip

    def _of_feed(self, of: IndicatorOptions, org: str, period: Period) -> IndicatorReading | None:
        feed = self.definitions.feeds[of.id]
        source = self.inventory.sources.get(SourceKey(org, "feed", feed.source))
        if source is None or not source.counts or feed.org not in (None, org):
            return None
        told = self._of_source(source.id)
        if (found := told.get((period.text, feed.name))) is None:
            return None
        whole = told.get((period.text, feed.name + OF))
        said_at = min(at for _, at in (found, whole or found))
        as_of, name = self.span(of, org, period).as_of(said_at), str(source.key)
        if whole is None:
            return IndicatorReading(found[0], as_of=as_of, source=name)
        return IndicatorReading(_share(of, found[0], whole[0]), found[0], whole[0], as_of, source=name)

    def told_before(self, of: IndicatorOptions, org: str, period: Period) -> list[ToldBefore]:
        """What a feed told of a period that was over, and corrected since; the oldest first."""
        feed = self.definitions.feeds.get(of.id)
        source = None if feed is None else self.inventory.sources.get(SourceKey(org, "feed", feed.source))
        if feed is None or source is None:
            return []
        p = feed_figure_past.c
        mine = sa.and_(p.source_id == source.id, p.period == period.text, p.name.in_((feed.name, feed.name + OF)))
        asked = sa.select(p.name, p.value, p.at, p.corrected_at).where(mine)
        return [ToldBefore(*row) for row in self.conn.execute(asked.order_by(p.at, p.name))]

    def _of_source(self, source_id: int) -> dict[tuple[str, str], tuple[float, int]]:
        if source_id not in self._told:
            rows = self.conn.execute(sa.select(feed_figure).where(feed_figure.c.source_id == source_id))
            self._told[source_id] = {(row.period, row.name): (row.value, row.at) for row in rows}
        return self._told[source_id]


def _share(of: IndicatorOptions, numerator: float, denominator: float) -> float | None:
    if of.is_share:
        return percent(numerator, denominator)
    return round(numerator / denominator, _DIGITS) if denominator else None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The leaves of a formula that is made of other indicators alone."""

    ledger: ValueLedger
    org: str
    period: Period

    def named(self, leaf: Named) -> float | None:
        of = self.ledger.definitions.get(leaf.id)
        return None if of is None else self.ledger.value(of, leaf.org or self.org, self.period)

    def dossiers(self, leaf: DossierCount) -> float | None:
        raise NotImplementedError(leaf)

    def below(self, leaf: SumBelow) -> float | None:
        raise NotImplementedError(leaf)


@dataclass(slots=True)
class _Working:
    """One formula for one org and period, and what went into it."""

    ledger: ValueLedger
    of_indicator: IndicatorOptions
    org: str
    period: Period
    instants: list[int] = field(default_factory=list)
    heard: int = 0
    expected: int = 0

    def of(self, term: Term) -> IndicatorReading:
        """One that ends with a division shows what is divided by what."""
        numerator = denominator = None
        if isinstance(term, Operation) and term.sign == "/":
            numerator, denominator = formula.value(term.left, self), formula.value(term.right, self)
            both = numerator is not None and denominator is not None
            value = _share(self.of_indicator, numerator or 0.0, denominator or 0.0) if both else None
        elif (value := formula.value(term, self)) is not None:
            value = round(value, _DIGITS)
        counted = (self.heard, self.expected) if self.expected else (None, None)
        as_of = min(self.instants, default=None)
        return IndicatorReading(value, numerator, denominator, as_of, heard=counted[0], expected=counted[1])

    def named(self, leaf: Named) -> float | None:
        found = self._figure(leaf.id, leaf.org or self.org)
        return None if found is None else found.value

    def dossiers(self, leaf: DossierCount) -> float | None:
        of = self.ledger.span(self.of_indicator, self.org, self.period)
        counts = self.ledger.dossiers(self.org, of)
        if counts is None:
            return None
        self.instants.append(min(of.end - 1_000, self.ledger.now))
        return float(counts[leaf.bucket])

    def below(self, leaf: SumBelow) -> float | None:
        """Of a share the sum of the numerators by that of the denominators."""
        units = self.ledger.children(self.of_indicator, self.org, self.period)
        told = [
            found for unit in units if (found := self._figure(leaf.id, unit)) is not None and found.value is not None
        ]
        self.heard, self.expected = self.heard + len(told), self.expected + len(units)
        if not told:
            return None
        of = self.ledger.definitions.get(leaf.id)
        if of is not None and of.is_share:
            parts = [(each.numerator, each.denominator) for each in told]
            known = [(n, d) for n, d in parts if n is not None and d is not None]
            return percent(sum(n for n, _ in known), sum(d for _, d in known)) if len(known) == len(told) else None
        return sum(each.value for each in told if each.value is not None)

    def _figure(self, id_: str, org: str) -> IndicatorReading | None:
        of = self.ledger.definitions.get(id_)
        found = (
            None if of is None or org not in self.ledger.inventory.orgs else self.ledger.figure(of, org, self.period)
        )
        if found is not None and found.as_of is not None:
            self.instants.append(found.as_of)
        return found
