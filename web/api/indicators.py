"""The indicator catalogue: what each figure means, what it comes to, and the list of dossiers behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import Struct, field
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, State
from ioc.core.share import Void
from ioc.domain.dossiers.reporting.indicators.catalogue import CATALOGUE
from ioc.domain.dossiers.reporting.indicators.contract import Indicator, IndicatorUnit, Inquiry
from web.api._basis import ERRORS, Basis, By, Ground, SummaryQuery
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.period import Interval, period
from web.boundary.ports import LivePort, Reads
from web.boundary.route import V1, Route


class AskedSpan(Struct, frozen=True):
    """The span asked for."""

    from_: Instant = field(name="from")
    to: Instant


class Origin(Struct, frozen=True):
    """A source behind the figure, and up to when it is known."""

    source: str
    as_of: Instant


class IndicatorFigure(Struct, frozen=True, kw_only=True):
    """Meaning and value; `bucket` and `denominator_bucket` list what is behind both numbers."""

    id: str
    name: str
    formula: str
    unit: IndicatorUnit
    source: str
    version: str
    bucket: str | None
    denominator_bucket: str | None
    value: float | None
    numerator: float | None
    denominator: float | None
    reason: Void | None
    org: str | None
    by: By
    period: AskedSpan
    as_of: Instant | None
    state: State
    sources: list[Origin]


@dataclass(frozen=True, slots=True)
class _Shown:
    """Figures of one org and period."""

    call: Call
    query: SummaryQuery
    asked: Interval
    basis: Basis

    def read(self, records: Reads, wanted: Iterable[Indicator]) -> list[IndicatorFigure]:
        def read(conn: Connection) -> list[IndicatorFigure]:
            found = self.basis.ground(conn, self.query, self.asked)
            reading = Inquiry(conn, found.question, found.void)
            return [self._figure(indicator, reading, found) for indicator in wanted]

        return records.read(read)

    def _figure(self, indicator: Indicator, reading: Inquiry, found: Ground) -> IndicatorFigure:
        """None for figures nobody reports: they have no list behind them."""
        say, call, org = self.call.say, self.call, self.query.org
        measure = indicator.measure(reading)
        return IndicatorFigure(
            id=indicator.id,
            name=say(f"indicator.{indicator.id}"),
            formula=say(f"indicator.{indicator.id}.formula"),
            unit=indicator.unit,
            source=say(indicator.source),
            version=indicator.version,
            bucket=None if measure.numerator is None else _joined(indicator.buckets),
            denominator_bucket=None if measure.denominator is None else _joined(indicator.of),
            value=measure.value,
            numerator=measure.numerator,
            denominator=measure.denominator,
            reason=measure.reason,
            org=org or call.home,
            by=self.query.by,
            period=AskedSpan(call.at(self.asked.start, org), call.at(self.asked.end, org)),
            as_of=call.at(found.freshness.as_of, org),
            state=found.freshness.state,
            sources=self._origins(found),
        )

    def _origins(self, found: Ground) -> list[Origin]:
        call = self.call
        return [
            Origin(str(one.source.key), call.at(min(one.watermark, self.asked.at), self.query.org))
            for one in found.freshness.reporters
            if one.source.key.org in call.scope
        ]


def indicators(
    call: Call, query: SummaryQuery, records: Reads, live: LivePort, settings: Settings
) -> Page[IndicatorFigure]:
    """All of them, for an org and period; only those on the page are read."""
    asked = period(call, query.org, query.from_, query.to)
    wanted: Sequence[Indicator] = tuple(CATALOGUE)
    chosen = call.part.of(wanted, lambda one: one)
    shown = _Shown(call, query, asked, Basis(call, live.world, settings))
    return call.part.read(shown.read(records, chosen.items), chosen.total)


def one(call: Call, query: SummaryQuery, records: Reads, live: LivePort, settings: Settings) -> IndicatorFigure:
    id_ = call.path["id"]
    indicator = CATALOGUE.get(id_)
    if indicator is None:
        raise IocError(Code.UNKNOWN_INDICATOR, f"there is no indicator {id_!r}", indicator=id_)
    asked = period(call, query.org, query.from_, query.to)
    return _Shown(call, query, asked, Basis(call, live.world, settings)).read(records, [indicator])[0]


def _joined(buckets: Iterable[str]) -> str | None:
    """As `bucket=` of the list takes them."""
    return ",".join(buckets) or None


_ALL = f"{V1}/indicators"
_ONE = (*ERRORS, Code.UNKNOWN_INDICATOR)
ROUTES = (
    Route("GET", _ALL, Role.LEADER, indicators, "What each figure means and comes to", ERRORS),
    Route("GET", f"{_ALL}/<id>", Role.LEADER, one, "One figure: meaning, formula, what it is of", _ONE),
)
