"""The past as rules are tried on it: readings of each source in steps of one length, and when it was open."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from alerts.model import Condition, Subject, View
from ioc.config.alerting import Rule
from ioc.core.model import SourceKey
from ioc.domain.calendar import Calendar
from ioc.domain.inventory import Inventory, Source
from ioc.live.world import MISSED_INTERVALS
from ioc.metrics import Aggregate

Values = Sequence[float | None]  # one a step


class WantedSeries(NamedTuple):
    """What a rule asks of a source's past, and how the readings of a step become one."""

    metric: str
    agg: Aggregate


class ConditionTrack(NamedTuple):
    """The condition of a subject at every step; None where all was well."""

    subject: Subject
    conditions: Iterable[Condition | None]


@dataclass(frozen=True, slots=True)
class Replayer:
    """How a kind of rule is tried on the past.

    `sources` are those it asks about, `wants` what it asks of each, `judge` what it would have found. `refusal` is the
    text key of why a rule of this kind cannot be tried, None where it can.
    """

    sources: Callable[[View, Rule], Iterable[Source]]
    wants: Callable[[View, Rule, Source], Iterable[WantedSeries]]
    judge: Callable[["ReplayedPast", Rule, Sequence[Source]], Iterator[ConditionTrack]]
    refusal: Callable[[View, Rule], str | None] = lambda _view, _rule: None


@dataclass(slots=True)
class ReplayedPast:
    """`times` begin the steps (epoch ms), `listening` says of each whether we could hear."""

    inventory: Inventory
    times: range
    listening: Sequence[bool]
    readings: Mapping[SourceKey, Mapping[str, Values]]
    _open: dict[tuple[str, Calendar], list[int | None]] = field(default_factory=dict)

    def values(self, source: Source, metric: str) -> Values:
        return self.readings.get(source.key, {}).get(metric) or [None] * len(self.times)

    def held(self, source: Source, metric: str) -> Iterator[float | None]:
        """Its figure at every step: a reading stands as long as its source's contract lets it."""
        patience = MISSED_INTERVALS * source.interval_s * 1000
        last, at = None, 0
        for t, value in zip(self.times, self.values(source, metric), strict=True):
            if value is not None:
                last, at = value, t
            yield last if not source.interval_s or t - at <= patience else None

    def opened(self, source: Source) -> Sequence[int | None]:
        """When the opening hours that ran at each step began, None when closed; the same hours are worked out once."""
        calendar = self.inventory.calendar(source.key.org)
        key = (source.hours.text, calendar)
        if key not in self._open:
            self._open[key] = [source.hours.opened_at(t, calendar) for t in self.times]
        return self._open[key]

    def judged(
        self, source: Source, figures: Iterable[float | None], of: Callable[[float], Condition | None]
    ) -> Iterator[Condition | None]:
        """CLOSED outside its hours, UNKNOWN without a figure that holds, else what the figure means."""
        for opened, value in zip(self.opened(source), figures, strict=True):
            if opened is None:
                yield Condition.CLOSED
            else:
                yield Condition.UNKNOWN if value is None else of(value)


class FiringSpan(NamedTuple):
    """An alert that would have fired: since when it was bad, and until when (None: it still is); epoch ms."""

    subject: Subject
    since: int
    until: int | None


def firings(times: Iterable[int], track: ConditionTrack, hold_ms: int) -> Iterator[FiringSpan]:
    """As the state machine decides: only what outlasts its hold fires, and only what is well again ends it."""
    since: int | None = None
    fired = False
    for t, condition in zip(times, track.conditions, strict=True):
        if condition is Condition.BAD:
            since = t if since is None else since
            fired = fired or t - since >= hold_ms
        elif fired and condition is None and since is not None:
            yield FiringSpan(track.subject, since, t)
            since, fired = None, False
        elif not fired and condition is not Condition.UNKNOWN:
            since = None
    if fired and since is not None:
        yield FiringSpan(track.subject, since, None)
