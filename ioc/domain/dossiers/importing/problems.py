"""Bad rows by their line numbers: the first ones in full, all others by reason, so that none goes unnamed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

IN_FULL = 50
TWICE = "code_twice"


@dataclass(slots=True)
class RowProblems:
    """`first` holds whole sentences, `_more` per reason the runs of lines (from, to)."""

    n: int = 0
    first: list[str] = field(default_factory=list)
    _more: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, line: int, reason: str, problem: str) -> None:
        self.n += 1
        if len(self.first) < IN_FULL:
            self.first.append(f"line {line}: {problem}")
            return
        runs = self._more.setdefault(reason, [])
        if runs and runs[-1][1] == line - 1:
            runs[-1] = (runs[-1][0], line)
        else:
            runs.append((line, line))

    def lines(self) -> Iterator[str]:
        yield from self.first
        for reason, runs in self._more.items():
            shown = (str(start) if start == end else f"{start}-{end}" for start, end in runs)
            yield f"{reason}, too: lines {', '.join(shown)}"
