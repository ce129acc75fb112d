"""The board: indicators of an org or of the units below it by period, their history, and values typed in and signed."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal

from msgspec import Struct, field
from sqlalchemy.engine import Connection

from ioc.config.indicators import IndicatorOptions
from ioc.context import Context
from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.core.periods import ALLOWED, Length, Period, parse, reported, span
from ioc.domain.indicators import values
from ioc.domain.indicators.board import Below, BoardRow, IndicatorBoard, TimedReading
from ioc.domain.indicators.comparing import Incomparable
from ioc.domain.indicators.doubts import Doubt
from ioc.domain.indicators.ledger import IndicatorReading
from ioc.domain.indicators.standing import TargetState, Trend
from ioc.domain.indicators.values import Row, ValueDraft, ValueState
from web.api import _indicators
from web.boundary.answers import Day, Instant, Page, extended
from web.boundary.call import Call
from web.boundary.ports import LivePort, Reads, Writes
from web.boundary.route import V1, Route

_TOLD = ("value", "numerator", "denominator", "rank", "rank_total")
_NOT_A_SHARE = "value, or numerator and denominator"


class BoardQuery(Struct, frozen=True):
    """`by=org`: the units directly below `org`, ranked; `period`: as it is written, the newest where absent."""

    org: str | None = None
    period: str | None = None
    group: str | None = None
    by: Literal["org"] | None = None


class HistoryQuery(Struct, frozen=True):
    """`from` and `to`: periods or days; both are in it."""

    org: str | None = None
    from_: str | None = field(default=None, name="from")
    to: str | None = None


class ValuesQuery(Struct, frozen=True):
    org: str | None = None
    period: str | None = None
    state: ValueState | None = None


class ValueBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`value`, or `numerator` and `denominator`, or a `rank` that somebody else gave."""

    org: str
    period: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    rank: int | None = None
    rank_total: int | None = None
    source: str | None = None
    note: str | None = None


class FlagItem(Struct, frozen=True):
    """What does not add up, and what the figure would be by the others."""

    reason: Doubt
    expected: float | None


class HeardOf(Struct, frozen=True):
    """So many of the units told theirs."""

    heard: int
    expected: int


class BoardItem(Struct, frozen=True, kw_only=True):
    """`last_period` and `last_year`: the figures before, null with a reason where they are not to be compared.

    `first` and `last`: the days of the period; `rank_by`: told with the value, or among the units beside it.
    """

    id: str
    name: str
    group: str | None
    field: str | None
    unit: str
    cadence: Length
    better: Literal["higher", "lower"] | None
    version: int
    owner: str | None
    org: str
    org_name: str
    period: str
    first: Day
    last: Day
    value: float | None
    numerator: float | None
    denominator: float | None
    target: float | None
    warn: float | None
    distance: float | None
    last_period: float | None
    last_period_reason: Incomparable | None
    last_year: float | None
    last_year_reason: Incomparable | None
    trend: Trend | None
    rank: int | None
    rank_total: int | None
    rank_by: Literal["reported", "units"] | None
    state: TargetState
    as_of: Instant | None
    source: str | None
    reference: str | None
    signed_by: str | None
    signed_at: Instant | None
    reporting: HeardOf | None
    flags: list[FlagItem]
    said: dict[str, Any] | None
    value_id: int | None


class BoardPage(Page[BoardItem], frozen=True, kw_only=True):
    org: str | None


class IndicatorValue(Struct, frozen=True, kw_only=True):
    """One version of a value; `current` is the one that counts, `corrects` names the one that counted before."""

    id: int
    indicator: str
    org: str
    period: str
    value: float | None
    numerator: float | None
    denominator: float | None
    rank: int | None
    rank_total: int | None
    source: str | None
    note: str | None
    said: dict[str, Any] | None
    definition: int
    state: ValueState
    current: bool
    corrects: int | None
    entered_by: str
    entered_at: Instant
    decided_by: str | None
    decided_at: Instant | None


