"""The indicators in force as calls need them: read once a change, with the dossiers that formulas count."""

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from alerts.configured import store
from ioc.config.indicators import IndicatorOptions
from ioc.config.settings import Settings
from ioc.context import Context
from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.core.periods import ALLOWED, Period, Span, parse
from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import overall
from ioc.domain.indicators.board import IndicatorBoard
from ioc.domain.indicators.catalogue import SORT, Definitions
from ioc.domain.indicators.ledger import ValueLedger
from ioc.live.world import World
from ioc.platform import documents
from web.api._basis import Basis, SummaryQuery
from web.boundary.call import Call
from web.boundary.period import Interval

_KEPT: dict[tuple[str, int], Definitions] = {}


def definitions(conn: Connection, context: Context) -> Definitions:
    """Those of the book as it is now; read again when it has changed."""
    key = context.settings.database_url, store.version(conn)
    if key not in _KEPT:
        _KEPT.clear()
        _KEPT[key] = Definitions(store.indicators(conn), documents.newest(conn, SORT))
    return _KEPT[key]


def known(found: Definitions, id_: str) -> IndicatorOptions:
    """IocError `unknown_indicator` where there is none."""
    of = found.get(id_)
    if of is None:
        raise IocError(Code.UNKNOWN_INDICATOR, f"there is no indicator {id_!r}", indicator=id_)
    return of


def asked_period(text: str | None) -> Period | None:
    """IocError `invalid_value` for what is none."""
    if text is None:
        return None
    found = parse(text)
    if found is None:
        raise IocError(Code.INVALID_VALUE, f"period {text!r}; allowed: {ALLOWED}", name="period", detail=ALLOWED)
    return found


def board(call: Call, conn: Connection, found: Definitions, world: World, settings: Settings) -> IndicatorBoard:
    basis = Basis(call, world, settings)

    def dossiers(org: str, of: Span) -> Mapping[str, float] | None:
        if org not in call.scope:
            return None
        asked = Interval(of.start, of.end, min(of.end, call.now))
        ground = basis.ground(conn, SummaryQuery(org=org), asked)
        if ground.void is Void.NOT_REPORTED:
            return None
        counts = overall(conn, ground.question)
        return {bucket.value: counts[bucket] for bucket in Bucket}

    ledger = ValueLedger(conn, found, call.inventory, call.now, dossiers)
    return IndicatorBoard(ledger, local(call.now, call.zone(call.home)).date())
