"""Scores of feeds by their promises: đúng · đủ · sạch · sống, each share with its denominator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.cadence import Came
from ioc.core.share import Share
from ioc.domain.feeds.contracts import DAY_MS, deliveries, last_deliveries, promised
from ioc.domain.inventory import Source
from ioc.live.world import World
from ioc.platform.db.tables import feed_day, feed_delivery

WINDOW_DAYS = 30


UNKNOWN = Share()


@dataclass(frozen=True, slots=True)
class Score:
    """`correct`: what could be used of all that was delivered in 30 days, rows refused before they were sent included.

    `complete`: due instants that had a delivery, of those in the last month of a daily feed, year of a monthly one.
    `clean`: what needed no leniency, of what could be used. `alive`: whether the contract is kept now, 1 or 0 of 1.
    """

    source: Source
    correct: Share
    complete: Share
    clean: Share
    alive: Share
    delivered_at: int | None
    told_until: int | None
    due_at: int | None
    late_since: int | None


@dataclass(frozen=True, slots=True)
class _Counts:
    """Of one source in the window."""

    stored: int = 0
    lenient: int = 0
    quarantined: int = 0
    bad_rows: int = 0


def scores(conn: Connection, world: World, sources: Iterable[Source], now: int) -> list[Score]:
    """In the order of the sources."""
    counts, last = _counted(conn, now), last_deliveries(conn)
    none = _Counts()
    return [_score(conn, world, one, counts.get(one.id, none), last.get(one.id, []), now) for one in sources]


def _score(conn: Connection, world: World, source: Source, counts: _Counts, came: list[Came], now: int) -> Score:
    one = promised(world.inventory, source)
    if one is None:
        complete, due, since = UNKNOWN, None, world.offline_since(source, now)
        owed = source.interval_s and (since is not None or world.of(source.key).heard_at is not None)
        alive = _alive(since) if owed else UNKNOWN
    else:
        complete = Share(*one.contract.kept(deliveries(conn, one, now), one.begins if came else one.owed_from, now))
        due, since = one.contract.next_due(now), one.contract.late_since(came, one.owed_from, now)
        alive = _alive(since) if came or one.owed_from is not None else UNKNOWN
    bad = counts.quarantined + counts.bad_rows
    correct = Share(counts.stored, counts.stored + bad)
    clean = Share(counts.stored - counts.lenient, counts.stored)
    delivered, until = max((one.at for one in came), default=None), max((one.reaches for one in came), default=None)
    return Score(source, correct, complete, clean, alive, delivered, until, due, since)


def _alive(late_since: int | None) -> Share:
    return Share(int(late_since is None), 1)


def _counted(conn: Connection, now: int) -> Mapping[int, _Counts]:
    t, d = feed_day.c, feed_delivery.c
    sums = (sa.func.sum(column).label(column.name) for column in (t.stored, t.lenient, t.quarantined))
    by_day = sa.select(t.source_id, *sums).where(t.day > now // DAY_MS - WINDOW_DAYS).group_by(t.source_id)
    refused = sa.select(d.source_id, sa.func.sum(d.bad_rows)).where(d.at > now - WINDOW_DAYS * DAY_MS)
    bad = {source_id: int(n or 0) for source_id, n in conn.execute(refused.group_by(d.source_id))}
    return {
        row.source_id: _Counts(int(row.stored), int(row.lenient), int(row.quarantined), bad.get(row.source_id, 0))
        for row in conn.execute(by_day)
    }
