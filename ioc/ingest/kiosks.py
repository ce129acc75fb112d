"""Kiosks that send only events: their figures counted anew as time goes by."""

from collections.abc import Callable, Iterator

from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.ingest import tickets
from ioc.ingest.desks import midnight
from ioc.live.deltas import Patch
from ioc.live.world import World


def counted_anew(
    conn: Connection, world: World, sends_states: Callable[[SourceKey, int], bool], now: int
) -> Iterator[Patch]:
    """Those with events since yesterday, and those whose figures are of a day that ended while nobody counted."""
    speaking = tickets.speaking(conn, now)
    for key, source in world.inventory.sources.items():
        if source.id not in speaking or sends_states(key, now):
            continue
        if speaking[source.id] or _is_of_yesterday(world, key, now):
            yield from tickets.implied(conn, source, world.inventory.tz(key), now)


def _is_of_yesterday(world: World, key: SourceKey, now: int) -> bool:
    counted_at = [t for name, (t, _) in world.of(key).metrics.items() if name in tickets.FIGURES]
    return min(counted_at, default=0) < midnight(now, world.inventory.tz(key))
