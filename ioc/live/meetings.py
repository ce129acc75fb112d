"""Meetings as they were announced, and which of the endpoints they expect are ready."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.core.hours import ALWAYS, Hours
from ioc.core.model import SourceKey
from ioc.live.world import MISSED_INTERVALS, World
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import conference, conference_confirmed

UNTOLD_MS = 4 * 3_600_000  # how long a meeting is taken to last that does not say so
_NO_HOURS = Hours.parse(ALWAYS)


@dataclass(frozen=True, slots=True)
class AnnouncedMeeting:
    """`expected` are endpoints; instants in epoch ms."""

    org: str
    conference_id: str
    title: str | None
    starts_at: int
    ends_at: int
    expected: tuple[SourceKey, ...]
    confidential: bool = False  # without title and roster


class SitePresence(StrEnum):
    """What keeps an endpoint from a meeting, if anything."""

    READY = "ready"
    CONFIRMED = "confirmed"  # by hand: somebody spoke to the site
    UNKNOWN = "unknown"  # no such endpoint, or not heard yet
    OFFLINE = "offline"
    NOT_REGISTERED = "not_registered"

    @property
    def missing(self) -> bool:
        return self not in (SitePresence.READY, SitePresence.CONFIRMED)


@dataclass(frozen=True, slots=True)
class SiteConfirmation:
    """Who said by hand that a site is ready, and when."""

    at: int
    by: str
    comment: str | None


def between(conn: Connection, start: int, end: int) -> list[AnnouncedMeeting]:
    """Those that were not cancelled and last at any time from `start` to `end`, the earliest first."""
    t = conference.c
    lasts = sa.func.coalesce(t.ends_at, t.starts_at + UNTOLD_MS)
    wanted = sa.select(conference).where(t.cancelled_at.is_(None), t.starts_at <= end, lasts > start)
    return [_read(row) for row in conn.execute(wanted.order_by(t.starts_at, t.org, t.conference_id)).mappings()]


def one(conn: Connection, org: str, conference_id: str) -> AnnouncedMeeting | None:
    t = conference.c
    row = conn.execute(
        sa.select(conference).where(t.org == org, t.conference_id == conference_id, t.starts_at.is_not(None))
    )
    found = row.mappings().first()
    return None if found is None else _read(found)


def _read(row: RowMapping) -> AnnouncedMeeting:
    ends_at = row["starts_at"] + UNTOLD_MS if row["ends_at"] is None else row["ends_at"]
    expected = tuple(site_key(one) for one in row["expected"])
    same = {name: row[name] for name in ("org", "conference_id", "title", "starts_at", "confidential")}
    return AnnouncedMeeting(**same, ends_at=ends_at, expected=expected)


def site_key(site: str) -> SourceKey:
    """The endpoint that a roster calls ORG/SOURCE."""
    org, _, source = site.partition("/")
    return SourceKey(org, "vc", source)


def site_name(key: SourceKey) -> str:
    return f"{key.org}/{key.source}"


def confirmations(conn: Connection, meeting: AnnouncedMeeting) -> dict[SourceKey, SiteConfirmation]:
    t = conference_confirmed.c
    rows = conn.execute(
        sa.select(conference_confirmed).where(t.org == meeting.org, t.conference_id == meeting.conference_id)
    )
    return {site_key(row.site): SiteConfirmation(row.confirmed_at, row.confirmed_by, row.comment) for row in rows}


def confirm(
    db: Database, meeting: AnnouncedMeeting, site: SourceKey, actor: str, now: int, comment: str | None = None
) -> None:
    """A site is ready by the word of somebody who asked there; said again it stays as it was said first."""
    key = {"org": meeting.org, "conference_id": meeting.conference_id, "site": site_name(site)}
    row = {**key, "confirmed_at": now, "confirmed_by": actor, "comment": comment}
    with db.write() as conn:
        insert = db.upsert(conference_confirmed).values(**row)
        if conn.execute(insert.on_conflict_do_nothing()).rowcount == 1:
            audit.record(
                conn, now, actor, "site_confirmed", meeting.conference_id, {**key, "comment": comment}, site.org
            )


def withdraw(db: Database, meeting: AnnouncedMeeting, site: SourceKey, actor: str, now: int) -> None:
    """Take a word back."""
    t, name = conference_confirmed.c, site_name(site)
    wanted = sa.and_(t.org == meeting.org, t.conference_id == meeting.conference_id, t.site == name)
    with db.write() as conn:
        if conn.execute(sa.delete(conference_confirmed).where(wanted)).rowcount == 1:
            subject = meeting.conference_id
            audit.record(conn, now, actor, "site_confirmation_withdrawn", subject, {"site": name}, site.org)


def roll_call(
    world: World, meeting: AnnouncedMeeting, confirmed: Mapping[SourceKey, SiteConfirmation], now: int
) -> dict[SourceKey, SitePresence]:
    """Every endpoint the meeting expects; one that says nothing of a registrar only has to be online."""
    return {
        key: SitePresence.CONFIRMED if key in confirmed else _of_itself(world, key, now) for key in meeting.expected
    }


def _of_itself(world: World, key: SourceKey, now: int) -> SitePresence:
    source = world.inventory.sources.get(key)
    live = world.of(key)
    if source is None:
        return SitePresence.UNKNOWN
    watched = replace(source, hours=_NO_HOURS)  # a meeting does not keep to the hours of its rooms
    if world.offline_since(watched, now, MISSED_INTERVALS) is not None:
        return SitePresence.OFFLINE
    if live.heard_at is None and live.online is None:
        return SitePresence.UNKNOWN
    registered = live.metrics.get("registered")
    return SitePresence.NOT_REGISTERED if registered is not None and not registered[1] else SitePresence.READY
