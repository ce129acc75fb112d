"""The minutes of a meeting: who came, when, how good the line was, why each call ended; also as a workbook."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts import queries
from ioc.core.errors import Code
from ioc.core.model import Role, SeriesKey, SourceKey
from ioc.domain.inventory.naming import placed
from ioc.domain.meetings import attended, plan, readings
from ioc.domain.meetings.minutes import CallStay, EndOfCall, SiteMinutes, Trouble, minutes
from ioc.domain.meetings.plan import KnownMeeting
from ioc.domain.meetings.sites import KIND, endpoint
from ioc.live.meetings import UNTOLD_MS
from ioc.metrics import Aggregate, Fill, RangeQuery
from ioc.platform.db.tables import alert
from web.api.meetings import OneMeetingQuery, unknown
from web.boundary.answers import Answer, Document, Instant
from web.boundary.call import Call
from web.boundary.ports import Reads, SeriesPort
from web.boundary.route import V1, Route
from web.printed import minutes as paper
from web.printed.form06 import Say
from web.printed.media import XLSX
from web.printed.minutes import Cell, MinutesPaper

LOSS, IN_CALL = "loss_rx_pct", "in_call"
Loss = tuple[float | None, float | None]


class MinutesQuery(OneMeetingQuery, frozen=True):
    format: Literal["json", "xlsx"] = "json"


class StayItem(Struct, frozen=True, kw_only=True):
    """`cause`: the source that took the line along; `told`: the endpoint's own words."""

    joined_at: Instant
    left_at: Instant | None
    end: EndOfCall
    cause: str | None
    told: str | None


class AttendanceItem(Struct, frozen=True, kw_only=True):
    """The losses are of the whole meeting, null where nothing was measured; `away`: never came, and was off.

    `measured`: the stays are to the minute and out of readings, since the endpoint says nothing when it joins.
    """

    site: str
    name: str
    org_name: str
    parent_name: str | None
    expected: bool
    present_s: int
    loss_mean_pct: float | None
    loss_max_pct: float | None
    away: bool
    absent_cause: str | None
    measured: bool
    stays: list[StayItem]


class MeetingMinutes(Struct, frozen=True, kw_only=True):
    """`numerator` of `denominator` expected sites came. Of a confidential meeting there are none."""

    org: str
    org_name: str
    id: str
    title: str | None
    confidential: bool
    starts_at: Instant
    ends_at: Instant
    as_of: Instant
    simulated: bool
    numerator: int
    denominator: int
    sites: list[AttendanceItem]


def read(call: Call, query: MinutesQuery, records: Reads, series: SeriesPort) -> Answer[MeetingMinutes | bytes]:
    org, meeting = query.org, query.conference
    known = records.read(lambda conn: plan.find(conn, org, meeting)) if org in call.scope else None
    if known is None:
        raise unknown(org, meeting)
    found = _minutes(call, known, records, series)
    if query.format == "json":
        return Answer(found)
    name = {"Content-Disposition": f'attachment; filename="bien-ban-{known.starts_at // 1000}.xlsx"'}
    return Answer(paper.workbook(_paper(call, found)), content_type=XLSX, headers=name)


def _minutes(call: Call, known: KnownMeeting, records: Reads, series: SeriesPort) -> MeetingMinutes:
    ends_at = known.ends_at or known.starts_at + UNTOLD_MS
    span = (known.starts_at, ends_at)

    def look(conn: Connection) -> tuple[list[attended.Attended], dict[str, list[Trouble]]]:
        stays = [one for one in attended.stays(conn, known.id) if one.site.split("/")[0] in call.scope]
        return stays, _troubles(conn, {*known.sites, *(one.site for one in stays)}, span)

    stays, troubles = ([], {}) if known.confidential else records.read(look)
    silent = [site for site in known.sites if site not in {one.site for one in stays}]
    seen = _measured(series, silent, span, call.now)
    sites = minutes(known.sites, [*stays, *seen], troubles, *span, call.now)
    measured = {one.site for one in seen}
    losses = _losses(series, [endpoint(one.site) for one in sites if one.stays], *span)
    sources = call.inventory.sources
    return MeetingMinutes(
        org=known.org,
        org_name=_org_name(call, known.org),
        id=known.id,
        title=known.title,
        confidential=known.confidential,
        starts_at=call.at(known.starts_at, known.org),
        ends_at=call.at(ends_at, known.org),
        as_of=call.at(call.now, known.org),
        simulated=any(key in sources and sources[key].simulated for key in map(endpoint, known.sites)),
        numerator=sum(bool(one.stays) for one in sites if one.expected),
        denominator=len(known.sites),
        sites=[_item(call, one, losses.get(endpoint(one.site), (None, None)), one.site in measured) for one in sites],
    )


def _troubles(conn: Connection, sites: set[str], span: tuple[int, int]) -> dict[str, list[Trouble]]:
    """When endpoints were away, as the alerts have it; one that was held back says by what."""
    t = alert.c
    lasted = sa.or_(t.ended_at.is_(None), t.ended_at > span[0])
    wanted = sa.select(t.org, t.source, t.since, t.ended_at, t.held_by).where(
        t.kind == KIND, t.title.in_(queries.AWAY), t.since < span[1], lasted
    )
    found: dict[str, list[Trouble]] = {}
    for row in conn.execute(wanted.order_by(t.since)):
        site = f"{row.org}/{row.source}"
        if site in sites:
            kind, _, cause = (row.held_by or "").partition(":")
            found.setdefault(site, []).append(Trouble(row.since, row.ended_at, cause if kind == "source" else None))
    return found


