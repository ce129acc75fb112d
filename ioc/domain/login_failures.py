"""The brake on guessing passwords, shared by all workers: what failed lately, by name, address and both together.

Each try is written down as failed before the password is looked at, and taken back where it was right, so that many at
once are not more than one after the other.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.platform.db.tables import login_failure

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
LONGEST_MS: Final = 15 * MINUTE_MS
NAME_PER_HOUR: Final = 20
_t = login_failure.c


def begin(conn: Connection, name: str, place: str, now: int, per_minute: int, *, known: bool) -> int | None:
    """The number of a try that may be made, None for one that may not.

    `place` is an address, or the mark of a device by which this person came in before (`known`): others' guessing does
    not count against that one, only its own does.
    """
    conn.execute(sa.delete(login_failure).where(_t.at <= now - HOUR_MS))
    here = sa.and_(_t.name == name, _t.place == place)
    if now < _free_at(conn, here, per_minute):
        return None
    if not known and (_is_busy(conn, place, now, per_minute) or _is_full(conn, name, now, per_minute)):
        return None
    made = conn.execute(sa.insert(login_failure).values(name=name, place=place, at=now)).inserted_primary_key
    return None if made is None else int(made[0])


def right(conn: Connection, number: int) -> None:
    """The password was right: what was wrong before it, there and by that name, is forgotten."""
    one = conn.execute(sa.select(_t.name, _t.place).where(_t.id == number)).one_or_none()
    if one is not None:
        conn.execute(sa.delete(login_failure).where(_t.name == one.name, _t.place == one.place))


def _free_at(conn: Connection, here: sa.ColumnElement[bool], per_minute: int) -> int:
    """After so many in a row a minute, then two, four …"""
    n, last = conn.execute(sa.select(sa.func.count(), sa.func.max(_t.at)).where(here)).one()
    if n < per_minute:
        return 0
    return int(last + min(LONGEST_MS, MINUTE_MS << min(n - per_minute, 10)))


def _is_busy(conn: Connection, place: str, now: int, per_minute: int) -> bool:
    return _since(conn, _t.place == place, now - MINUTE_MS) >= per_minute


def _is_full(conn: Connection, name: str, now: int, per_minute: int) -> bool:
    return _since(conn, _t.name == name, now - HOUR_MS) >= max(NAME_PER_HOUR, 2 * per_minute)


def _since(conn: Connection, which: sa.ColumnElement[bool], at: int) -> int:
    count = conn.scalar(sa.select(sa.func.count()).select_from(login_failure).where(which, _t.at > at))
    return int(count or 0)
