"""Sources of dossiers as they are now: their watermarks, which still send their past, which are behind."""

from collections.abc import Iterable

from ioc.core.cadence import Came
from ioc.domain.dossiers.counting.watermarks import Watermarks
from ioc.domain.dossiers.reporting.freshness import Reporter, Reporters, SourcesByOrg
from ioc.domain.feeds.contracts import DAY_MS, promised
from ioc.domain.inventory import Source
from ioc.live.world import MISSED_INTERVALS, World

LONGEST_BACKFILL_MS = 3_600_000  # whoever has not come to the end of its past by then is held to what it said
UNPROMISED_MS = DAY_MS  # so long stands for the present what was reported by somebody who promised no interval
_HOUR_MS = 3_600_000
_LOOK_BACK_MS = 31 * DAY_MS


def watermarks(world: World, imported: Watermarks, now: int) -> dict[int, int]:
    """For every source of dossiers that stands in denominators; `imported` are those of deliveries by hand."""
    return {
        source.id: _watermark(world, source, imported.get(source.id, 0), now)
        for source in world.inventory.sources.values()
        if source.key.kind == "dossier" and source.counts
    }


def backfilling(world: World, now: int) -> set[int]:
    """Sources of dossiers that said `complete: false` and not yet `true`: what they send next may explain what is."""
    return {
        source.id
        for source in world.inventory.sources.values()
        if source.key.kind == "dossier"
        and (complete := world.of(source.key).metrics.get("complete")) is not None
        and not complete[1]
        and now - complete[0] < LONGEST_BACKFILL_MS
    }


def reporters(world: World, watermarks: Watermarks, sources: SourcesByOrg, now: int) -> Reporters:
    """The sources that count, have a watermark, and were heard, imported or ever reported a dossier."""
    reported = sources.every
    every = [
        Reporter(source, watermarks[source.id], is_behind(world, source, watermarks[source.id], now))
        for source in world.inventory.sources.values()
        if source.id in watermarks and (source.id in reported or world.of(source.key).heard_at is not None)
    ]
    return Reporters(world.inventory.orgs, every, sources, now)


def is_behind(world: World, source: Source, watermark: int, now: int) -> bool:
    """True where a watermark is older than the contract of its source allows: one of days, of seconds, or none."""
    if watermark >= now:
        return False
    if (feed := promised(world.inventory, source)) is not None:
        return feed.contract.late_since([Came(watermark)], watermark, now) is not None
    if not source.interval_s:
        return now - watermark > UNPROMISED_MS
    patience = MISSED_INTERVALS * source.interval_s * 1000
    first = max(watermark + patience + 1, now - _LOOK_BACK_MS)
    return any(_missed(world, source, watermark, at, patience) for at in _hours(first, now))


def _watermark(world: World, source: Source, imported: int, now: int) -> int:
    """The watermark a batch system states; else now while it keeps its contract, or when it was last heard."""
    live = world.of(source.key)
    if (as_of := live.metrics.get("as_of")) is not None:
        return min(now, max(int(as_of[1]), imported))
    if live.heard_at is None and imported:
        return min(now, imported)
    if world.offline_since(source, now) is None:
        return now
    return min(now, max(live.heard_at or 0, imported))


def _missed(world: World, source: Source, watermark: int, at: int, patience: int) -> bool:
    opened = world.opened_at(source, at)
    return opened is not None and at - max(watermark, opened) > patience


def _hours(start: int, end: int) -> Iterable[int]:
    """Now, and every hour since, the oldest first: outside its hours a source owes only what it owed at closing."""
    yield from range(start, end, _HOUR_MS)
    if start <= end:
        yield end
