"""The meeting desk: what is planned, entering and calling off, files and the copy of last week."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct, field
from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.domain.meetings import importing, plan
from ioc.domain.meetings.importing import MeetingDesk
from ioc.domain.meetings.plan import KnownMeeting, MeetingOrigin, PlannedMeeting
from ioc.domain.meetings.sites import expand, groups_of
from ioc.domain.sheets.report import ImportReport
from ioc.live.meetings import UNTOLD_MS
from ioc.platform.db import Database
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.period import instant
from web.boundary.ports import Announces, Reads, Writes
from web.boundary.route import V1, Route

DAY_MS = 86_400_000
MeetingState = Literal["scheduled", "running", "over", "cancelled"]


class MeetingQuery(Struct, frozen=True):
    """Those that begin in `[from, to)`: from the beginning of today, for a week, where neither is given."""

    org: str | None = None
    from_: str | None = field(default=None, name="from")
    to: str | None = None


class MeetingBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`sites`: ORG/SOURCE, ORG, ORG/*, @commune and the like, @NAME of a group. An `id` names the one it replaces."""

    org: str
    starts_at: str
    ends_at: str
    title: str | None = None
    sites: list[str] = []
    confidential: bool = False
    id: str | None = None


class MeetingItem(Struct, frozen=True, kw_only=True):
    """Of a confidential one neither title nor sites are known, not to anybody."""

    org: str
    org_name: str
    id: str
    title: str | None
    starts_at: Instant
    ends_at: Instant | None
    state: MeetingState
    origin: MeetingOrigin
    confidential: bool
    sites: list[str]


class MeetingFileBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`text` of a CSV file, or an iCalendar file in base64; `org` and `sites` where a row or event names none."""

    format: Literal["csv", "ics"]
    text: str
    org: str | None = None
    sites: list[str] = []
    dry_run: bool = False


class OneMeetingQuery(Struct, frozen=True):
    """An id that a device gave may hold anything, a slash too."""

    org: str
    conference: str


class CopyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The meetings of the seven days before `monday`, a week later."""

    org: str
    monday: str
    dry_run: bool = False


class MeetingChanges(Struct, frozen=True, kw_only=True):
    """Meetings as `ORG ID`."""

    dry_run: bool
    added: list[str]
    changed: list[str]
    unchanged: int


def every(call: Call, query: MeetingQuery, records: Reads) -> Page[MeetingItem]:
    """The earliest first, those called off among them."""
    scope = call.subtree(query.org)
    today = local(call.now, call.zone(query.org)).replace(hour=0, minute=0, second=0, microsecond=0)
    start = instant(call, "from", query.from_, query.org, round(today.timestamp() * 1000))
    end = instant(call, "to", query.to, query.org, start + 7 * DAY_MS)
    found = records.read(lambda conn: plan.listing(conn, scope.codes, start, end))
    return call.part.of(found, lambda one: _item(call, one))


def save(call: Call, body: MeetingBody, records: Writes, db: Database, workers: Announces) -> MeetingItem:
    org = _own(call, body.org)
    span = (instant(call, "starts_at", body.starts_at, org, 0), instant(call, "ends_at", body.ends_at, org, 0))

    def write(conn: Connection) -> KnownMeeting | None:
        groups = groups_of(conn, _groups_for(call, org))
        named = () if body.confidential else expand(call.inventory, org, body.sites, groups)
        meeting = PlannedMeeting(
            org=org,
            id=body.id or plan.new_id(),
            title=(body.title or "").strip() or None,
            starts_at=span[0],
            ends_at=span[1],
            sites=named,
            confidential=body.confidential,
        )
        plan.save(db, conn, meeting, MeetingOrigin.FORM, call.actor, call.now)
        return plan.find(conn, org, meeting.id)

    saved = records.write(write)
    workers.announce("meetings")
    if saved is None:
        raise IocError(Code.INTERNAL, "the meeting is not there after it was saved")
    return _item(call, saved)


def cancel(call: Call, query: OneMeetingQuery, records: Writes, workers: Announces) -> None:
    """One that is called off already stays so."""
    org, meeting = query.org, query.conference

    def write(conn: Connection) -> bool:
        known = plan.find(conn, org, meeting) if org in call.scope else None
        return known is not None and (plan.cancel(conn, org, meeting, call.actor, call.now) or True)

    if not records.write(write):
        raise unknown(org, meeting)
    workers.announce("meetings")


