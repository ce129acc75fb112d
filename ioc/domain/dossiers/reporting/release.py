"""Ratings are released in batches of at least so many, which are the same whatever is asked.

Every answer adds up whole batches. So whatever is added or taken off between answers, of periods, orgs, sides or
sources, is made of whole batches again, and none of it is of fewer ratings than a batch has.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

from ioc.core.share import Share

EPOCH = date(1970, 1, 1).toordinal()
Ancestors = Callable[[str], Sequence[str]]  # the orgs above one, the nearest first


@dataclass(frozen=True, slots=True)
class Ratings:
    """`satisfied` of `n` gave 4 or 5 of 5, `disliked` 1 or 2."""

    n: int = 0
    satisfied: int = 0
    disliked: int = 0

    def __add__(self, other: "Ratings") -> "Ratings":
        return Ratings(self.n + other.n, self.satisfied + other.satisfied, self.disliked + other.disliked)

    @property
    def pct(self) -> float | None:
        return Share(self.satisfied, self.n).pct


NONE = Ratings()


class DayRatings(NamedTuple):
    """Ratings of one day (counted from 1970), of an org's kiosks or of its dossiers that another one handles."""

    source: str
    org: str
    handling: str | None
    day: int
    ratings: Ratings

    def counts_for(self, *, handling: bool) -> str:
        """The org it counts for."""
        return self.handling if handling and self.handling is not None else self.org


class RatingBatch(NamedTuple):
    """Days `first` to `last` of one or more orgs; `handling` where all of it is one org's work."""

    source: str
    orgs: frozenset[str]
    handling: str | None
    first: int
    last: int
    ratings: Ratings

    def within(self, first: int, last: int, orgs: frozenset[str] | None, *, handling: bool = False) -> bool:
        """True where all of it lies in those days and orgs (None: all)."""
        if not (first <= self.first and self.last <= last):
            return False
        mine = self.counts_for(handling=handling)
        return orgs is None or (bool(mine) and mine <= orgs)

    def counts_for(self, *, handling: bool) -> frozenset[str]:
        """The orgs it counts for, by who received or by who handles; kiosks are whose they are."""
        if not handling or self.source == KIOSK:
            return self.orgs
        return frozenset() if self.handling is None else frozenset({self.handling})


KIOSK, DOSSIER = "kiosk", "dossier"


def batches(rated: Iterable[DayRatings], least: int, line: Ancestors) -> list[RatingBatch]:
    """Each source by itself, each calendar year by itself: what is too little to stand alone joins the org above."""
    parts: dict[tuple[str, int], list[DayRatings]] = defaultdict(list)
    for one in rated:
        if one.ratings.n:
            parts[one.source, _calendar(one.day)[0]].append(one)
    return [batch for key in sorted(parts) for batch in _of_year(parts[key], least, line)]


def total(found: Iterable[RatingBatch]) -> Ratings:
    return sum((batch.ratings for batch in found), NONE)


def _of_year(rated: list[DayRatings], least: int, line: Ancestors) -> Iterator[RatingBatch]:
    """First by who received and who handles, then by who received, then up the tree."""
    left: dict[str, list[DayRatings]] = defaultdict(list)
    apart: dict[tuple[str, str], list[DayRatings]] = defaultdict(list)
    for one in rated:
        apart[one.org, one.handling or ""].append(one)
    for (org, handling), mine in sorted(apart.items()):
        runs = _cut(mine, least)
        yield from (_batch(run, handling or None) for run in runs)
        if not runs:
            left[org] += mine
    yield from _joined(left, least, {org: line(org) for org in left})


def _joined(
    left: Mapping[str, list[DayRatings]], least: int, lines: Mapping[str, Sequence[str]]
) -> Iterator[RatingBatch]:
    """From the leaves to the root; what is too little even there is not released."""
    above: dict[str, str] = {}
    depth: dict[str, int] = {}
    for org, line in lines.items():
        chain = [org, *line]
        above.update(pairwise(chain))
        depth.update({code: len(chain) - at for at, code in enumerate(chain)})
    waiting = defaultdict(list, left)
    for org in sorted(depth, key=lambda code: (-depth[code], code)):
        mine = waiting.pop(org, [])
        runs = _cut(mine, least)
        yield from (_batch(run, None) for run in runs)
        if mine and not runs and org in above:
            waiting[above[org]] += mine


def _cut(rated: list[DayRatings], least: int) -> list[list[DayRatings]]:
    """Runs of days with at least so many ratings, within a month where it has enough; none where a year has not."""
    runs: list[list[DayRatings]] = []
    carried: list[DayRatings] = []
    for _, month in groupby(sorted(rated, key=_by_day), key=_month):
        carried += month
        if _n(carried) >= least:
            runs += _split(carried, least)
            carried = []
    if runs:
        runs[-1] += carried
    return runs


def _split(rated: list[DayRatings], least: int) -> list[list[DayRatings]]:
    """As short as they can be, of days in order that have enough; what is left over belongs to the last."""
    runs: list[list[DayRatings]] = []
    n = least
    for one in rated:
        if n >= least:
            runs.append([])
            n = 0
        runs[-1].append(one)
        n += one.ratings.n
    if n < least:
        rest = runs.pop()
        runs[-1] += rest
    return runs


def _batch(run: list[DayRatings], handling: str | None) -> RatingBatch:
    each = [one.ratings for one in run]
    ratings = Ratings(_n(run), sum(one.satisfied for one in each), sum(one.disliked for one in each))
    return RatingBatch(run[0].source, frozenset(one.org for one in run), handling, run[0].day, run[-1].day, ratings)


def _by_day(one: DayRatings) -> tuple[int, str, str]:
    return one.day, one.org, one.handling or ""


def _month(one: DayRatings) -> int:
    return _calendar(one.day)[1]


@lru_cache(maxsize=4_096)
def _calendar(day: int) -> tuple[int, int]:
    """Year and month of a day."""
    found = date.fromordinal(day + EPOCH)
    return found.year, found.month


def _n(rated: list[DayRatings]) -> int:
    return sum(one.ratings.n for one in rated)
