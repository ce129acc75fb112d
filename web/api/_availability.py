"""Availability: the part of the last day a source kept its word, as far as we were there to hear it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct, field

from ioc.config.settings import Settings
from ioc.core.clock import local
from ioc.core.errors import IocError
from ioc.core.share import percent
from ioc.domain.inventory import Source
from ioc.live.world import MISSED_INTERVALS, World
from ioc.messages.kinds import Kinds
from ioc.metrics import Aggregate, Fill, Point, RangeQuery
from ioc.platform import observed
from ioc.platform.observed import Watched
from web.availability import Judged, judged, listened, listeners
from web.boundary.answers import Instant
from web.boundary.call import Call
from web.boundary.ports import Reads, SeriesPort
from web.errors import Failure, failure

_DAY_MS = 86_400_000
_MINUTE_MS = 60_000
_BEFORE_MS = 31 * _DAY_MS  # how far back a first reading is looked for


class Why(StrEnum):
    """Why there is no figure."""

    NO_INTERVAL = "no_interval"
    NEVER_HEARD = "never_heard"
    NOT_OPEN = "not_open"
    NOT_WATCHED = "not_watched"


class Slots(NamedTuple):
    """The slots in which it was heard, and True where anything was heard before them."""

    by: Judged
    step: int
    points: list[Point]
    known: bool


class SlotCount(NamedTuple):
    """`of` slots count, `heard` of them have a reading; `due` lie within the hours of the source."""

    kept: float
    heard: int
    of: int
    due: int


class Availability(Struct, frozen=True, kw_only=True):
    """`pct` of the slots in which it was heard; `observed_pct` of those `due` within its hours are known.

    A slot is as long as silence may last. Where a source tells `up`, a slot counts as far as it was. Slots before its
    first reading, and those in which we did not listen from end to end, are unknown: they are in no denominator.
    `reason` says why `pct` is null.
    """

    from_: Instant = field(name="from")
    pct: float | None = None
    heard: int | None = None
    of: int | None = None
    observed_pct: float | None = None
    due: int | None = None
    reason: Failure | None = None


@dataclass(frozen=True, slots=True)
class Observer:
    """Works the availability of sources out from what was heard of them."""

    call: Call
    world: World
    records: Reads
    store: SeriesPort
    settings: Settings
    kinds: Kinds

    def availability(self, source: Source) -> Availability:
        start = self.call.at(self.call.now - _DAY_MS, source.key.org)
        try:
            slots = self._slots(source)
        except IocError as error:
            return Availability(from_=start, reason=failure(error, self.call.say))
        if isinstance(slots, Why):
            return Availability(from_=start, reason=self._said(slots))
        found = self._kept(source, slots)
        why = None if found.of else Why.NOT_WATCHED if found.due else Why.NOT_OPEN
        return Availability(
            from_=start,
            pct=percent(found.kept, found.of),
            heard=found.heard,
            of=found.of,
            observed_pct=percent(found.of, found.due),
            due=found.due,
            reason=None if why is None else self._said(why),
        )

    def _slots(self, source: Source) -> Slots | Why:
        """Whole slots only: the one that runs now is not over. IocError where the metric store cannot tell."""
        now, by = self.call.now, judged(self.world, source.key)
        step = -(-MISSED_INTERVALS * source.interval_s * 1000 // _MINUTE_MS) * _MINUTE_MS
        if not 0 < step <= _DAY_MS:
            return Why.NO_INTERVAL
        if by is None:
            return Why.NEVER_HEARD
        offset = local(now, self.call.zone(source.key.org)).utcoffset()
        offset_ms = round(offset.total_seconds() * 1000) if offset else 0
        end = now - (now + offset_ms) % step
        start, agg = end - _DAY_MS, Aggregate.MEAN if by.tells_up else Aggregate.COUNT
        asked = [
            RangeQuery(by.series, start, end, step, agg, Fill.NULL, offset_ms),
            RangeQuery(by.series, start - _BEFORE_MS, start, _DAY_MS, Aggregate.COUNT, Fill.NULL, offset_ms),
        ]
        points, before = self.store.read_series(asked)
        known = any(value for _, value in before)
        if not known and all(value is None for _, value in points):
            return Why.NEVER_HEARD
        return Slots(by, step, points, known)

    def _kept(self, source: Source, slots: Slots) -> SlotCount:
        first = next((t for t, value in slots.points if value is not None), self.call.now)
        born = slots.points[0][0] if slots.known else first
        due = [(t, value) for t, value in slots.points if self._open(source, t, t + slots.step - 1)]
        listened = self._listened(source, slots)
        counted = [value for t, value in due if t >= born and observed.covered(t, t + slots.step, listened)]
        heard = [value for value in counted if value is not None]
        return SlotCount(sum(heard) if slots.by.tells_up else len(heard), len(heard), len(counted), len(due))

    def _open(self, source: Source, first: int, last: int) -> bool:
        return all(self.world.opened_at(source, t) is not None for t in (first, last))

    def _listened(self, source: Source, slots: Slots) -> list[Sequence[Watched]]:
        lo, hi = slots.points[0][0], slots.points[-1][0] + slots.step
        found = self.records.read(lambda conn: listened(conn, lo, hi))
        return [found[role] for role in listeners(self.settings, source.key)]

    def _said(self, why: Why) -> Failure:
        return Failure(why, self.call.say(f"ui.availability.{why}"), {})
