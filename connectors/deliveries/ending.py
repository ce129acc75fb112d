"""The last line of a text file, where it says how many rows stand above it."""

import re
from dataclasses import dataclass
from pathlib import Path

from ioc.core.errors import Code, UsageError

_TAIL = 4_096
_TEXTS = (".csv", ".jsonl")


@dataclass(slots=True)
class Ending:
    """`trailer` is a regular expression whose group is the number of rows; `rows` is known after `cut_off`."""

    trailer: str | None
    rows: int | None = None

    def cut_off(self, path: Path, name: str) -> None:
        """Take the trailer off our copy of the file; UsageError `delivery_cut` where it is missing."""
        if self.trailer is None or path.suffix.lower() not in _TEXTS:
            return
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(max(0, size - _TAIL))
            tail = file.read().rstrip()
            line = tail[tail.rfind(b"\n") + 1 :]
            found = re.fullmatch(self.trailer, line.decode("utf-8", "replace").strip())
            if found is None or not found[1].isdigit():
                raise UsageError(Code.DELIVERY_CUT, f"{name}: its last line is no trailer: it was cut off")
            self.rows = int(found[1])
            file.truncate(max(0, size - _TAIL) + tail.rfind(b"\n") + 1)
