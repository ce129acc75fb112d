"""Meetings out of files and out of last week: all of them or none, the same twice changes nothing."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from ioc.core.clock import local
from ioc.core.errors import Code, IocError, UsageError
from ioc.core.ical import CalendarEvent, CalendarFile
from ioc.domain.inventory import Inventory
from ioc.domain.meetings import plan
from ioc.domain.meetings.plan import MeetingOrigin, PlannedMeeting
from ioc.domain.meetings.sites import Groups, endpoint, expand
from ioc.domain.sheets import cells, sheet
from ioc.domain.sheets.cells import BadCell, CellReader
from ioc.domain.sheets.report import ImportReport
from ioc.domain.sheets.sheet import Given, Problems
from ioc.domain.sheets.writing import difference, transaction
from ioc.platform.db import Database

HORIZON_DAYS = 92  # repetitions of a calendar are taken so far ahead
YES = frozenset({"1", "x", "true", "yes", "có", "co", "mật", "mat"})
NO = frozenset({"0", "false", "no", "không", "khong"})


@dataclass(frozen=True, slots=True)
class MeetingDesk:
    """What an import is read against; `org` and `sites` stand where a row or event names none."""

    inventory: Inventory
    groups: Groups
    org: str | None
    sites: Sequence[str] = ()
    scope: Collection[str] | None = None  # the orgs whose meetings the caller may touch; None: all

    def meeting(
        self, org: str | None, meeting: str | None, title: str | None, span: tuple[int, int], sites: Sequence[str],
        *, confidential: bool,
    ) -> PlannedMeeting:  # fmt: skip
        """IocError says what is wrong with it."""
        org = org or self.org or ""
        if org not in self.inventory.orgs or (self.scope is not None and org not in self.scope):
            raise IocError(Code.UNKNOWN_ORG, f"org {org!r} is not in the tree", org=org)
        named = () if confidential else expand(self.inventory, org, sites or self.sites, self.groups)
        return PlannedMeeting(
            org=org,
            id=meeting or f"m-{_digest(org, span[0])}",
            title=title,
            starts_at=span[0],
            ends_at=span[1],
            sites=named,
            confidential=confidential,
        )


def is_confidential(text: str) -> bool:
    word = text.strip().lower()
    if word not in YES | NO:
        raise BadCell(f"{text!r}; allowed: {', '.join(sorted(YES | NO))}")
    return word in YES


COLUMNS: Mapping[str, CellReader] = {
    "date": cells.day,
    "start": cells.clock,
    "end": cells.clock,
    "title": cells.plain,
    "org": cells.org_code,
    "sites": cells.plain,
    "confidential": is_confidential,
    "id": cells.plain,
}
REQUIRED = ("date", "start", "end")


def from_csv(desk: MeetingDesk, given: Given) -> list[PlannedMeeting]:
    """A row a meeting, in the local time of its org; an end before the start is on the next day."""
    problems = Problems()
    found = sheet.read(given, REQUIRED, tuple(COLUMNS), problems)
    read: dict[tuple[str, str], PlannedMeeting] = {}
    for row in found.rows:
        try:
            one = _of_row(desk, cells.read_row(row.cells, COLUMNS, frozenset(REQUIRED)))
        except (BadCell, IocError) as bad:
            problems.add(row.line, bad.message if isinstance(bad, IocError) else str(bad))
            continue
        if (one.org, one.id) in read:
            problems.add(row.line, "another meeting of that org begins at the same time; give both an id")
        read[one.org, one.id] = one
    problems.raise_if_any(found.origin)
    return list(read.values())


def _of_row(desk: MeetingDesk, row: Mapping[str, Any]) -> PlannedMeeting:
    org = row.get("org") or desk.org or ""
    tz = desk.inventory.orgs.tz(org) if org in desk.inventory.orgs else desk.inventory.orgs.tz("")
    start, end = (datetime.fromisoformat(f"{row['date']}T{row[name]}").replace(tzinfo=tz) for name in ("start", "end"))
    if end <= start:
        end += timedelta(days=1)
    span = (round(start.timestamp() * 1000), round(end.timestamp() * 1000))
    sites = (row.get("sites") or "").replace(";", " ").replace(",", " ").split()
    hidden = bool(row.get("confidential"))
    return desk.meeting(row.get("org"), row.get("id"), row.get("title"), span, sites, confidential=hidden)


@dataclass(frozen=True, slots=True)
class CalendarMeetings:
    """What a calendar file says: meetings that are on, and the ids of those called off."""

    on: list[PlannedMeeting]
    off: list[str]


def from_ics(desk: MeetingDesk, content: bytes, now: int) -> CalendarMeetings:
    """Events from now on; categories name sites, a class other than PUBLIC makes one confidential."""
    if desk.org is None:
        raise UsageError(Code.BAD_OPTION, "a calendar names no org: say whose meetings these are")
    try:
        file = CalendarFile.read(content, desk.inventory.orgs.tz(desk.org))
        events = file.between(now, now + HORIZON_DAYS * 86_400_000)
    except ValueError as error:
        raise IocError(Code.BAD_VALUE, f"calendar: {error}", name="calendar", detail=str(error)) from None
    on = [_of_event(desk, event) for event in events if not event.is_cancelled]
    return CalendarMeetings(on, [_id_of(event) for event in events if event.is_cancelled])


def _of_event(desk: MeetingDesk, event: CalendarEvent) -> PlannedMeeting:
    known = [one for one in event.categories if one.startswith("@") or one in desk.inventory.orgs or "/" in one]
    span = (event.start, event.end)
    return desk.meeting(None, _id_of(event), event.summary or None, span, known, confidential=event.is_private)


def _id_of(event: CalendarEvent) -> str:
    return f"ics-{_digest(event.uid, event.start)}"


def last_week(desk: MeetingDesk, conn: Connection, monday: date) -> list[PlannedMeeting]:
    """The meetings of the seven days before `monday` again a week later; endpoints that are gone are left out."""
    org = desk.org
    if org is None:
        raise UsageError(Code.BAD_OPTION, "say whose meetings are copied")
    tz = desk.inventory.orgs.tz(org)
    begin, end = (datetime.combine(day, datetime.min.time(), tz) for day in (monday - timedelta(days=7), monday))
    codes = desk.inventory.orgs.scope(org).codes
    found = plan.listing(conn, codes, *(round(at.timestamp() * 1000) for at in (begin, end)))
    return [_again(desk, one) for one in found if one.cancelled_at is None]


def _again(desk: MeetingDesk, one: plan.KnownMeeting) -> PlannedMeeting:
    tz = desk.inventory.orgs.tz(one.org)
    start = local(one.starts_at, tz) + timedelta(days=7)
    begins = round(start.timestamp() * 1000)
    lasts = min((one.ends_at or one.starts_at + 3_600_000) - one.starts_at, plan.LONGEST_MS)
    keys = (endpoint(site) for site in one.sites)
    return PlannedMeeting(
        org=one.org,
        id=f"copy-{_digest(one.id, begins)}",
        title=one.title,
        starts_at=begins,
        ends_at=begins + lasts,
        sites=tuple(key for key in keys if key in desk.inventory.sources),
        confidential=one.confidential,
    )


def take(
    db: Database,
    meetings: Iterable[PlannedMeeting],
    off: Iterable[tuple[str, str]],
    origin: MeetingOrigin,
    actor: str,
    now: int,
    *,
    dry_run: bool,
) -> ImportReport:
    """Write what differs; `off` are (org, id) that were called off."""
    wanted = {f"{one.org} {one.id}": one for one in meetings}
    with transaction(db, dry_run) as conn:
        known = {name: found for name, one in wanted.items() if (found := plan.find(conn, one.org, one.id))}
        before = {name: _columns(one.title, one, one.sites) for name, one in known.items() if one.cancelled_at is None}
        rows = {name: _columns(one.title, one, one.roster) for name, one in wanted.items()}
        report = difference("meeting", before, rows, dry_run)
        if not dry_run:
            for name in (*report.added, *report.changed):
                plan.save(db, conn, wanted[name], origin, actor, now)
            for org, meeting in off:
                plan.cancel(conn, org, meeting, actor, now)
    return report


def _columns(title: str | None, one: Any, sites: Sequence[str]) -> dict[str, Any]:
    hidden = bool(one.confidential)
    return {
        "title": title,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "sites": " ".join(sites),
        "confidential": hidden,
    }


def _digest(*parts: object) -> str:
    return hashlib.blake2s(" ".join(map(str, parts)).encode(), digest_size=8).hexdigest()
