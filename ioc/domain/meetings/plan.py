"""Meetings that people enter: saved, moved, called off; of a confidential one nothing is kept but its time."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import attendance, conference, conference_confirmed

LONGEST_MS = 24 * 3_600_000
LONGEST_TITLE = 512
_t = conference.c


class MeetingOrigin(StrEnum):
    """Where a meeting is known from."""

    EVENT = "event"
    FORM = "form"
    CSV = "csv"
    ICS = "ics"
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMeeting:
    """Instants in epoch ms. A confidential one has no title and no sites, whatever it was given."""

    org: str
    id: str
    title: str | None
    starts_at: int
    ends_at: int
    sites: tuple[SourceKey, ...]
    confidential: bool = False

    def __post_init__(self) -> None:
        if self.confidential:
            object.__setattr__(self, "title", None)
            object.__setattr__(self, "sites", ())
        if not 0 < self.ends_at - self.starts_at <= LONGEST_MS:
            raise IocError(Code.BAD_VALUE, "ends_at: after starts_at, within a day", name="ends_at", detail="≤ 24 h")
        if len(self.title or "") > LONGEST_TITLE:
            detail = f"≤ {LONGEST_TITLE}"
            raise IocError(Code.BAD_VALUE, f"title: at most {LONGEST_TITLE} characters", name="title", detail=detail)
        if not self.confidential and not self.sites:
            raise IocError(Code.BAD_VALUE, "sites: at least one", name="sites", detail="≥ 1")

    @property
    def roster(self) -> list[str]:
        return [f"{key.org}/{key.source}" for key in self.sites]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMeeting:
    """A row of the desk; `sites` are ORG/SOURCE."""

    org: str
    id: str
    title: str | None
    starts_at: int
    ends_at: int | None
    sites: tuple[str, ...]
    cancelled_at: int | None
    origin: MeetingOrigin
    confidential: bool


def new_id() -> str:
    return f"m-{secrets.token_hex(6)}"


def save(db: Database, conn: Connection, meeting: PlannedMeeting, origin: MeetingOrigin, actor: str, now: int) -> bool:
    """True where it is new; a meeting saved again takes the place of what was known and is on again."""
    known = find(conn, meeting.org, meeting.id)
    values = {
        "title": meeting.title,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "expected": meeting.roster,
        "cancelled_at": None,
        "changed_at": now,
        "origin": origin,
        "confidential": meeting.confidential,
    }
    insert = db.upsert(conference).values(org=meeting.org, conference_id=meeting.id, **values)
    conn.execute(insert.on_conflict_do_update(index_elements=["org", "conference_id"], set_=values))
    if meeting.confidential:
        forget(conn, meeting.org, meeting.id)
    audit.record(conn, now, actor, "meeting_saved", meeting.id, _told(meeting, origin), meeting.org)
    return known is None


def cancel(conn: Connection, org: str, meeting: str, actor: str, now: int) -> bool:
    """False where there is none that is on."""
    wanted = sa.and_(_t.org == org, _t.conference_id == meeting, _t.cancelled_at.is_(None))
    done = conn.execute(sa.update(conference).where(wanted).values(cancelled_at=now, changed_at=now)).rowcount == 1
    if done:
        audit.record(conn, now, actor, "meeting_cancelled", meeting, {}, org)
    return done


def forget(conn: Connection, org: str, meeting: str) -> None:
    """Who was in it, and who was found ready for it."""
    conn.execute(sa.delete(attendance).where(attendance.c.conference_id == meeting))
    t = conference_confirmed.c
    conn.execute(sa.delete(conference_confirmed).where(t.org == org, t.conference_id == meeting))


def find(conn: Connection, org: str, meeting: str) -> KnownMeeting | None:
    row = conn.execute(sa.select(conference).where(_t.org == org, _t.conference_id == meeting)).first()
    return None if row is None or row.starts_at is None else _known(row)


def listing(conn: Connection, orgs: Collection[str] | None, start: int, end: int) -> list[KnownMeeting]:
    """Those that begin in `[start, end)`, the called-off ones among them, the earliest first."""
    wanted = sa.select(conference).where(_t.starts_at >= start, _t.starts_at < end)
    rows = conn.execute(wanted.order_by(_t.starts_at, _t.org, _t.conference_id))
    return [_known(row) for row in rows if orgs is None or row.org in orgs]


def _known(row: sa.Row[tuple[object, ...]]) -> KnownMeeting:
    return KnownMeeting(
        org=row.org,
        id=row.conference_id,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        sites=tuple(row.expected),
        cancelled_at=row.cancelled_at,
        origin=MeetingOrigin(row.origin),
        confidential=row.confidential,
    )


def _told(meeting: PlannedMeeting, origin: MeetingOrigin) -> dict[str, object]:
    """Never the title: what is confidential later must not have been told before."""
    told: dict[str, object] = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at, "origin": origin}
    return told | ({"confidential": True} if meeting.confidential else {"n": len(meeting.sites)})
