"""CSV files of people: every row with its line number, every problem collected instead of stopping at the first."""

import csv
import io
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ioc.core import charsets
from ioc.core.errors import Code, UsageError
from ioc.core.excel import EMPTY, bare

_HINT = "sep="  # a line that spreadsheets write for one another
_DELIMITERS = ",;\t"  # a spreadsheet that writes 81,42 parts its cells by semicolons
Cells = dict[str, str | None]  # a column that is absent from the file is absent here; an empty cell is None


@dataclass(slots=True)
class Problems:
    """The problems of a file, by line."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, what: str) -> None:
        self.found.append((line, what))

    def raise_if_any(self, origin: str) -> None:
        """UsageError `bad_csv`; `params["problems"]` holds one text a problem, in the order of the lines."""
        if self.found:
            problems = [f"line {line}: {what}" for line, what in sorted(self.found)]
            text = "\n".join(f"  {problem}" for problem in problems)
            message = f"{origin}: nothing was imported, {len(problems)} problem(s)\n{text}"
            raise UsageError(Code.BAD_CSV, message, origin=origin, n=len(problems), problems=problems)


@dataclass(frozen=True, slots=True)
class Row:
    """One record and the line it begins on (the header is line 1)."""

    line: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file read along its header."""

    origin: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file that may not be UTF-8, and what it is."""

    path: Path
    encoding: str


Given = Path | str | Encoded


def read(given: Given, required: Sequence[str], allowed: Sequence[str], problems: Problems) -> Sheet:
    """Rows of a file or of a text; a header or file that cannot be read is a UsageError at once."""
    origin = "csv" if isinstance(given, str) else str(given.path if isinstance(given, Encoded) else given)
    return of_records(origin, _records(_text(given), origin), required, allowed, problems)


def of_records(
    origin: str,
    records: Iterator[tuple[int, list[str]]],
    required: Sequence[str],
    allowed: Sequence[str],
    problems: Problems,
) -> Sheet:
    """The same of cells that came from elsewhere, each line with its number."""
    first = next(records, None)
    if first is not None and first[1][:1] and first[1][0].lower().startswith(_HINT):
        first = next(records, None)
    if first is None:
        raise UsageError(Code.EMPTY_CSV, f"{origin}: no header line; expected {','.join(required)},…", origin=origin)
    header = [bare(name.strip()).strip().lower() for name in first[1]]
    _check_header(header, first[0], required, allowed, problems)
    problems.raise_if_any(origin)
    rows = tuple(Row(line, _cells(header, values, line, problems)) for line, values in records if any(values))
    return Sheet(origin, rows)


def _text(given: Given) -> str:
    if isinstance(given, str):
        return given.removeprefix("\ufeff")
    path, encoding = (given.path, given.encoding) if isinstance(given, Encoded) else (given, "utf-8")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(Code.CSV_UNREADABLE, f"{path}: cannot be read ({error.strerror})", origin=str(path)) from error
    try:
        return charsets.decode(raw.removeprefix(BOM_UTF8), "utf-8" if raw.startswith(BOM_UTF8) else encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        named = f"not {encoding}" if encoding != "utf-8" else "not UTF-8; save the file as CSV UTF-8, or say --encoding"
        raise UsageError(Code.CSV_NOT_UTF8, f"{path}: line {line}: {named}", origin=str(path), line=line) from error


def _records(text: str, origin: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on."""
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"{origin}: line {line}: not CSV: {error}"
            raise UsageError(Code.CSV_BROKEN, message, origin=origin, line=line) from error


def _check_header(
    header: list[str], line: int, required: Sequence[str], allowed: Sequence[str], problems: Problems
) -> None:
    for name in header:
        if name not in allowed:
            problems.add(line, f"column {name!r} is unknown; allowed: {', '.join(allowed)}")
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.add(line, f"column {name!r} stands twice")
    for name in required:
        if name not in header:
            problems.add(line, f"column {name!r} is missing")


def _cells(header: list[str], values: list[str], line: int, problems: Problems) -> Cells:
    if len(values) != len(header):
        problems.add(line, f"{len(values)} cells, the header has {len(header)}")
    cells: Cells = {}
    for name, value in zip(header, values, strict=False):
        text = unicodedata.normalize("NFC", bare(value.strip()).strip())
        if not text.isprintable():
            problems.add(line, f"{name}: {text!r} holds characters that cannot be printed")
        cells[name] = None if text.lower() in EMPTY else text
    return cells
