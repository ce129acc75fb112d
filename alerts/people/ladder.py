"""A ladder: whom a route tells, step after step, and when the next step is due; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from ioc.config.alerting import EscalationOptions, RouteOptions
from ioc.core.errors import IocError
from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import shift, working_time_between

MINUTE_MS = 60_000
LATE_MS = 60_000  # a step told later than this gives the next one its whole time from then on


class LadderStep(NamedTuple):
    """Whom a step tells over all `channels`, or over the first of `fallback` that delivers."""

    after_min: float
    receivers: tuple[str, ...]
    channels: tuple[str, ...]
    fallback: tuple[str, ...]
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """Every route is one: without an escalation it has one step, told at once."""

    route: str
    escalation: str | None
    steps: tuple[LadderStep, ...]
    repeat_min: float | None = None
    working: bool = False
    quiet: str | None = None

    @classmethod
    def of(cls, route: RouteOptions, escalations: Mapping[str, EscalationOptions]) -> Self | None:
        """None for a route whose escalation is gone."""
        if route.escalation is None:
            step = LadderStep(0.0, route.receivers, route.channels, route.fallback)
            return cls(route.name or "", None, (step,), route.repeat_min, quiet=route.quiet)
        told = escalations.get(route.escalation)
        if told is None:
            return None
        steps = tuple(LadderStep(s.after_min, s.receivers, s.channels, s.fallback, s.keep) for s in told.steps)
        return cls(route.name or "", told.name, steps, told.repeat_min, told.clock == "working", route.quiet)

    def upcoming(self, told: int) -> LadderStep:
        """The step that is told next when `told` have been; the last again and again."""
        return self.steps[min(told, len(self.steps) - 1)]


@dataclass(frozen=True, slots=True)
class Climb:
    """How far a ladder has come for one incident: a row of table `ladder`.

    `next_at` None: nothing more to tell. `rested_at`: since when it rests, None while it runs. `level`: how many
    acknowledgements had run out when it was last looked at.
    """

    id: int
    incident_id: int
    route: str
    escalation: str | None
    started_at: int
    step: int
    next_at: int | None
    rested_at: int | None = None
    level: int = 0


def begun(ladder: Ladder, calendar: Calendar, now: int) -> int:
    """When the first step of a ladder that begins now is due."""
    return later(ladder, calendar, now, ladder.steps[0].after_min)


def told(climb: Climb, ladder: Ladder, calendar: Calendar, now: int, *, reached: bool) -> Climb:
    """After the step that was due: a step that reached nobody is followed by the next at once."""
    due = now if climb.next_at is None else max(climb.next_at, now - LATE_MS)
    is_last = climb.step >= len(ladder.steps) - 1
    done = min(climb.step + 1, len(ladder.steps))
    if is_last:
        after = None if ladder.repeat_min is None else later(ladder, calendar, due, ladder.repeat_min)
        return replace(climb, step=done, next_at=after)
    gap = ladder.steps[done].after_min - ladder.steps[climb.step].after_min
    return replace(climb, step=done, next_at=later(ladder, calendar, due, gap) if reached else now)


def followed(
    climb: Climb, ladder: Ladder, calendar: Calendar, now: int, *, loud: bool, taken: bool, level: int
) -> Climb:
    """As the alerts of its incident are now: it rests while none is loud, and goes on where it stood.

    A step that is kept is told also while somebody has the incident (`taken`). An acknowledgement that ran out, which
    shows in `level`, makes the next step due at once.
    """
    runs = loud or (taken and ladder.upcoming(climb.step).keep)
    if loud and level > climb.level:
        return replace(climb, next_at=now, rested_at=None, level=level)
    if climb.next_at is None:
        return climb
    if not runs:
        return climb if climb.rested_at is not None else replace(climb, rested_at=now)
    if climb.rested_at is None:
        return climb
    return replace(climb, next_at=_resumed(climb.next_at, climb.rested_at, ladder, calendar, now), rested_at=None)


def later(ladder: Ladder, calendar: Calendar, at: int, minutes: float) -> int:
    """So many minutes after `at`, of the day or of working time; of the day where the org never works."""
    ms = round(minutes * MINUTE_MS)
    if not ladder.working:
        return at + ms
    try:
        return shift(calendar, at, ms)
    except IocError:
        return at + ms


def _resumed(next_at: int, rested_at: int, ladder: Ladder, calendar: Calendar, now: int) -> int:
    """What was left when it began to rest, from now on."""
    if not ladder.working:
        return now + max(0, next_at - rested_at)
    try:
        return shift(calendar, now, max(0, working_time_between(calendar, rested_at, next_at)))
    except IocError:
        return now + max(0, next_at - rested_at)
