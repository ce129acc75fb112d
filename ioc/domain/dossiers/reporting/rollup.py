"""Dossier counts as readings of a feed of ours, so that trends and threshold rules work on them as on any figure."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

from sqlalchemy.engine import Connection

from ioc.core.clock import Clock
from ioc.core.hours import ALWAYS
from ioc.core.model import Number, SourceKey, SourceStatus
from ioc.core.share import Share, Void
from ioc.domain.dossiers.counting.buckets import Bucket, Question
from ioc.domain.dossiers.counting.summary import Counts, by_org
from ioc.domain.dossiers.counting.watermarks import deliveries, known, telling, year_start
from ioc.domain.dossiers.reporting.freshness import void
from ioc.domain.inventory import Inventory, OrgTree
from ioc.domain.inventory.records import adopt
from ioc.domain.inventory.sources import ROLL_UP
from ioc.live.world import World
from ioc.platform.db import Database

NAME: Final = "Tổng hợp hồ sơ"
INTERVAL_S: Final = 60
_PCT: Final = "pct_"
_OPEN: Final = (Bucket.OPEN_IN_TERM, Bucket.OPEN_OVERDUE, Bucket.DUE_UNCONFIRMED)
_WHOLES: Final[Mapping[str, tuple[Bucket, ...]]] = {
    **dict.fromkeys((Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.RESOLVED_LATE), (Bucket.MUST_RESOLVE,)),
    **dict.fromkeys((*_OPEN, Bucket.PAUSED, Bucket.NEAR_DUE), _OPEN),
    Bucket.RECEIVED_ONLINE: (Bucket.RECEIVED,),
}
METRICS: Final = (*Bucket, *(f"{_PCT}{name}" for name in Counts().pct()))


class Publish(Protocol):
    """Hands one message to the broker."""

    def __call__(self, topic: str, payload: bytes, *, qos: int) -> None: ...


class RollUp:
    """Counts once, adds up along the tree, and publishes through the one door; `orgs` None is all of them."""

    def __init__(
        self, db: Database, world: Callable[[], World], publish: Publish, clock: Clock, orgs: Iterable[str] = ()
    ) -> None:
        self._db = db
        self._world = world
        self._publish = publish
        self._clock = clock
        self._orgs = frozenset(orgs)

    def run(self) -> int:
        """This year so far, of every org that has dossiers and of all above it; how many it spoke for."""
        world, now = self._world(), self._clock.now_ms()
        with self._db.read() as conn:
            counts = _counted(conn, world, now)
        unsaid = _half_told(world, now)
        rolled = rolled_up(counts, world.inventory.orgs).items()
        found = {org: n for org, n in rolled if org not in unsaid and self._speaks(world, org)}
        simulated = any(s.simulated for s in world.inventory.sources.values() if s.key.kind == "dossier" and s.counts)
        self._register(world.inventory, found, now, simulated)
        for org, n in found.items():
            off = void(world.inventory.calendar(org), year_start(world, now), now)
            body = {"ts": now, "values": metrics(n, off), **({"simulated": True} if simulated else {})}
            self._publish(f"ioc/v1/{key_of(org)}/state", json.dumps(body).encode(), qos=1)
        return len(found)

    def _speaks(self, world: World, org: str) -> bool:
        known = world.inventory.sources.get(key_of(org))
        retired = known is not None and known.status is SourceStatus.RETIRED
        return not retired and (not self._orgs or org in self._orgs)

    def _register(self, inventory: Inventory, orgs: Iterable[str], now: int, simulated: bool) -> None:
        """Nobody has to confirm what we say ourselves; what an administrator made of it stays."""
        new = [key for key in map(key_of, orgs) if key not in inventory.sources]
        if not new:
            return
        with self._db.write() as conn:
            adopt(self._db, conn, new, now, simulated=simulated, name=NAME, hours=ALWAYS, interval_s=INTERVAL_S)


def key_of(org: str) -> SourceKey:
    return SourceKey(org, *ROLL_UP)


def rolled_up(counts: Mapping[str, Counts], orgs: OrgTree) -> dict[str, Counts]:
    """Each living org with all below it; what a closed org still holds counts for those that stand for it."""
    found: dict[str, Counts] = {}
    for org, n in counts.items():
        for unit in orgs.path(org):
            if orgs.lives(unit.code):
                found[unit.code] = found.get(unit.code, Counts()) + n
    return found


def metrics(counts: Counts, void: Void | None = None) -> dict[str, float]:
    """Every count by its name, and the percentages that say something."""
    shares = {f"{_PCT}{name}": share.pct for name, share in counts.pct(void).items()}
    return {bucket.value: counts[bucket] for bucket in Bucket} | {
        name: pct for name, pct in shares.items() if pct is not None
    }


def is_percentage(metric: str) -> bool:
    return metric.startswith(_PCT)


def share(metric: str, values: Mapping[str, Number]) -> Share | None:
    """What one of our figures is a part of, by the counts that were published beside it; None of nothing."""
    counts = _read(values)
    if is_percentage(metric):
        found = counts.pct().get(metric.removeprefix(_PCT))
    else:
        whole = sum(counts[bucket] for bucket in _WHOLES.get(metric, ()))
        found = Share(int(values.get(metric, 0)), whole)
    return found if found is not None and found.denominator else None


def rest(metric: str, whole: Mapping[str, Number], part: Mapping[str, Number]) -> float | None:
    """The figure of an org without one below it."""
    left, taken = _read(whole), _read(part)
    return metrics(Counts({bucket: max(0, left[bucket] - taken[bucket]) for bucket in Bucket})).get(metric)


def _read(values: Mapping[str, Number]) -> Counts:
    return Counts({bucket: int(values[bucket]) for bucket in Bucket if bucket in values})


def _half_told(world: World, now: int) -> set[str]:
    """The orgs whose counts stand on a system that still tells its past: half of it is no reading."""
    tellers, orgs = telling(world, now), world.inventory.orgs
    told = {source.key.org for source in world.inventory.sources.values() if source.id in tellers}
    above = {unit.code for org in told for unit in orgs.path(org)}
    return above.union(*(orgs.scope(org).codes for org in told))


def _counted(conn: Connection, world: World, now: int) -> dict[str, Counts]:
    until = known(world, deliveries(conn), now)
    if not until:
        return {}
    return by_org(conn, Question(until, year_start(world, now), now, now))
