"""Mishaps, and the hours a device is off: fibre cuts, power cuts, slow systems, closing time."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from connectors.simulator.chance import Dice
from connectors.simulator.days import CLOSING, OPENING, SECOND, Shift, at, works
from connectors.simulator.roster import SimSource

CUTS_A_DAY = 0.6
BAD_LINES_A_DAY = 0.5
POWER_CUT = 0.05
SLOW_SYSTEM = 0.03
DEAD_SYSTEM = 0.012


@lru_cache(maxsize=64)
def fibre_cuts(seed: int, day: date, areas: tuple[str, ...]) -> dict[str, Shift]:
    """At most one line is cut a day, for some minutes."""
    dice = Dice(seed, "cut", day)
    if not dice.happens(CUTS_A_DAY):
        return {}
    start = dice.between(20, 1_380)
    return {dice.pick(areas): Shift(at(day, start), at(day, start + dice.between(4, 25)))}


@lru_cache(maxsize=64)
def bad_lines(seed: int, day: date, areas: tuple[str, ...]) -> dict[str, Shift]:
    """A line that loses packets for a while."""
    dice = Dice(seed, "loss", day)
    if not dice.happens(BAD_LINES_A_DAY):
        return {}
    start = dice.between(10, 1_390)
    return {dice.pick(areas): Shift(at(day, start), at(day, start + dice.between(3, 30)))}


def slow_spell(seed: int, day: date, path: str) -> Shift | None:
    """When a service system answers slowly."""
    return _sometimes(Dice(seed, "slow", path, day), day, SLOW_SYSTEM, (480, 1_020), (8, 35))


def dead_spell(seed: int, day: date, path: str) -> Shift | None:
    """When a service system does not answer at all."""
    return _sometimes(Dice(seed, "dead", path, day), day, DEAD_SYSTEM, (10, 1_400), (2, 8))


@lru_cache(maxsize=2_048)
def absences(seed: int, day: date, site: SimSource, areas: tuple[str, ...]) -> tuple[Shift, ...]:
    """When a device is not connected that day: not yet on, switched off, without power, behind a cut line."""
    spans = [*_closed(seed, day, site), *_behind_the_cut(seed, day, site, areas)]
    if site.key.kind == "vc" and site.line is not None:
        power = _sometimes(Dice(seed, "power", site.path, day), day, POWER_CUT, (460, 980), (5, 60))
        spans += [power] if power else []
    return _joined(spans)


def _closed(seed: int, day: date, site: SimSource) -> list[Shift]:
    if not site.office:
        return []
    if not works(day):
        return [Shift(at(day, 0), at(day, 1_440))]
    dice = Dice(seed, "hours", site.path, day)
    on, off = OPENING - dice.between(3, 20), CLOSING + dice.between(6, 25)
    return [Shift(at(day, 0), at(day, on)), Shift(at(day, off), at(day, 1_440))]


def _behind_the_cut(seed: int, day: date, site: SimSource, areas: tuple[str, ...]) -> list[Shift]:
    """The line itself is probed from its provincial end, so it stays connected and says that it is down."""
    cut = fibre_cuts(seed, day, areas).get(site.line or "")
    return [] if cut is None or site.key.kind == "link" else [dark(seed, site, cut)]


def dark(seed: int, site: SimSource, cut: Shift) -> Shift:
    """The broker notices a device that is gone after a while, and each is back soon after its line."""
    dice = Dice(seed, "will", site.path, cut.start)
    return Shift(cut.start + _seconds(dice, 8, 22), cut.end + _seconds(dice, 1, 9))


def _seconds(dice: Dice, low: float, high: float) -> int:
    return round(dice.between(low, high) * SECOND)


def _sometimes(
    dice: Dice, day: date, probability: float, start: tuple[float, float], minutes: tuple[float, float]
) -> Shift | None:
    if not dice.happens(probability):
        return None
    begins = dice.between(*start)
    return Shift(at(day, begins), at(day, begins + dice.between(*minutes)))


def _joined(spans: Iterable[Shift]) -> tuple[Shift, ...]:
    """Overlapping spans made one, in order."""
    joined: list[Shift] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Shift(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