def take(call: Call, body: MeetingFileBody, records: Reads, db: Database, workers: Announces) -> MeetingChanges:
    """All of a file or nothing of it."""
    desk = _desk(call, records, body.org, body.sites)
    if body.format == "csv":
        on, off = importing.from_csv(desk, body.text), []
    else:
        told = importing.from_ics(desk, _bytes(body.text), call.now)
        on, off = told.on, [(desk.org or "", one) for one in told.off]
    origin = MeetingOrigin(body.format)
    report = workers.offload(importing.take, db, on, off, origin, call.actor, call.now, dry_run=body.dry_run)
    return _changes(workers, report)


def copy(call: Call, body: CopyBody, records: Reads, db: Database, workers: Announces) -> MeetingChanges:
    try:
        monday = date.fromisoformat(body.monday)
    except ValueError:
        detail = "YYYY-MM-DD"
        raise IocError(Code.INVALID_VALUE, f"monday: {detail}", name="monday", detail=detail) from None
    desk = _desk(call, records, _own(call, body.org), ())
    again = records.read(lambda conn: importing.last_week(desk, conn, monday))
    report = workers.offload(
        importing.take, db, again, (), MeetingOrigin.COPY, call.actor, call.now, dry_run=body.dry_run
    )
    return _changes(workers, report)


def unknown(org: str, meeting: str) -> IocError:
    return IocError(Code.UNKNOWN_CONFERENCE, f"there is no meeting {meeting!r} of {org!r}", conference=meeting, org=org)


def state_of(one: KnownMeeting, now: int) -> MeetingState:
    if one.cancelled_at is not None:
        return "cancelled"
    if now < one.starts_at:
        return "scheduled"
    return "running" if now < (one.ends_at or one.starts_at + UNTOLD_MS) else "over"


def _own(call: Call, org: str) -> str:
    if org not in call.scope or org not in call.orgs:
        raise IocError(Code.UNKNOWN_ORG, f"org {org!r} is not in the tree", org=org)
    return org


def _groups_for(call: Call, org: str) -> list[str]:
    """Its own groups before those of the units above it."""
    return [one.code for one in reversed(call.orgs.path(org))]


def _desk(call: Call, records: Reads, org: str | None, sites: Sequence[str]) -> MeetingDesk:
    own = call.home if org is None else _own(call, org)
    groups = records.read(lambda conn: groups_of(conn, _groups_for(call, own) if own else ()))
    return MeetingDesk(call.inventory, groups, own, sites, call.scope.codes)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise IocError(Code.INVALID_VALUE, "text: base64", name="text", detail="base64") from None


def _changes(workers: Announces, report: ImportReport) -> MeetingChanges:
    if not report.dry_run and report.changes:
        workers.announce("meetings")
    return MeetingChanges(
        dry_run=report.dry_run, added=list(report.added), changed=list(report.changed), unchanged=report.unchanged
    )


def _item(call: Call, one: KnownMeeting) -> MeetingItem:
    zone = one.org if one.org in call.orgs else None
    return MeetingItem(
        org=one.org,
        org_name=call.orgs.by_code[one.org].name if one.org in call.orgs else one.org,
        id=one.id,
        title=one.title,
        starts_at=call.at(one.starts_at, zone),
        ends_at=call.at(one.ends_at, zone),
        state=state_of(one, call.now),
        origin=one.origin,
        confidential=one.confidential,
        sites=list(one.sites),
    )


_PATH = f"{V1}/meetings"
_REFUSED = (Code.UNKNOWN_ORG, Code.BAD_SITE, Code.BAD_VALUE, Code.INVALID_VALUE)
_FILE = (*_REFUSED, Code.BAD_CSV, Code.EMPTY_CSV, Code.BAD_OPTION)
ROUTES = (
    Route("GET", _PATH, Role.LEADER, every, "What is planned", (Code.UNKNOWN_ORG, Code.INVALID_VALUE)),
    Route("POST", _PATH, Role.OPERATOR, save, "Enter a meeting, or change one", _REFUSED, 201),
    Route("DELETE", _PATH, Role.OPERATOR, cancel, "Call a meeting off", (Code.UNKNOWN_CONFERENCE,), 204),
    Route("POST", f"{_PATH}/import", Role.OPERATOR, take, "Meetings out of a CSV or iCalendar file", _FILE),
    Route("POST", f"{_PATH}/copy", Role.OPERATOR, copy, "Last week's meetings again", _FILE),
)
