"""When we could hear: the spans in which a role listened, so that our own absence is never taken for a source's."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.platform.db.tables import observed

BRIDGED_MS: Final = 10_000  # a pause this short is none


class Watched(NamedTuple):
    """From `since` to `until`, epoch ms."""

    since: int
    until: int


def listen(conn: Connection, role: str, now: int) -> None:
    """The role hears at `now`, and has since the span that is still open."""
    t = observed.c
    open_one = sa.and_(t.role == role, t.since <= now, t.until >= now - BRIDGED_MS)
    later = sa.case((t.until < now, now), else_=t.until)
    if not conn.execute(sa.update(observed).where(open_one).values(until=later)).rowcount:
        conn.execute(sa.insert(observed).values(role=role, since=now, until=now))


def spans(conn: Connection, role: str, lo: int, hi: int) -> list[Watched]:
    """Those that reach into [lo, hi), one after the other."""
    t = observed.c
    reaching = sa.and_(t.role == role, t.until > lo, t.since < hi)
    rows = conn.execute(sa.select(t.since, t.until).where(reaching).order_by(t.since))
    return [Watched(*row) for row in rows]


def forget(conn: Connection, before: int) -> None:
    """Spans that ended before then."""
    conn.execute(sa.delete(observed).where(observed.c.until < before))


def covered(lo: int, hi: int, heard: Iterable[Sequence[Watched]]) -> bool:
    """True where each of the roles listened from `lo` to `hi` without a break."""
    return all(_within(lo, hi, some) for some in heard)


def _within(lo: int, hi: int, some: Sequence[Watched]) -> bool:
    at = bisect_right(some, lo, key=lambda span: span.since)
    return at > 0 and hi <= some[at - 1].until
