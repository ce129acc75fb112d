"""Who was in a meeting, as endpoints say when they join and leave."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.platform.db import Database
from ioc.platform.db.tables import attendance, conference

_t = attendance.c


class Attended(NamedTuple):
    """From joining to leaving, epoch ms; `left_at` None where nothing was said of it."""

    site: str
    joined_at: int
    left_at: int | None
    reason: str | None


def joined(db: Database, conn: Connection, meeting: str, key: SourceKey, at: int) -> None:
    """Of a confidential meeting nothing is kept."""
    if not _is_confidential(conn, meeting):
        row = {"conference_id": meeting, "site": _site(key), "joined_at": at}
        conn.execute(db.upsert(attendance).values(**row).on_conflict_do_nothing())


def left(conn: Connection, meeting: str, key: SourceKey, at: int, reason: str | None) -> None:
    """Ends the last stay that began before; a goodbye without a welcome ends none."""
    of_it = sa.and_(_t.conference_id == meeting, _t.site == _site(key))
    open_one = sa.and_(of_it, _t.joined_at <= at, _t.left_at.is_(None))
    began = conn.scalar(sa.select(sa.func.max(_t.joined_at)).where(open_one))
    if began is not None:
        ended = {"left_at": at, "reason": reason}
        conn.execute(sa.update(attendance).where(of_it, _t.joined_at == began).values(ended))


def stays(conn: Connection, meeting: str) -> list[Attended]:
    """By site and time."""
    rows = conn.execute(sa.select(attendance).where(_t.conference_id == meeting).order_by(_t.site, _t.joined_at))
    return [Attended(row.site, row.joined_at, row.left_at, row.reason) for row in rows]


def purge(conn: Connection, before: int) -> None:
    conn.execute(sa.delete(attendance).where(_t.joined_at < before))


def _is_confidential(conn: Connection, meeting: str) -> bool:
    wanted = sa.and_(conference.c.conference_id == meeting, conference.c.confidential)
    return bool(conn.scalar(sa.select(sa.func.count()).select_from(conference).where(wanted)))


def _site(key: SourceKey) -> str:
    return f"{key.org}/{key.source}"
