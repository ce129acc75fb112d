"""The indicator catalogue: what each figure means, what it comes to, and the list of dossiers behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct, field
from sqlalchemy.engine import Connection

from alerts.configured.entry import table_of
from ioc.config.indicators import IndicatorOptions
from ioc.config.read import refused
from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, State
from ioc.core.periods import span
from ioc.core.share import Void
from ioc.domain.dossiers.reporting.indicators.catalogue import CATALOGUE
from ioc.domain.dossiers.reporting.indicators.contract import Indicator, Inquiry
from ioc.domain.indicators.board import BoardRow
from ioc.platform.db import Database
from web.api import _book, _indicators
from web.api._basis import ERRORS, Basis, By, Ground, SummaryQuery
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.period import Interval, period
from web.boundary.ports import Announces, LivePort, Reads
from web.boundary.route import V1, Route


class AskedSpan(Struct, frozen=True):
    """The span asked for."""

    from_: Instant = field(name="from")
    to: Instant


class Origin(Struct, frozen=True):
    """A source behind the figure, and up to when it is known."""

    source: str
    as_of: Instant


class IndicatorBody(Struct, frozen=True):
    """The keys of an `[[indicator]]`; one of the same id is replaced, and its versions are kept."""

    id: str
    name: str


class IndicatorItem(Struct, frozen=True):
    """An indicator by period, as it was written."""

    id: str
    definition: dict[str, Any]


class IndicatorFigure(Struct, frozen=True, kw_only=True):
    """Meaning and value; `bucket` and `denominator_bucket` list what is behind both numbers.

    `definition`: the keys of an indicator by period (`/board`); its figure is of the newest period that counts.
    """

    id: str
    name: str
    formula: str
    unit: str
    source: str | None
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
    definition: dict[str, Any] | None = None


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
    call: Call, query: SummaryQuery, records: Reads, live: LivePort, context: Context
) -> Page[IndicatorFigure]:
    """All of them, for an org and period; only those on the page are read. Those by period stand behind the others."""
    asked = period(call, query.org, query.from_, query.to)
    by_period = records.read(lambda conn: _indicators.definitions(conn, context))
    wanted: Sequence[Indicator | IndicatorOptions] = (*CATALOGUE, *by_period)
    chosen = call.part.of(wanted, lambda one: one)
    shown = _Shown(call, query, asked, Basis(call, live.world, context.settings))
    built_in = [one for one in chosen.items if not isinstance(one, IndicatorOptions)]
    others = [one for one in chosen.items if isinstance(one, IndicatorOptions)]
    figures = [*shown.read(records, built_in), *_by_period(call, query, others, records, live, context)]
    return call.part.read(figures, chosen.total)


def one(call: Call, query: SummaryQuery, records: Reads, live: LivePort, context: Context) -> IndicatorFigure:
    id_, settings = call.path["id"], context.settings
    indicator = CATALOGUE.get(id_)
    if indicator is None:
        of = records.read(lambda conn: _indicators.known(_indicators.definitions(conn, context), id_))
        return _by_period(call, query, [of], records, live, context)[0]
    asked = period(call, query.org, query.from_, query.to)
    return _Shown(call, query, asked, Basis(call, live.world, settings)).read(records, [indicator])[0]


def _by_period(
    call: Call,
    query: SummaryQuery,
    wanted: Sequence[IndicatorOptions],
    records: Reads,
    live: LivePort,
    context: Context,
) -> list[IndicatorFigure]:
    """The newest that counts of each; of the first root where there are several and none is asked for."""
    call.subtree(query.org)
    org = query.org or call.home or call.orgs.roots()[0].code

    def read(conn: Connection) -> list[IndicatorFigure]:
        found = _indicators.definitions(conn, context)
        rows = _indicators.board(call, conn, found, live.world, context.settings).of_org(org, wanted, None)
        return [_of_row(call, query, row, found.version(row.of.id)) for row in rows]

    return records.read(read) if wanted else []


def _of_row(call: Call, query: SummaryQuery, row: BoardRow, version: int) -> IndicatorFigure:
    of, figure, days = row.of, row.figure, span(row.days, call.zone(row.org))
    return IndicatorFigure(
        id=of.id,
        name=of.name,
        formula=_made(call, of),
        unit=of.unit,
        source=figure.source or of.source,
        version=str(version),
        bucket=None,
        denominator_bucket=None,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        reason=None,
        org=row.org,
        by=query.by,
        period=AskedSpan(call.at(days.start, row.org), call.at(days.end, row.org)),
        as_of=call.at(figure.as_of, row.org),
        state=State.UNKNOWN if figure.value is None else State.LIVE,
        sources=[],
        definition=table_of(of),
    )


def _made(call: Call, of: IndicatorOptions) -> str:
    """In words."""
    if of.entered:
        return call.say("indicator.made.figures")
    way, _, what = of.of.partition(" ")
    return call.say(f"indicator.made.{way}", what=what)


def put(
    call: Call, body: IndicatorBody, context: Context, records: Reads, db: Database, workers: Announces
) -> IndicatorItem:
    """Create an indicator or replace the one of that id; `bad_config` names what is wrong, a circle by its path."""
    standing = records.read(lambda conn: _indicators.definitions(conn, context).get(body.id))
    if standing is not None and not (call.sees_all or standing.org in call.scope.codes):
        raise IocError(Code.BEYOND_SCOPE, f"indicator {body.id!r} is of more than your part of the tree")
    if CATALOGUE.get(body.id) is not None:
        raise refused("indicator", [f"indicator.id: {body.id!r} is that of a built-in indicator"])
    of = _book.put(call, "indicator", IndicatorOptions, context, db, workers, force=True)
    return IndicatorItem(id=of.id, definition=table_of(of))


remove = _book.remover("indicator")


def _joined(buckets: Iterable[str]) -> str | None:
    """As `bucket=` of the list takes them."""
    return ",".join(buckets) or None


_ALL = f"{V1}/indicators"
_ONE = (*ERRORS, Code.UNKNOWN_INDICATOR)
_PUT = (Code.BAD_CONFIG, Code.BEYOND_SCOPE)
_REMOVED = (Code.BAD_CONFIG, Code.UNKNOWN_ENTRY)
ROUTES = (
    Route("POST", _ALL, Role.ADMIN, put, "Create or replace an indicator by period", _PUT),
    Route("DELETE", f"{_ALL}/<name>", Role.ADMIN, remove, "Take an indicator by period away", _REMOVED, status=204),
    Route("GET", _ALL, Role.LEADER, indicators, "What each figure means and comes to", ERRORS),
    Route("GET", f"{_ALL}/<id>", Role.LEADER, one, "One figure: meaning, formula, what it is of", _ONE),
)
