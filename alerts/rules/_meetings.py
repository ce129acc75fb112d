"""Meetings as they were announced, for rules that ask who should be where."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ioc.core.model import SourceKey
from ioc.platform.db.tables import conference

UNTOLD_MS = 4 * 3_600_000  # how long a meeting is taken to last that does not say so


@dataclass(frozen=True, slots=True)
class AnnouncedMeeting:
    """`expected` are endpoints; instants in epoch ms."""

    org: str
    conference_id: str
    title: str | None
    starts_at: int
    ends_at: int
    expected: tuple[SourceKey, ...]


def between(conn: Connection, start: int, end: int) -> list[AnnouncedMeeting]:
    """Those that were not cancelled and last at any time from `start` to `end`, the earliest first."""
    t = conference.c
    lasts = sa.func.coalesce(t.ends_at, t.starts_at + UNTOLD_MS)
    wanted = sa.select(conference).where(t.cancelled_at.is_(None), t.starts_at <= end, lasts > start)
    return [_read(row) for row in conn.execute(wanted.order_by(t.starts_at, t.org, t.conference_id)).mappings()]


def _read(row: RowMapping) -> AnnouncedMeeting:
    ends_at = row["starts_at"] + UNTOLD_MS if row["ends_at"] is None else row["ends_at"]
    expected = tuple(SourceKey(org, "vc", name) for org, _, name in (one.partition("/") for one in row["expected"]))
    return AnnouncedMeeting(row["org"], row["conference_id"], row["title"], row["starts_at"], ends_at, expected)
