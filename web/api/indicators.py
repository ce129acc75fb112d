"""The indicator catalogue: what each figure means, what it comes to, and the list of dossiers behind it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain.dossiers.reporting.indicators.catalogue import CATALOGUE
from ioc.domain.dossiers.reporting.indicators.contract import Asked, Indicator
from web.api import dossiers
from web.api.dossiers import Ground, SummaryQuery
from web.boundary.period import Period, period
from web.boundary.route import V1, Call, Route, listed


def indicators(call: Call) -> dict[str, Any]:
    """All of them, for an org and period."""
    return listed(call, _shown(call, CATALOGUE))


def one(call: Call) -> dict[str, Any]:
    id_ = call.path["id"]
    indicator = CATALOGUE.get(id_)
    if indicator is None:
        raise IocError(Code.UNKNOWN_INDICATOR, f"there is no indicator {id_!r}", indicator=id_)
    return _shown(call, [indicator])[0]


def _shown(call: Call, wanted: Iterable[Indicator]) -> list[dict[str, Any]]:
    query: SummaryQuery = call.query
    asked = period(call, query.org, query.from_, query.to)

    def read(conn: Connection) -> list[dict[str, Any]]:
        found = dossiers.ground(call, conn, query, asked)
        reading = Asked(conn, found.question, found.void)
        head = _head(call, query, asked, found)
        return [_meaning(call, indicator) | _value(indicator, reading) | head for indicator in wanted]

    return call.site.read(read)


def _meaning(call: Call, indicator: Indicator) -> dict[str, Any]:
    say, lang = call.site.context.texts.render, call.lang
    return {
        "id": indicator.id,
        "name": say(lang, f"indicator.{indicator.id}"),
        "formula": say(lang, f"indicator.{indicator.id}.formula"),
        "unit": indicator.unit,
        "source": say(lang, indicator.source),
        "version": indicator.version,
    }


def _value(indicator: Indicator, reading: Asked) -> dict[str, Any]:
    """With the lists behind both numbers; what nobody speaks of has none."""
    measure = indicator.measure(reading)
    return {
        "bucket": None if measure.numerator is None else _joined(indicator.buckets),
        "denominator_bucket": None if measure.denominator is None else _joined(indicator.of),
        "value": measure.value,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "reason": measure.reason,
    }


def _head(call: Call, query: SummaryQuery, asked: Period, found: Ground) -> dict[str, Any]:
    """The period, and up to when the sources of the figures are known."""
    return {
        "org": query.org or call.site.home(call.scope),
        "by": query.by,
        "period": {"from": call.at(asked.start, query.org), "to": call.at(asked.end, query.org)},
        "as_of": call.at(found.freshness.as_of, query.org),
        "state": found.freshness.state,
        "sources": [
            {"source": str(reporter.source.key), "as_of": call.at(min(reporter.watermark, asked.at), query.org)}
            for reporter in found.freshness.reporters
            if reporter.source.key.org in call.scope
        ],
    }


def _joined(buckets: Iterable[str]) -> str | None:
    """As `bucket=` of the list takes them."""
    return ",".join(buckets) or None


ROUTES = (
    Route(
        "GET",
        f"{V1}/indicators",
        Role.LEADER,
        indicators,
        "What each figure means and comes to",
        SummaryQuery,
        answers="list",
    ),
    Route(
        "GET", f"{V1}/indicators/<id>", Role.LEADER, one, "One figure: meaning, formula, what it is of", SummaryQuery
    ),
)
