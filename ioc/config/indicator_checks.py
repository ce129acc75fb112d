"""Checks across the indicators of a book: names that must exist, formulas that come back to themselves."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from ioc.config.indicators import IndicatorOptions

Place = Callable[[int, IndicatorOptions], str]


def faults(indicators: Sequence[IndicatorOptions], place: Place) -> Iterator[str]:
    """A circle is named once, with its whole path; a figure that differs in cadence cannot go into a formula."""
    known = {each.id: each for each in indicators}
    for n, each in enumerate(indicators):
        for name in (*each.needs, *each.parts):
            if name not in known:
                yield f"{place(n, each)}: {name!r} is not an indicator; allowed: {', '.join(sorted(known))}"
            elif known[name].cadence is not each.cadence or known[name].first_day != each.first_day:
                yield f"{place(n, each)}: {name!r} has other periods (cadence or first_day) than {each.id!r}"
    circles = set[frozenset[str]]()
    for n, each in enumerate(indicators):
        path = _circle(each.id, known)
        if path is not None and frozenset(path) not in circles:
            circles.add(frozenset(path))
            yield f"{place(n, each)}.of: the formula is in a circle: {' -> '.join(path)}"


def _circle(start: str, known: Mapping[str, IndicatorOptions]) -> tuple[str, ...] | None:
    """The way from an indicator back to itself."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = set[str]()
    while waiting:
        path = waiting.pop()
        for name in known[path[-1]].needs if path[-1] in known else ():
            if name == start:
                return (*path, start)
            if name not in seen:
                seen.add(name)
                waiting.append((*path, name))
    return None
