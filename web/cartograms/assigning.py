"""The cheapest one-to-one choice, by the Hungarian method; pure."""

from collections.abc import Sequence
from math import inf


def assign(costs: Sequence[Sequence[float]]) -> list[int]:
    """A column for each row, no column twice, of the least cost together; there must be columns enough."""
    matching = _Matching(costs)
    for row in range(1, len(costs) + 1):
        matching.add(row)
    return matching.chosen()


class _Matching:
    """Rows and columns count from 1; column 0 stands for the row that is being added."""

    def __init__(self, costs: Sequence[Sequence[float]]) -> None:
        self._costs = costs
        n, m = len(costs), len(costs[0]) if costs else 0
        self._of_row, self._of_column = [0.0] * (n + 1), [0.0] * (m + 1)
        self._taken, self._way = [0] * (m + 1), [0] * (m + 1)

    def add(self, row: int) -> None:
        """Along the cheapest chain of changes."""
        columns = len(self._taken)
        self._taken[0], at = row, 0
        least, used = [inf] * columns, [False] * columns
        while self._taken[at]:
            used[at] = True
            at = self._step(at, least, used)
        while at:
            before = self._way[at]
            self._taken[at], at = self._taken[before], before

    def chosen(self) -> list[int]:
        found = [0] * len(self._costs)
        for column in range(1, len(self._taken)):
            if self._taken[column]:
                found[self._taken[column] - 1] = column - 1
        return found

    def _step(self, at: int, least: list[float], used: list[bool]) -> int:
        """The column that is reached next, and what that changes of the prices."""
        row = self._taken[at]
        line, base = self._costs[row - 1], self._of_row[row]
        open_ = [column for column in range(1, len(used)) if not used[column]]
        for column in open_:
            reduced = line[column - 1] - base - self._of_column[column]
            if reduced < least[column]:
                least[column], self._way[column] = reduced, at
        following = min(open_, key=least.__getitem__)
        delta = least[following]
        for column, passed in enumerate(used):
            if passed:
                self._of_row[self._taken[column]] += delta
                self._of_column[column] -= delta
            else:
                least[column] -= delta
        return following