class CorrectedFigure(Struct, frozen=True):
    """A figure of a feed as it was told before."""

    name: str
    value: float
    told_at: Instant
    corrected_at: Instant


class HistoryPoint(Struct, frozen=True, kw_only=True):
    """What counts of one period, and every version that was corrected since, the oldest first.

    `told_before`: of a feed, what it told of the period after its end, and corrected.
    """

    org: str
    period: str
    first: Day
    last: Day
    value: float | None
    numerator: float | None
    denominator: float | None
    rank: int | None
    rank_total: int | None
    as_of: Instant | None
    source: str | None
    signed_by: str | None
    signed_at: Instant | None
    corrections: list[IndicatorValue]
    told_before: list[CorrectedFigure] = []


def board(call: Call, query: BoardQuery, context: Context, records: Reads, live: LivePort) -> BoardPage:
    """Every indicator of an org, or of the units directly below it."""
    call.subtree(query.org)
    org, asked = query.org or call.home, _indicators.asked_period(query.period)

    def read(conn: Connection) -> Page[BoardItem]:
        found = _indicators.definitions(conn, context)
        known = found if query.by == "org" or org is None else found.of_unit(call.orgs, org)
        wanted = [each for each in known if query.group in (None, each.group)]
        made = _indicators.board(call, conn, found, live.world, context.settings)
        if org is None:
            return call.part.of([], _never)
        if query.by == "org":
            below = made.below(org, wanted, asked)
            rows, total = list(_part(call, made, below)), sum(len(each.units) for each in below)
        else:
            begin, end = call.part.offset, call.part.offset + call.part.per_page
            rows, total = made.of_org(org, wanted[begin:end], asked), len(wanted)
        return call.part.read((_item(call, row, found.version(row.of.id)) for row in rows), total)

    return extended(BoardPage, records.read(read), org=org)


def _part(call: Call, made: IndicatorBoard, below: Sequence[Below]) -> Iterator[BoardRow]:
    """The rows of one page; of indicators that lie before and behind it nothing is read."""
    begin = 0
    for each in below:
        first, last = call.part.offset - begin, call.part.offset + call.part.per_page - begin
        if first < len(each.units) and last > 0:
            yield from made.of_units(each)[max(first, 0) : last]
        begin += len(each.units)


def _never(_row: object) -> BoardItem:
    raise AssertionError("there is no row")


def _item(call: Call, row: BoardRow, version: int) -> BoardItem:
    of, figure, place = row.of, row.figure, row.place
    return BoardItem(
        id=of.id,
        name=of.name,
        group=of.group,
        field=of.field,
        unit=of.unit,
        cadence=of.cadence,
        better=of.better,
        version=version,
        owner=of.owner,
        org=row.org,
        org_name=call.orgs.get(row.org).name,
        period=row.period.text,
        **_days(of, row.period),
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        target=row.target,
        warn=row.warn,
        distance=row.distance,
        last_period=row.last_period.value,
        last_period_reason=row.last_period.reason,
        last_year=row.last_year.value,
        last_year_reason=row.last_year.reason,
        trend=row.trend,
        rank=None if place is None else place.rank,
        rank_total=None if place is None else place.total,
        rank_by=None if place is None else place.by,
        state=row.standing,
        as_of=call.at(figure.as_of, row.org),
        source=figure.source or of.source,
        reference=of.reference,
        signed_by=figure.signed_by,
        signed_at=call.at(figure.signed_at, row.org),
        reporting=_reporting(figure),
        flags=[FlagItem(each.reason, each.expected) for each in row.flags],
        said=None if figure.said is None else dict(figure.said),
        value_id=figure.id,
    )


def _reporting(figure: IndicatorReading) -> HeardOf | None:
    return None if figure.expected is None else HeardOf(figure.heard or 0, figure.expected)


def _days(of: IndicatorOptions, period: Period) -> dict[str, Any]:
    first, after = reported(period, of.first_day)
    return {"first": first.isoformat(), "last": after.fromordinal(after.toordinal() - 1).isoformat()}


