"""The last sign of life of every display: of each token of a wall that was seen connected or asking."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.model import Role
from ioc.platform.db import Database
from ioc.platform.db.tables import display_beat, token

EVERY_S = 15.0  # how often a display that shows something is noted


@dataclass(frozen=True, slots=True)
class DisplayBeat:
    """`name` is that of its token, `org` None the whole tree; instants in epoch ms."""

    name: str
    org: str | None
    first_at: int
    seen_at: int


def note(db: Database, names: Iterable[str], now: int) -> None:
    """These showed something just now."""
    rows = [{"token": name, "first_at": now, "seen_at": now} for name in sorted(names)]
    if rows:
        insert = db.upsert(display_beat)
        newer = insert.excluded.seen_at > display_beat.c.seen_at
        set_ = {"seen_at": insert.excluded.seen_at}
        with db.write() as conn:
            conn.execute(insert.on_conflict_do_update(index_elements=["token"], set_=set_, where=newer), rows)


def known(conn: Connection) -> list[DisplayBeat]:
    """Every display that was ever seen and whose token still lives, by name."""
    living = sa.and_(token.c.name == display_beat.c.token, token.c.revoked_at.is_(None), token.c.role == Role.WALL)
    rows = sa.select(display_beat.c.token, token.c.org, display_beat.c.first_at, display_beat.c.seen_at)
    return [DisplayBeat(*row) for row in conn.execute(rows.join(token, living).order_by(display_beat.c.token))]
