"""Progress of long work: a bar on a terminal, elsewhere a line each tenth."""

import sys

BAR = 30


class Meter:
    """Shown on stderr; the answer of a command stays clean."""

    def __init__(self) -> None:
        self._told = -1
        self._step = ""
        self._bar = sys.stderr.isatty()

    def show(self, done: float, words: str, step: str = "") -> None:
        """`done` from 0 to 1; each `step` begins a bar of its own."""
        if step != self._step:
            self.end()
            self._step, self._told = step, -1
        percent = min(100, int(done * 100))
        if self._bar:
            filled = percent * BAR // 100
            label = f"{step} " if step else ""
            sys.stderr.write(f"\r{label}[{'#' * filled}{'.' * (BAR - filled)}] {percent:3d} %  {words}")
            sys.stderr.flush()
            self._told = percent
        elif percent // 10 > self._told:
            self._told = percent // 10
            sys.stderr.write(f"{step} {percent} %, {words}\n".lstrip())

    def end(self) -> None:
        if self._bar and self._told >= 0:
            sys.stderr.write("\n")