def history(call: Call, query: HistoryQuery, context: Context, records: Reads, live: LivePort) -> Page[HistoryPoint]:
    """One point a period as it counts now, with what was corrected of what was typed in.

    Of a feed or a formula without `from` the last 24 periods.
    """
    call.subtree(query.org)
    org = query.org or call.home or ""
    begin, end = _bound("from", query.from_, "0001-01-01", last=False), _bound("to", query.to, "9999-12-31", last=True)

    def read(conn: Connection) -> Page[HistoryPoint]:
        found = _indicators.definitions(conn, context)
        of = _indicators.known(found, call.path["id"])
        if not of.entered:
            made = _indicators.board(call, conn, found, live.world, context.settings)
            first = None if query.from_ is None else date.fromisoformat(begin)
            course = made.course(of, org, first, None if query.to is None else date.fromisoformat(end))
            return call.part.of(course, lambda each: _made(call, made, of, org, each))
        rows = values.history(conn, of.id, [org], (begin, end))
        periods = {row["period"]: row["first_day"] for row in rows if row["state"] != ValueState.ENTERED}
        return call.part.of(list(periods), lambda text: _point(call, of, org, text, rows))

    return records.read(read)


def _made(call: Call, made: IndicatorBoard, of: IndicatorOptions, org: str, told: TimedReading) -> HistoryPoint:
    """Of a feed or a formula."""
    reading = told.reading
    return HistoryPoint(
        org=org,
        period=told.period.text,
        **_days(of, told.period),
        **{name: getattr(reading, name) for name in _TOLD},
        as_of=call.at(reading.as_of, org),
        source=reading.source or of.source,
        signed_by=reading.signed_by,
        signed_at=call.at(reading.signed_at, org),
        corrections=[],
        told_before=[
            CorrectedFigure(each.name, each.value, call.at(each.at, org), call.at(each.corrected_at, org))
            for each in made.ledger.told_before(of, org, told.period)
        ],
    )


def _bound(name: str, text: str | None, default: str, *, last: bool) -> str:
    """The first day, or the day after the last one, of a period or a day."""
    if text is None:
        return default
    found = parse(text)
    if found is None:
        raise IocError(Code.INVALID_VALUE, f"{name}: allowed: {ALLOWED}", name=name, detail=ALLOWED)
    return (found.days.after if last else found.days.first).isoformat()


def _point(call: Call, of: IndicatorOptions, org: str, text: str, rows: Sequence[Row]) -> HistoryPoint:
    mine = [row for row in rows if row["period"] == text]
    now = next((row for row in mine if row["current"]), None)
    period = parse(text)
    if period is None:
        raise ValueError(text)
    told: dict[str, Any] = {name: None if now is None else now[name] for name in _TOLD}
    of_period = span(reported(period, of.first_day), call.zone(org))
    return HistoryPoint(
        org=org,
        period=text,
        **_days(of, period),
        **told,
        as_of=None if now is None else call.at(of_period.as_of(now["entered_at"]), org),
        source=None if now is None else now["source"] or of.source,
        signed_by=None if now is None else now["decided_by"],
        signed_at=None if now is None else call.at(now["decided_at"], org),
        corrections=[_shown(call, row, rows) for row in mine if not row["current"]],
    )


def entered(call: Call, query: ValuesQuery, context: Context, records: Reads) -> Page[IndicatorValue]:
    """Every version of the values of an indicator, the newest first."""
    orgs = call.subtree(query.org).codes

    def read(conn: Connection) -> Page[IndicatorValue]:
        of = _indicators.known(_indicators.definitions(conn, context), call.path["id"])
        rows = values.history(conn, of.id, orgs)
        wanted = {"period": query.period, "state": query.state}
        chosen = [row for row in rows if all(each in (None, row[name]) for name, each in wanted.items())]
        newest_first = sorted(chosen, key=lambda row: -int(row["id"]))
        return call.part.of(newest_first, lambda row: _shown(call, row, rows))

    return records.read(read)


