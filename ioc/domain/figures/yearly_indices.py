"""Yearly indices as feeds publish them: value and rank of the latest year, and the change against the year before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ioc.core.periods import Length
from ioc.domain.figures.publications import Publication

# index: the feed figure of its value; with _rank and _rank_total for its rank among how many
INDICES = ("par_index", "sipas", "papi", "ict_index")


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """One index in one year; a figure that cannot be is left out, with what is allowed."""

    year: int
    value: float | None
    rank: int | None
    rank_total: int | None
    source: str
    as_of: int
    impossible: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IndexTrend:
    """The latest year and the one before it, where that is known."""

    name: str
    latest: PublishedYear
    before: PublishedYear | None

    @property
    def change(self) -> float | None:
        """In the index's own points."""
        if self.before is None or self.before.value is None or self.latest.value is None:
            return None
        return round(self.latest.value - self.before.value, 4)

    @property
    def rank_change(self) -> int | None:
        """Places gained; among another number of provinces a place is another thing, so there is none."""
        if self.before is None or not self.comparable:
            return None
        if self.before.rank is None or self.latest.rank is None:
            return None
        return self.before.rank - self.latest.rank

    @property
    def comparable(self) -> bool:
        """True where both ranks are among as many."""
        total = self.latest.rank_total
        return self.before is not None and total is not None and total == self.before.rank_total


def figures_of(name: str) -> tuple[str, str, str]:
    return name, f"{name}_rank", f"{name}_rank_total"


def names() -> list[str]:
    return [figure for name in INDICES for figure in figures_of(name)]


def standings(published: Iterable[Publication]) -> list[IndexTrend]:
    """In the order of INDICES; one that nobody published is not there. `published` in any order."""
    by_time = sorted(published, key=lambda one: one.reported_at)
    years: dict[str, dict[int, PublishedYear]] = {}
    for one in by_time:
        if one.period.length is Length.YEAR:
            for name in INDICES:
                if (found := _year(name, one)) is not None:
                    years.setdefault(name, {})[found.year] = found
    return [_standing(name, years[name]) for name in INDICES if name in years]


def _standing(name: str, years: Mapping[int, PublishedYear]) -> IndexTrend:
    latest = max(years)
    return IndexTrend(name, years[latest], years.get(latest - 1))


def _year(name: str, one: Publication) -> PublishedYear | None:
    value, rank, total = (one.values.get(figure) for figure in figures_of(name))
    impossible = {figure: one.impossible[figure] for figure in figures_of(name) if figure in one.impossible}
    if value is None and rank is None and not impossible:
        return None
    year, source = one.days.first.year, str(one.source.key)
    return PublishedYear(year, value, _place(rank), _place(total), source, one.as_of, impossible)


def _place(number: float | None) -> int | None:
    return None if number is None else round(number)
