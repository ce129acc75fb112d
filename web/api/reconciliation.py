"""Whether figures of dossiers add up: ours in themselves, and each source's own totals against them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.engine import Connection

from ioc.core.model import Role
from ioc.domain.dossiers.counting.summary import overall
from ioc.domain.dossiers.counting.watermarks import Watermarks
from ioc.domain.dossiers.reporting.reconciliation import Line, account, compare, counted, sums
from ioc.domain.dossiers.reporting.source_totals import reported
from ioc.domain.inventory import Source
from web.api import dossiers
from web.api.dossiers import SummaryQuery
from web.boundary.period import period
from web.boundary.route import V1, Call, Route, listed


def reconciliation(call: Call) -> dict[str, Any]:
    """Our account of an org and period; the totals of each source below it for the period the source names."""
    query: SummaryQuery = call.query
    asked = period(call, query.org, query.from_, query.to)

    def read(conn: Connection) -> dict[str, Any]:
        ground = dossiers.ground(call, conn, query, asked)
        figures = account(overall(conn, ground.question))
        until = ground.question.watermarks
        sources = call.site.world.sources(call.subtree(query.org), "dossier")
        found = [shown for source in sources if (shown := _source(call, conn, source, until)) is not None]
        told = figures if ground.freshness.reporters else dict.fromkeys(figures)
        ours = {"figures": told, **_lines(call, sums(figures, {}))}
        return dossiers.head(call, query, asked, ground) | {"ours": ours} | listed(call, found)

    return call.site.read(read)


def _source(call: Call, conn: Connection, source: Source, until: Watermarks) -> dict[str, Any] | None:
    """None for a source that says nothing of its totals, or is not counted."""
    totals = reported(call.site.world.of(source.key).metrics)
    if totals is None or source.id not in until:
        return None
    counts = counted(conn, source.id, totals, until[source.id], call.now)
    return {
        "source": str(source.key),
        "name": source.name,
        "told_at": call.at(totals.reported_at, source.key.org),
        "from": call.at(totals.start, source.key.org),
        "to": call.at(totals.end, source.key.org),
        **_lines(call, compare(totals, counts)),
    }


def _lines(call: Call, found: Iterable[Line]) -> dict[str, Any]:
    lines = [_line(call, line) for line in found]
    return {"ok": all(line["ok"] for line in lines), "lines": lines}


def _line(call: Call, line: Line) -> dict[str, Any]:
    text = call.site.context.texts.render(call.lang, f"reconcile.{line.check}.{line.name}")
    shown = {"check": line.check, "name": line.name, "text": text, "said": line.said, "found": line.found}
    of = {} if line.of is None else {"numerator": line.of.numerator, "denominator": line.of.denominator}
    return {**shown, **of, "ok": line.ok}


ROUTES = (
    Route(
        "GET",
        f"{V1}/dossiers/reconciliation",
        Role.LEADER,
        reconciliation,
        "Whether the figures add up, ours and the sources' own",
        SummaryQuery,
        answers="list",
    ),
)