def enter(call: Call, body: ValueBody, context: Context, records: Writes) -> IndicatorValue:
    """It waits for somebody else."""
    call.subtree(body.org)

    def write(conn: Connection) -> IndicatorValue:
        found = _indicators.definitions(conn, context)
        of = _indicators.known(found, call.path["id"])
        draft = ValueDraft(indicator=of.id, **{name: getattr(body, name) for name in body.__struct_fields__})
        _refuse(call, of, draft)
        value_id = values.enter(conn, of, found.version(of.id), draft, call.actor, call.now)
        return _one(call, conn, of.id, value_id)

    return records.write(write)


def _refuse(call: Call, of: IndicatorOptions, draft: ValueDraft) -> None:
    both = draft.value is not None and draft.numerator is not None
    if both:
        raise IocError(Code.INVALID_VALUE, f"allowed: {_NOT_A_SHARE}", name="value", detail=_NOT_A_SHARE)
    today = local(call.now, call.zone(draft.org)).date()
    for each in values.refusals(of, draft, call.orgs, today):
        detail = f"{each.field}: allowed: {each.allowed}"
        raise IocError(Code.INVALID_VALUE, detail, name=each.field, detail=detail, reason=each.reason)


def sign(call: Call, context: Context, records: Writes) -> IndicatorValue:
    return _decide(call, context, records, ValueState.SIGNED)


def refuse(call: Call, context: Context, records: Writes) -> IndicatorValue:
    return _decide(call, context, records, ValueState.REFUSED)


def _decide(call: Call, context: Context, records: Writes, state: ValueState) -> IndicatorValue:
    def write(conn: Connection) -> IndicatorValue:
        of = _indicators.known(_indicators.definitions(conn, context), call.path["indicator"])
        row = values.one(conn, call.id, of.id, call.scope.codes)
        values.decide(conn, row, state, call.actor, call.now)
        return _one(call, conn, of.id, call.id)

    return records.write(write)


def _one(call: Call, conn: Connection, indicator: str, value_id: int) -> IndicatorValue:
    row = values.one(conn, value_id, indicator, call.scope.codes)
    return _shown(call, row, values.history(conn, indicator, [row["org"]]))


def _shown(call: Call, row: Row, rows: Sequence[Row]) -> IndicatorValue:
    counted = (ValueState.SIGNED, ValueState.PRINTED)
    key = ("org", "period")
    before = [each["id"] for each in rows if each["state"] in counted and each["id"] < row["id"]
              and all(each[name] == row[name] for name in key)]  # fmt: skip
    plain = {name: row[name] for name in IndicatorValue.__struct_fields__ if name in row}
    times = {name: call.at(row[name], row["org"]) for name in ("entered_at", "decided_at")}
    return IndicatorValue(**plain | times, corrects=max(before, default=None))


_BOARD = f"{V1}/board"
_VALUES = f"{_BOARD}/<id>/values"
_ONE = (Code.UNKNOWN_ORG, Code.UNKNOWN_INDICATOR)
_DECIDED = (
    Code.UNKNOWN_INDICATOR,
    Code.UNKNOWN_FIGURES,
    Code.FIGURES_DECIDED,
    Code.FIGURES_SUPERSEDED,
    Code.SAME_PERSON,
)
ROUTES = (
    Route("GET", _BOARD, Role.LEADER, board, "Indicators of an org, or of the units below it", (Code.UNKNOWN_ORG,)),
    Route("GET", f"{_BOARD}/<id>/history", Role.LEADER, history, "One indicator over its periods", _ONE),
    Route("GET", _VALUES, Role.LEADER, entered, "Every version of its values", _ONE),
    Route("POST", _VALUES, Role.OPERATOR, enter, "Enter a value of a period", _ONE, status=201),
    Route(
        "POST",
        f"{_BOARD}/<indicator>/values/<int:id>/sign",
        Role.LEADER,
        sign,
        "Sign off what somebody else entered",
        _DECIDED,
    ),
    Route(
        "POST",
        f"{_BOARD}/<indicator>/values/<int:id>/refuse",
        Role.LEADER,
        refuse,
        "Refuse what somebody else entered",
        _DECIDED,
    ),
)
