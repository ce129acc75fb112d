"""Sums of dossier figures that must hold: ours in themselves, and each source's own totals against them."""

from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType, field
from sqlalchemy.engine import Connection

from ioc.config.settings import Settings
from ioc.core.model import Role
from ioc.domain.dossiers.counting.summary import overall
from ioc.domain.dossiers.counting.watermarks import Watermarks
from ioc.domain.dossiers.reporting.reconciliation import ComparedFigure, Comparison, account, compare, counted, sums
from ioc.domain.dossiers.reporting.source_totals import reported
from ioc.domain.inventory import Source
from ioc.live.world import World
from web.api._basis import ERRORS, Basis, Head, SummaryQuery, head
from web.boundary.answers import Instant, extended
from web.boundary.call import Call
from web.boundary.period import period
from web.boundary.ports import LivePort, Reads
from web.boundary.route import V1, Route


class CheckLine(Struct, frozen=True, kw_only=True):
    """`said` must be `found`; a percentage that was found stands with what it is of."""

    check: Comparison
    name: str
    text: str
    said: float
    found: float | None
    numerator: int | UnsetType = UNSET
    denominator: int | UnsetType = UNSET
    ok: bool


class OwnAccount(Struct, frozen=True):
    """Our account, null where nobody tells, and its sums."""

    figures: dict[str, int | None]
    ok: bool
    lines: list[CheckLine]


class SourceAccount(Struct, frozen=True, kw_only=True):
    """A source's own totals for the period it names, against what we count of it."""

    source: str
    name: str
    told_at: Instant
    from_: Instant = field(name="from")
    to: Instant
    ok: bool
    lines: list[CheckLine]


class Reconciliation(Head, frozen=True, kw_only=True):
    """Our account of an org and period; the totals of each source below it for the period the source names."""

    ours: OwnAccount
    items: list[SourceAccount]
    total: int
    page: int
    per_page: int


def reconciliation(
    call: Call, query: SummaryQuery, records: Reads, live: LivePort, settings: Settings
) -> Reconciliation:
    asked, world = period(call, query.org, query.from_, query.to), live.world
    basis = Basis(call, world, settings)

    def read(conn: Connection) -> Reconciliation:
        ground = basis.ground(conn, query, asked)
        figures = account(overall(conn, ground.question))
        until = ground.question.watermarks
        sources = world.sources(call.subtree(query.org), "dossier")
        found = [shown for source in sources if (shown := _source(call, conn, world, source, until)) is not None]
        said = figures if ground.freshness.reporters else dict.fromkeys(figures)
        lines = _lines(call, sums(figures, {}))
        page = call.part.of(found, lambda one: one)
        ours = OwnAccount(dict(said), _ok(lines), lines)
        return extended(Reconciliation, page, **head(call, query, asked, ground), ours=ours)

    return records.read(read)


def _source(call: Call, conn: Connection, world: World, source: Source, until: Watermarks) -> SourceAccount | None:
    """None for a source that says nothing of its totals, or is not counted."""
    totals, org = reported(world.of(source.key).metrics), source.key.org
    if totals is None or source.id not in until:
        return None
    lines = _lines(call, compare(totals, counted(conn, source.id, totals, until[source.id], call.now)))
    return SourceAccount(
        source=str(source.key),
        name=source.name,
        told_at=call.at(totals.reported_at, org),
        from_=call.at(totals.start, org),
        to=call.at(totals.end, org),
        ok=_ok(lines),
        lines=lines,
    )


def _lines(call: Call, found: Iterable[ComparedFigure]) -> list[CheckLine]:
    return [_line(call, line) for line in found]


def _ok(lines: Iterable[CheckLine]) -> bool:
    return all(line.ok for line in lines)


def _line(call: Call, line: ComparedFigure) -> CheckLine:
    return CheckLine(
        check=line.check,
        name=line.name,
        text=call.say(f"reconcile.{line.check}.{line.name}"),
        said=line.reported,
        found=line.expected,
        numerator=UNSET if line.of is None else line.of.numerator,
        denominator=UNSET if line.of is None else line.of.denominator,
        ok=line.ok,
    )


_SUMMARY = "Whether the figures add up, ours and the sources' own"
ROUTES = (Route("GET", f"{V1}/dossiers/reconciliation", Role.LEADER, reconciliation, _SUMMARY, ERRORS),)
