"""What goes wrong, and when a device is off: fibre cuts, power cuts, slow systems, closing time."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from connectors.simulator.chance import Dice
from connectors.simulator.days import CLOSING, OPENING, SECOND, Span, at, works
from connectors.simulator.roster import Site

CUTS_A_DAY = 0.6
BAD_LINES_A_DAY = 0.5
POWER_CUT = 0.05
SLOW_SYSTEM = 0.03
DEAD_SYSTEM = 0.012


@lru_cache(maxsize=64)
def fibre_cuts(seed: int, day: date, districts: tuple[str, ...]) -> dict[str, Span]:
    """At most one line is cut a day, for some minutes."""
    dice = Dice(seed, "cut", day)
    if not dice.happens(CUTS_A_DAY):
        return {}
    start = dice.between(20, 1_380)
    return {dice.pick(districts): Span(at(day, start), at(day, start + dice.between(4, 25)))}


@lru_cache(maxsize=64)
def bad_lines(seed: int, day: date, districts: tuple[str, ...]) -> dict[str, Span]:
    """A line that loses packets for a while."""
    dice = Dice(seed, "loss", day)
    if not dice.happens(BAD_LINES_A_DAY):
        return {}
    start = dice.between(10, 1_390)
    return {dice.pick(districts): Span(at(day, start), at(day, start + dice.between(3, 30)))}


def slow_spell(seed: int, day: date, path: str) -> Span | None:
    """When a service system answers slowly."""
    return _sometimes(Dice(seed, "slow", path, day), day, SLOW_SYSTEM, (480, 1_020), (8, 35))


def dead_spell(seed: int, day: date, path: str) -> Span | None:
    """When a service system does not answer at all."""
    return _sometimes(Dice(seed, "dead", path, day), day, DEAD_SYSTEM, (10, 1_400), (2, 8))


@lru_cache(maxsize=2_048)
def absences(seed: int, day: date, site: Site, districts: tuple[str, ...]) -> tuple[Span, ...]:
    """When a device is not connected that day: not yet on, switched off, without power, behind a cut line."""
    spans = [*_closed(seed, day, site), *_behind_the_cut(seed, day, site, districts)]
    if site.key.kind == "vc" and site.line is not None:
        power = _sometimes(Dice(seed, "power", site.path, day), day, POWER_CUT, (460, 980), (5, 60))
        spans += [power] if power else []
    return _joined(spans)


def _closed(seed: int, day: date, site: Site) -> list[Span]:
    if not site.office:
        return []
    if not works(day):
        return [Span(at(day, 0), at(day, 1_440))]
    dice = Dice(seed, "hours", site.path, day)
    on, off = OPENING - dice.between(3, 20), CLOSING + dice.between(6, 25)
    return [Span(at(day, 0), at(day, on)), Span(at(day, off), at(day, 1_440))]


def _behind_the_cut(seed: int, day: date, site: Site, districts: tuple[str, ...]) -> list[Span]:
    """The line itself is probed from its provincial end, so it stays connected and says that it is down."""
    cut = fibre_cuts(seed, day, districts).get(site.line or "")
    if cut is None or site.key.kind == "link":
        return []
    dice = Dice(seed, "will", site.path, day)
    return [Span(cut.start + _seconds(dice, 8, 22), cut.end + _seconds(dice, 3, 40))]


def _seconds(dice: Dice, low: float, high: float) -> int:
    return round(dice.between(low, high) * SECOND)


def _sometimes(
    dice: Dice, day: date, probability: float, start: tuple[float, float], minutes: tuple[float, float]
) -> Span | None:
    if not dice.happens(probability):
        return None
    begins = dice.between(*start)
    return Span(at(day, begins), at(day, begins + dice.between(*minutes)))


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Overlapping spans made one, in order."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
