"""Moving all that a store holds into another one: readings that are kept, roll-ups where nothing else is left."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

from ioc.core.model import Sample, SeriesKey
from ioc.metrics import SamplesRefused
from ioc.metrics.rolled import Rolled
from ioc.metrics.schema import HOUR, MINUTE, Floors, floor

READINGS: Final = 1
# how much is asked for at a time, by what it holds
SLICES: Final = {HOUR: 24 * HOUR, MINUTE: HOUR, READINGS: MINUTE}
_TOGETHER = 5_000
Row = tuple[SeriesKey, int, Rolled]


class Port(Protocol):
    """A store as one who moves it sees it; instants in epoch ms, a level is READINGS, MINUTE or HOUR."""

    def floors(self) -> Floors: ...

    def settle(self) -> None:
        """Fold in whatever lies below the floors and is not in the roll-ups yet."""
        ...

    def span(self, level: int) -> tuple[int, int] | None:
        """First and last instant of a level; None where it is empty."""
        ...

    def samples(self, lo: int, hi: int) -> list[Sample]: ...

    def rolled(self, level: int, lo: int, hi: int) -> list[Row]: ...

    def write(self, samples: Sequence[Sample]) -> int: ...

    def put(self, level: int, rows: Sequence[Row]) -> None: ...

    def adopt(self, floors: Floors) -> None:
        """From now on finer levels end at these floors, if not at higher ones already."""
        ...


class CopyCursor(NamedTuple):
    """All before `at` of a level, and every level before it, is there."""

    level: int
    at: int


class Progress(NamedTuple):
    done: float  # 0..1
    place: CopyCursor
    points: int
    refused: Sequence[str]  # words about samples the new store will not have, the first few


def copy(origin: Port, target: Port, start: CopyCursor | None, tell: Callable[[Progress], None]) -> Progress:
    """Hours, then minutes, then readings, each in order of time; every step may be repeated.

    `tell` hears of each step once it is done, so that a copy that was cut off can begin at the last place.
    """
    origin.settle()
    floors = origin.floors()
    target.adopt(floors)
    levels = [level for level in (HOUR, MINUTE, READINGS) if start is None or level <= start.level]
    spans = {level: span for level in levels if (span := _span(origin, level, floors, start)) is not None}
    whole = sum((hi - lo) / SLICES[level] for level, (lo, hi) in spans.items()) or 1.0
    done, points, refused = 0.0, 0, list[str]()
    progress = Progress(0.0, CopyCursor(HOUR, 0), 0, ())
    for level, (lo, hi) in spans.items():
        for upto, stored, words in _level(origin, target, level, lo, hi):
            points += stored
            refused += words[: max(0, 10 - len(refused))]
            progress = Progress(
                min(1.0, (done + (upto - lo) / SLICES[level]) / whole), CopyCursor(level, upto), points, refused
            )
            tell(progress)
        done += (hi - lo) / SLICES[level]
    return progress


def _span(origin: Port, level: int, floors: Floors, start: CopyCursor | None) -> tuple[int, int] | None:
    """The part of a level to be moved: roll-ups below the readings, readings above."""
    found = origin.span(level)
    if found is None:
        return None
    lo, hi = found[0], found[1] + 1
    if level == READINGS:
        lo = max(lo, floors.raw)
    else:
        hi = min(hi, floors.raw)
    if start is not None and start.level == level:
        lo = max(lo, start.at)
    lo = floor(lo, SLICES[level])
    return (lo, hi) if lo < hi else None


def _level(origin: Port, target: Port, level: int, lo: int, hi: int) -> Iterator[tuple[int, int, list[str]]]:
    """After each piece: up to where, how many points, words of refusals."""
    waiting: list[Sample] = []
    for at in range(lo, hi, SLICES[level]):
        upto = min(at + SLICES[level], hi)
        if level != READINGS:
            rows = origin.rolled(level, at, upto)
            target.put(level, rows)
            yield upto, len(rows), []
            continue
        waiting += origin.samples(at, upto)
        if len(waiting) >= _TOGETHER or upto == hi:
            yield upto, *_write(target, waiting)
            waiting = []


def _write(target: Port, samples: list[Sample]) -> tuple[int, list[str]]:
    try:
        return target.write(samples) if samples else 0, []
    except SamplesRefused as error:
        return error.stored, [f"{one.sample.key} at {one.sample.t}: {one.words}" for one in error.refused]


@runtime_checkable
class Movable(Protocol):
    """A store that can be moved; it must have been opened to write."""

    def port(self) -> Port: ...
