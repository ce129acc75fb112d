"""How a source did step by step, out of what was heard of it and found, and of when we were there to hear."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from ioc.core.spans import Span, common, length, merged, within

_SLIGHT = 0.9  # a step that was up for less of what we watched of it is down


class StepState(StrEnum):
    """One step of a strip; each is one letter, so that a row is a word."""

    UP = "u"
    POOR = "w"  # there, and something was wrong with it
    PART = "p"  # away for a small part
    DOWN = "d"
    BLIND = "b"  # we did not listen, or had not begun
    CLOSED = "c"  # nobody expected it


class StepCause(StrEnum):
    """What says that a step was not up."""

    GOODBYE = "g"  # its last will, or its own word that it left
    SILENCE = "s"  # nothing was heard
    SAID = "f"  # it said `up = false`
    ALERT = "a"  # an alert on one of its figures
    NOTHING = "-"


class Away(NamedTuple):
    """A time in which it was gone, as an alert has it."""

    lo: int
    hi: int
    ground: StepCause


class HeardSource(NamedTuple):
    """All that is known of one source over the steps; `opened` and `watched` are merged spans.

    `told` is a value a step: the mean of `up` where it tells that, else how many readings there were; None for none.
    """

    opened: Sequence[Span]
    watched: Sequence[Span]
    away: Sequence[Away]
    poor: Sequence[Span]
    told: Sequence[float | None]
    tells_up: bool
    patience_ms: int  # a silence that is shorter is none


class UptimeStep(NamedTuple):
    """Milliseconds up of those watched of those open."""

    state: StepState
    ground: StepCause
    up: float
    watched: int
    opened: int


def steps(edges: Sequence[int], heard: HeardSource) -> list[UptimeStep]:
    """One for each pair of neighbours among the edges."""
    view = _View.of(heard)
    pairs = pairwise(edges)
    return [_step(view, heard, lo, hi, told) for (lo, hi), told in zip(pairs, heard.told, strict=True)]


class _View(NamedTuple):
    """The spans of a source, ready to be cut into steps."""

    expected: Sequence[Span]
    away: Sequence[Span]
    poor: Sequence[Span]

    @classmethod
    def of(cls, heard: HeardSource) -> "_View":
        away = merged((one.lo, one.hi) for one in heard.away)
        return cls(common(heard.opened, heard.watched), away, merged(heard.poor))


def _step(view: _View, heard: HeardSource, lo: int, hi: int, told: float | None) -> UptimeStep:
    opened, mine = length(within(heard.opened, lo, hi)), within(view.expected, lo, hi)
    watched = length(mine)
    if 2 * watched < opened or not opened:
        return UptimeStep(StepState.BLIND if opened else StepState.CLOSED, StepCause.NOTHING, 0, 0, opened)
    gone = length(common(mine, within(view.away, lo, hi)))
    silent = told is None and gone < watched and watched >= heard.patience_ms
    said = 1 - told if heard.tells_up and told is not None else 0.0
    up = 0.0 if silent else (watched - gone) * (1 - said)
    if up == watched:
        poor = bool(within(view.poor, lo, hi))
        return UptimeStep(
            *((StepState.POOR, StepCause.ALERT) if poor else (StepState.UP, StepCause.NOTHING)),
            up,
            watched,
            opened,
        )
    state = StepState.PART if up >= _SLIGHT * watched else StepState.DOWN
    return UptimeStep(state, _ground(heard, lo, hi, silent, gone > 0), up, watched, opened)


def _ground(heard: HeardSource, lo: int, hi: int, silent: bool, gone: bool) -> StepCause:
    """Its own word before what was made of its silence."""
    if gone:
        told = {one.ground for one in heard.away if one.lo < hi and one.hi > lo}
        return StepCause.GOODBYE if StepCause.GOODBYE in told else StepCause.SILENCE
    return StepCause.SILENCE if silent else StepCause.SAID
