"""Who was in a meeting by what endpoints measured, for those that say nothing when they join and leave."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ioc.domain.meetings.attended import Attended

STEP_MS = 60_000
BESIDE_MS = 30 * 60_000  # looked at before the start and after the end
GAP_MS = 3 * 60_000  # a silence so short is one reading missed, no call ended

Point = tuple[int, float | None]


def stays(site: str, points: Sequence[Point]) -> list[Attended]:
    """To the minute, out of whether it was in a call; one that ends in silence has no end that is known."""
    return [Attended(site, joined_at, left_at, None) for joined_at, left_at in _calls(points)]


def _calls(points: Sequence[Point]) -> Iterator[tuple[int, int | None]]:
    known = [(at, bool(value)) for at, value in points if value is not None]
    runs = [(in_call, [at for at, _ in run]) for in_call, run in groupby(_with_silences(known), key=lambda one: one[1])]
    for place, (in_call, minutes) in enumerate(runs):
        if in_call:
            following = runs[place + 1] if place + 1 < len(runs) else None
            yield minutes[0], following[1][0] if following is not None and following[0] is False else None


def _with_silences(known: Sequence[tuple[int, bool]]) -> Iterator[tuple[int, bool | None]]:
    """A silence that is too long to be a missed reading stands between as None."""
    before: int | None = None
    for at, in_call in known:
        if before is not None and at - before > GAP_MS + STEP_MS:
            yield before + STEP_MS, None
        yield at, in_call
        before = at