def _measured(series: SeriesPort, sites: list[str], span: tuple[int, int], now: int) -> list[attended.Attended]:
    """A meeting that is still to begin has been measured by nobody."""
    step = readings.STEP_MS
    start, end = span[0] - readings.BESIDE_MS, min(span[1] + readings.BESIDE_MS, now)
    if end <= span[0]:
        return []
    asked = [
        RangeQuery(SeriesKey(endpoint(site), IN_CALL), start, end, step, Aggregate.MAX, Fill.NULL, -start % step)
        for site in sites
    ]
    told = zip(sites, series.read_series(asked), strict=True)
    every = (stay for site, points in told for stay in readings.stays(site, points))
    return [one for one in every if one.joined_at < span[1] and (one.left_at is None or one.left_at > span[0])]


def _losses(series: SeriesPort, keys: list[SourceKey], start: int, end: int) -> Mapping[SourceKey, Loss]:
    """Mean and highest loss of each over the meeting."""
    asked = [
        RangeQuery(SeriesKey(key, LOSS), start, end, end - start, agg, Fill.NULL, -start % (end - start))
        for key in keys
        for agg in (Aggregate.MEAN, Aggregate.MAX)
    ]
    values = [next((value for _, value in points if value is not None), None) for points in series.read_series(asked)]
    return {key: (values[2 * at], values[2 * at + 1]) for at, key in enumerate(keys)}


def _item(call: Call, one: SiteMinutes, loss: Loss, measured: bool) -> AttendanceItem:
    key = endpoint(one.site)
    source = call.inventory.sources.get(key)
    return AttendanceItem(
        site=one.site,
        name=source.name if source else one.site,
        org_name=_org_name(call, key.org),
        parent_name=call.above(key.org),
        expected=one.expected,
        present_s=one.present_s,
        loss_mean_pct=None if loss[0] is None else round(loss[0], 2),
        loss_max_pct=None if loss[1] is None else round(loss[1], 2),
        away=one.away,
        absent_cause=_cause(call, one.absent_cause),
        measured=measured,
        stays=[_stay(call, key.org, stay) for stay in one.stays],
    )


def _stay(call: Call, org: str, stay: CallStay) -> StayItem:
    zone = org if org in call.orgs else None
    return StayItem(
        joined_at=call.at(stay.joined_at, zone),
        left_at=call.at(stay.left_at, zone),
        end=stay.end,
        cause=_cause(call, stay.cause),
        told=stay.told,
    )


def _cause(call: Call, path: str | None) -> str | None:
    if path is None:
        return None
    source = call.inventory.sources.get(SourceKey.parse(path))
    return path if source is None else source.name


_HEADS = ("no", "site", "org", "expected", "joined", "left", "minutes", "loss_mean", "loss_max", "why")


def _paper(call: Call, of: MeetingMinutes) -> MinutesPaper:
    def say(key: str, **params: object) -> str:
        return call.say(f"report.minutes.{key}", **params)

    mark = f"{say('simulated')} – " if of.simulated else ""
    name = say("confidential") if of.confidential else of.title or of.id
    lines = [
        of.org_name,
        say("span", start=_clock(of.starts_at), end=_clock(of.ends_at)),
        say("came", n=of.numerator, of=of.denominator),
        say("as_of", at=_clock(of.as_of)),
    ]
    rows = [
        [n, one.name, placed(one.org_name, one.parent_name), say("yes" if one.expected else "no_"), *row]
        for n, one in enumerate(of.sites, 1)
        for row in _stays(one, say)
    ]
    return MinutesPaper(f"{mark}{say('title')}: {name}", lines, [say(f"column.{head}") for head in _HEADS], rows)


def _stays(one: AttendanceItem, say: Say) -> Iterator[list[Cell]]:
    """A line a stay; the minutes and losses of a site stand on its first."""
    figures: list[Cell] = [round(one.present_s / 60, 1), one.loss_mean_pct, one.loss_max_pct]
    if not one.stays:
        why = say("away") if one.away else say("absent")
        yield [None, None, *figures, _joined(why, one.absent_cause)]
    for n, stay in enumerate(one.stays):
        left_at = _clock(stay.left_at) if stay.left_at else None
        why = _joined(say(f"end.{stay.end}"), stay.cause, stay.told)
        yield [_clock(stay.joined_at), left_at, *(figures if n == 0 else (None, None, None)), why]


def _clock(at: str) -> str:
    return f"{datetime.fromisoformat(at):%H:%M:%S %d/%m/%Y}"


def _joined(*parts: str | None) -> str:
    return ": ".join(filter(None, parts))


def _org_name(call: Call, code: str) -> str:
    found: Any = call.orgs.by_code.get(code)
    return code if found is None else str(found.name)


ROUTES = (
    Route(
        "GET",
        f"{V1}/meetings/minutes",
        Role.LEADER,
        read,
        "Who was in a meeting",
        (Code.UNKNOWN_CONFERENCE,),
        documents=(Document(XLSX),),
    ),
)
