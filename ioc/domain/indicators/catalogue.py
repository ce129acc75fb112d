"""The indicators in force, each with the version of its definition, and the aims that count for an org and a period."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ioc.config.indicators import Aim, Aims, IndicatorOptions
from ioc.core.formula import Named, leaves
from ioc.core.periods import Period, parse
from ioc.domain.inventory import OrgTree

SORT: Final = "indicator"  # of document: every version of a definition is kept there


class Definitions:
    """By id, in the order of the book."""

    def __init__(self, indicators: Iterable[IndicatorOptions], versions: Mapping[str, int] | None = None) -> None:
        self._by_id = {each.id: each for each in indicators}
        self._versions = versions or {}
        self.terms = {each.id: term for each in self if (term := each.formula) is not None}
        self.of_others = {
            id_ for id_, term in self.terms.items() if all(isinstance(each, Named) for each in leaves(term))
        }
        self.feeds = {each.id: feed for each in self if (feed := each.feed) is not None}

    def __iter__(self) -> Iterator[IndicatorOptions]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, id_: str) -> IndicatorOptions | None:
        return self._by_id.get(id_)

    def of_unit(self, tree: OrgTree, org: str) -> list[IndicatorOptions]:
        """Those that a unit has: a closed one as on its last day."""
        return [each for each in self if concerns(each, tree, org)]

    def behind(self, id_: str) -> frozenset[str]:
        """An indicator with all that its formula, its parts and its family of shares lead to."""
        found, waiting = set[str](), [id_]
        while waiting:
            of = self._by_id.get(waiting.pop())
            if of is not None and of.id not in found:
                found.add(of.id)
                waiting += (*of.needs, *of.parts, *(each.id for each in self.family(of)))
        return frozenset(found)

    def family(self, of: IndicatorOptions) -> list[IndicatorOptions]:
        """Those that make up 100 % together with it, itself among them."""
        return [] if of.shares_of is None else [each for each in self if each.shares_of == of.shares_of]

    def version(self, id_: str) -> int:
        return self._versions.get(id_, 1)


def concerns(of: IndicatorOptions, tree: OrgTree, org: str) -> bool:
    unit = tree.get(org)
    if of.kinds and unit.kind not in of.kinds:
        return False
    then = tree if unit.valid_to is None else tree.on(unit.valid_to)
    return of.org is None or of.org in {each.code for each in then.path(org)}


def aim(aims: Aims, tree: OrgTree, org: str, period: Period) -> float | None:
    """The nearest org up the tree wins, then the shortest period that names it."""
    if aims is None or isinstance(aims, float | int):
        return aims
    above = [each.code for each in reversed(tree.path(org))]
    fitting = [each for each in aims if _fits(each, above, period)]
    best = min(fitting, key=lambda each: _nearness(each, above), default=None)
    return None if best is None else best.value


def _fits(each: Aim, above: list[str], period: Period) -> bool:
    if each.org is not None and each.org not in above:
        return False
    named = None if each.period is None else parse(each.period)
    return named is None or (named.days.first <= period.days.first and period.days.after <= named.days.after)


def _nearness(each: Aim, above: list[str]) -> tuple[int, int]:
    named = None if each.period is None else parse(each.period)
    return (len(above) if each.org is None else above.index(each.org), 10**15 if named is None else named.ms)
