"""Values of indicators: judged, entered by one, signed or refused by another, corrected by further ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.config.indicators import IndicatorOptions
from ioc.core.errors import Code, IocError
from ioc.core.periods import ALLOWED, Period, parse, reported, span
from ioc.core.share import percent
from ioc.domain.figures import deciding
from ioc.domain.figures.series import Figure
from ioc.domain.indicators.catalogue import concerns
from ioc.domain.indicators.doubts import Doubt, ValueRefusal
from ioc.domain.inventory import OrgTree
from ioc.platform import audit
from ioc.platform.db.tables import indicator_value

_t = indicator_value.c
Row = Mapping[str, Any]


class ValueState(StrEnum):
    """`printed`: taken over from a publication, signed by nobody here."""

    ENTERED = "entered"
    SIGNED = "signed"
    REFUSED = "refused"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class ValueDraft:
    """A value of one indicator, org and period, as somebody tells it; `said`: what was printed beside it."""

    indicator: str
    org: str
    period: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    rank: int | None = None
    rank_total: int | None = None
    source: str | None = None
    note: str | None = None
    said: Mapping[str, Any] | None = None


def worked_out(of: IndicatorOptions, draft: ValueDraft) -> float | None:
    """The value that counts: numerator by denominator where both are told."""
    if draft.numerator is None or not draft.denominator:
        return draft.value
    return percent(draft.numerator, draft.denominator) if of.is_share else draft.numerator / draft.denominator


def refusals(of: IndicatorOptions, draft: ValueDraft, tree: OrgTree, today: date) -> Iterator[ValueRefusal]:
    """All that cannot be."""
    if not of.entered:
        yield ValueRefusal("indicator", Doubt.NOT_ENTERED, f"one that is typed in; {of.id} is made by: {of.of}")
    if not concerns(of, tree, draft.org):
        allowed = " ".join(filter(None, (f"a unit that {of.id} is of:", of.org, ", ".join(of.kinds))))
        yield ValueRefusal("org", Doubt.NOT_OF_UNIT, allowed)
    period = parse(draft.period)
    if period is None or period.text != draft.period:
        yield ValueRefusal("period", Doubt.NO_SUCH_PERIOD, ALLOWED)
    elif period.length is not of.cadence:
        yield ValueRefusal("period", Doubt.OTHER_CADENCE, f"a {of.cadence.value}, as {of.id} has it")
    else:
        yield from _of_time(of, draft, period, tree, today)
    yield from _of_size(of, draft)


def _of_time(
    of: IndicatorOptions, draft: ValueDraft, period: Period, tree: OrgTree, today: date
) -> Iterator[ValueRefusal]:
    days, unit = reported(period, of.first_day), tree.get(draft.org)
    if days.first > today:
        yield ValueRefusal("period", Doubt.PERIOD_TO_COME, "one that has begun")
    if unit.valid_to is not None and unit.valid_to < days.first.isoformat():
        yield ValueRefusal("org", Doubt.UNIT_CLOSED, f"a period up to {unit.valid_to}, the last day of {unit.code}")
    if unit.valid_from is not None and days.after.isoformat() <= unit.valid_from:
        yield ValueRefusal(
            "org", Doubt.UNIT_NOT_YET, f"a period from {unit.valid_from} on, the first day of {unit.code}"
        )


def _of_size(of: IndicatorOptions, draft: ValueDraft) -> Iterator[ValueRefusal]:
    parts = list(_of_parts(of, draft))
    yield from parts or _of_scale(of, worked_out(of, draft))
    rank, total = draft.rank, draft.rank_total
    if (rank is not None and rank < 1) or (rank is not None and total is not None and rank > total):
        yield ValueRefusal("rank", Doubt.RANK_BEYOND_TOTAL, "1 or more" if total is None else f"1 to {total}")
    if not parts and worked_out(of, draft) is None and rank is None:
        yield ValueRefusal("value", Doubt.NOTHING_TOLD, "a number, a numerator with its denominator, or a rank")


def _of_parts(of: IndicatorOptions, draft: ValueDraft) -> Iterator[ValueRefusal]:
    numerator, denominator = draft.numerator, draft.denominator
    if numerator is not None and denominator is None:
        yield ValueRefusal("denominator", Doubt.NOTHING_TOLD, "numerator and denominator together")
    elif denominator is not None and denominator <= 0:
        yield ValueRefusal("denominator", Doubt.SHARE_BEYOND_WHOLE, "more than 0")
    elif numerator is not None and of.is_share and not 0 <= numerator <= (denominator or 0):
        yield ValueRefusal("numerator", Doubt.SHARE_BEYOND_WHOLE, f"0 to {denominator:g} (denominator)")


def _of_scale(of: IndicatorOptions, value: float | None) -> Iterator[ValueRefusal]:
    lowest = 0 if of.lowest is None and of.is_share else of.lowest
    highest = 100 if of.highest is None and of.is_share else of.highest
    if value is not None and lowest is not None and value < lowest:
        yield ValueRefusal("value", Doubt.BEYOND_SCALE, f"{lowest:g} or more")
    if value is not None and highest is not None and value > highest:
        reason = Doubt.SHARE_BEYOND_WHOLE if of.is_share else Doubt.BEYOND_SCALE
        yield ValueRefusal("value", reason, f"{highest:g} or less")


def enter(conn: Connection, of: IndicatorOptions, version: int, draft: ValueDraft, actor: str, now: int) -> int:
    """Write a value that waits for somebody else; its id. Nothing refuses `draft`."""
    row = _row(of, version, draft) | {"state": ValueState.ENTERED, "entered_by": actor, "entered_at": now}
    (value_id,) = conn.execute(sa.insert(indicator_value).values(row)).inserted_primary_key or (0,)
    told = {name: row[name] for name in ("period", "value", "numerator", "denominator", "rank", "rank_total")}
    audit.record(conn, now, actor, "indicator_value.enter", _subject(row), told, draft.org)
    return int(value_id)


def take_over(conn: Connection, of: IndicatorOptions, version: int, draft: ValueDraft, actor: str, now: int) -> bool:
    """A printed value counts at once, unless something counts already; False where it does."""
    if conn.scalar(sa.select(_t.id).where(*_alike(draft), _t.current).limit(1)) is not None:
        return False
    state = {"state": ValueState.PRINTED, "current": True, "entered_by": actor, "entered_at": now}
    conn.execute(sa.insert(indicator_value).values(_row(of, version, draft) | state))
    return True


def one(conn: Connection, value_id: int, indicator: str, orgs: Iterable[str]) -> Row:
    """IocError `unknown_figures` when there is none in those orgs."""
    row = conn.execute(sa.select(indicator_value).where(_t.id == value_id)).mappings().one_or_none()
    if row is None or row["indicator"] != indicator or row["org"] not in frozenset(orgs):
        raise IocError(Code.UNKNOWN_FIGURES, f"there is no value {value_id}", entry=value_id)
    return dict(row)


def decide(conn: Connection, row: Row, state: ValueState, actor: str, now: int) -> Row:
    """Sign or refuse; IocError as `deciding.check`. What is signed counts from now on, what it corrects is kept."""
    alike = _alike(ValueDraft(row["indicator"], row["org"], row["period"]))
    newer = sa.select(_t.id).where(*alike, _t.id > row["id"], _t.state == ValueState.SIGNED).limit(1)
    deciding.check(row, actor, conn.scalar(newer))
    signed = state is ValueState.SIGNED
    if signed:
        conn.execute(sa.update(indicator_value).where(*alike, _t.current).values(current=False))
    decided = {"state": state, "decided_by": actor, "decided_at": now, "current": signed}
    conn.execute(sa.update(indicator_value).where(_t.id == row["id"]).values(decided))
    audit.record(conn, now, actor, f"indicator_value.{state}", _subject(row), {"value": row["id"]}, row["org"])
    return {**row, **decided}


def history(conn: Connection, indicator: str, orgs: Iterable[str], span: tuple[str, str] | None = None) -> list[Row]:
    """Every version of every value, in the order of the periods, then as they came; `span`: first days from, before."""
    wanted = [_t.indicator == indicator, _t.org.in_(sorted(orgs))]
    wanted += [] if span is None else [_t.first_day >= span[0], _t.first_day < span[1]]
    rows = conn.execute(sa.select(indicator_value).where(*wanted).order_by(_t.first_day, _t.org, _t.id)).mappings()
    return [dict(row) for row in rows]


def figures(conn: Connection, of: IndicatorOptions, org: str, metric: str, zone: ZoneInfo) -> list[Figure]:
    """What counts of one indicator and org, each at the instant it is of."""
    mine = sa.select(_t.period, _t[metric], _t.entered_at).where(_t.indicator == of.id, _t.org == org, _t.current)
    found: list[Figure] = []
    for text, value, entered_at in conn.execute(mine.order_by(_t.first_day)):
        if value is not None and (period := parse(text)) is not None:
            at = span(reported(period, of.first_day), zone).as_of(entered_at)
            found.append(Figure(at, value))
    return found


def newest(conn: Connection, ids: Sequence[str], orgs: Iterable[str], before: str | None = None) -> dict[str, str]:
    """Of each indicator the first day of the newest period that counts for any of some orgs."""
    wanted = [_t.org.in_(sorted(orgs)), _t.current, _t.indicator.in_(ids)]
    wanted += [] if before is None else [_t.first_day < before]
    rows = conn.execute(sa.select(_t.indicator, sa.func.max(_t.first_day)).where(*wanted).group_by(_t.indicator))
    return {indicator: first for indicator, first in rows}


def _row(of: IndicatorOptions, version: int, draft: ValueDraft) -> dict[str, Any]:
    period = parse(draft.period)
    if period is None:  # refusals() would have said so
        raise ValueError(draft.period)
    plain = ("org", "numerator", "denominator", "rank", "rank_total", "source", "note")
    return {name: getattr(draft, name) for name in plain} | {
        "indicator": of.id,
        "period": period.text,
        "first_day": period.days.first.isoformat(),
        "value": worked_out(of, draft),
        "said": dict(draft.said) if draft.said else None,
        "definition": version,
        "current": False,
    }


def _alike(draft: ValueDraft) -> list[sa.ColumnElement[bool]]:
    return [_t.indicator == draft.indicator, _t.org == draft.org, _t.period == draft.period]


def _subject(row: Row) -> str:
    return "/".join((row["indicator"], row["org"], row["period"]))
