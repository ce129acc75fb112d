"""All rows of a delivery read before any of them is used: the good ones kept aside, the bad ones named."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import IO

import msgspec

from ioc.core.errors import Code, UsageError
from ioc.domain.dossiers.importing.problems import TWICE, RowProblems
from ioc.domain.dossiers.importing.rows import CheckedRow, RowReader
from ioc.domain.dossiers.importing.tables import TableRow
from ioc.messages.wire import Rejected

CHUNK = 5_000
_LENGTH = 8

Progress = Callable[[str, int], None]  # the step and how many rows of it are done


@dataclass(slots=True)
class CheckedDelivery:
    """The contents of a delivery; its good rows wait in a temporary file, so that its size does not matter."""

    rows: int = 0
    problems: RowProblems = field(default_factory=RowProblems)
    lines: dict[str, int] = field(default_factory=dict)  # by code, the line it was last seen on
    _spool: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    @property
    def bad(self) -> int:
        return self.problems.n

    def close(self) -> None:
        self._spool.close()

    def chunks(self) -> Iterator[list[CheckedRow]]:
        """The good rows in their order, once."""
        decoder = msgspec.msgpack.Decoder(list[CheckedRow])
        self._spool.seek(0)
        while length := self._spool.read(_LENGTH):
            yield decoder.decode(self._spool.read(int.from_bytes(length, "big")))

    def refuse_bad(self, origin: str) -> None:
        """UsageError `bad_rows` names them, where there are any."""
        if self.bad:
            text = "\n".join(f"  {problem}" for problem in self.problems.lines())
            message = f"{origin}: nothing was imported, {self.bad} bad row(s)\n{text}"
            raise UsageError(Code.BAD_ROWS, message, origin=origin, n=self.bad)

    def refuse_empty(self, origin: str) -> None:
        if not self.rows:
            raise UsageError(Code.NO_ROWS, f"{origin}: no rows under the headings")

    def take(self, line: TableRow, row: CheckedRow | str) -> CheckedRow | None:
        """The row of a line; None where it is bad, or stands there already."""
        self.rows += 1
        if isinstance(row, str):
            self.problems.add(line.number, row.partition(":")[0], row)
            self.lines.setdefault(str(line.cells.get("code")), line.number)  # bad, not vanished
            return None
        if row.own_id is None and row.code in self.lines:
            twice = f"code {row.code} already stands on line {self.lines[row.code]}"
            self.problems.add(line.number, TWICE, twice)
            return None
        self.lines[row.code] = line.number
        return row

    def keep(self, chunk: list[CheckedRow]) -> None:
        packed = msgspec.msgpack.encode(chunk)
        self._spool.write(len(packed).to_bytes(_LENGTH, "big"))
        self._spool.write(packed)


def read(reader: RowReader, line: TableRow) -> CheckedRow | str:
    """A line as a row, or what is wrong with it."""
    try:
        return reader.read(line)
    except Rejected as why:
        return f"{why.reason}: {why.detail}"


Share = Callable[
    [Iterable[list[TableRow]], Callable[[TableRow], CheckedRow | str]],
    Iterator[list[tuple[TableRow, CheckedRow | str]]],
]


def by_itself(
    chunks: Iterable[list[TableRow]], work: Callable[[TableRow], CheckedRow | str]
) -> Iterator[list[tuple[TableRow, CheckedRow | str]]]:
    return ([(line, work(line)) for line in chunk] for chunk in chunks)


@contextmanager
def check(
    reader: RowReader, lines: Iterable[TableRow], progress: Progress, share: Share = by_itself
) -> Iterator[CheckedDelivery]:
    """The contents of the lines, while inside; UsageError where they cannot be read on. `share` is who reads them."""
    with closing(CheckedDelivery()) as checked:
        for chunk in share(_chunks(lines), partial(read, reader)):
            checked.keep([good for line, row in chunk if (good := checked.take(line, row)) is not None])
            progress("checking", checked.rows)
        yield checked


def _chunks(lines: Iterable[TableRow]) -> Iterator[list[TableRow]]:
    left = iter(lines)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
