"""CSV, XLSX and JSON read as rows of cells under headings, each with the line it stands on."""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ioc.core import charsets, excel, jsons
from ioc.core.errors import Code, UsageError
from ioc.domain.dossiers.importing import workbook
from ioc.domain.dossiers.importing.columns import ColumnMap

_SHOWN = 40
_LOOK_FOR_HEADINGS = 20  # lines of titles and merged cells above them
_DELIMITERS = ";,\t|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # a spreadsheet's "Unicode text"


class TableRow(NamedTuple):
    """One row: its number in the file and its cells by our fields; cells under other headings are not read."""

    number: int
    cells: dict[str, Any]


class InputTable(NamedTuple):
    """`unused` names the headings nobody asked for, `encoding` how its text was read where there is a choice."""

    lines: Iterator[TableRow]
    unused: tuple[str, ...]
    size: int  # of what is read, in rows or lines, for a progress bar alone: it may be wrong
    encoding: str | None = None


_Read = Callable[[Path, ColumnMap, str], InputTable]


def open_table(path: Path, columns: ColumnMap, name: str | None = None, encoding: str = "utf-8") -> InputTable:
    """UsageError, under `name`, where the file is none of ours or has no heading for `code`.

    `encoding` is that of CSV without a byte order mark; workbooks may hold text under TCVN3 or VNI fonts.
    """
    name = str(path) if name is None else name
    readers: dict[str, _Read] = {
        ".csv": partial(_csv, encoding=encoding),
        ".xlsx": partial(_xlsx, encoding=encoding),
        ".json": _json,
        ".jsonl": _json,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UsageError(Code.TABLE_KIND, f"{name}: allowed are .csv, .xlsx and .json")
    if not path.is_file():
        raise UsageError(Code.TABLE_UNREADABLE, f"{name}: there is no such file")
    try:
        return reader(path, columns, name)
    except OSError as error:
        raise UsageError(Code.TABLE_UNREADABLE, f"{name}: cannot be read ({error.strerror})") from error


def under_headings(rows: Iterable[tuple[int, Sequence[Any]]], columns: ColumnMap, origin: str) -> InputTable:
    """The rows below the line that holds a heading for `code`; a second line of headings fills merged cells."""
    rows = iter(rows)
    fields: list[str | None] = []
    headings: Sequence[Any] = ()
    for number, cells in rows:
        fields = columns.fields(_text(cell) for cell in cells)
        if "code" in fields:
            headings = cells
            break
        if number >= _LOOK_FOR_HEADINGS:
            break
    if "code" not in fields:
        raise UsageError(
            Code.NO_CODE_COLUMN,
            f"{origin}: no heading for code, such as MaHoSo or Mã hồ sơ; name it in columns, or --map",
        )
    twice = sorted({name for name in fields if name and fields.count(name) > 1})
    if twice:
        raise UsageError(Code.HEADING_TWICE, f"{origin}: two headings for {', '.join(twice)}")
    unused = tuple(_text(cell) for cell, name in zip(headings, fields, strict=True) if name is None and _text(cell))
    return InputTable(_lines(rows, fields, columns), unused, 0)


def _lines(
    rows: Iterator[tuple[int, Sequence[Any]]], fields: list[str | None], columns: ColumnMap
) -> Iterator[TableRow]:
    named = [(i, name) for i, name in enumerate(fields) if name]
    code = fields.index("code")
    for position, (number, cells) in enumerate(rows):
        if position == 0 and not _cell(cells, code) and any(columns.fields(_text(cell) for cell in cells)):
            below = columns.fields(_text(cell) for cell in cells)
            named += [(i, name) for i, name in enumerate(below) if name and (i >= len(fields) or not fields[i])]
            continue
        found = {name: cell for i, name in named if (cell := _cell(cells, i)) is not None}
        if found:
            yield TableRow(number, found)


def _cell(cells: Sequence[Any], i: int) -> Any:
    return _content(cells[i]) if i < len(cells) else None


def _content(cell: Any) -> Any:
    """None for an empty cell, in whatever word its system has for one."""
    if not isinstance(cell, str):
        return cell
    text = excel.bare(cell.strip()).strip()
    return None if text.lower() in excel.EMPTY else text


def _text(cell: Any) -> str:
    return "" if cell is None else excel.bare(str(cell).strip())


def _csv(path: Path, columns: ColumnMap, name: str, encoding: str) -> InputTable:
    raw = path.read_bytes()
    encoding = "utf-16" if raw.startswith(_UTF16) else "utf-8-sig" if raw.startswith(BOM_UTF8) else encoding
    text = _text_of(raw, name, encoding, columns)
    if text and not text.endswith("\n"):
        number = text.count("\n") + 1
        last = text.rsplit("\n", 1)[-1]
        if last.count('"') % 2:
            raise UsageError(Code.CSV_CUT, f"{name}: line {number}: the file ends inside a quoted cell: it was cut off")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, columns), strict=True)
    open_line = 0 if text.endswith("\n") else text.count("\n") + 1
    records = _records(reader, name, open_line)
    return under_headings(records, columns, name)._replace(size=text.count("\n"), encoding=encoding)


def _text_of(raw: bytes, name: str, encoding: str, columns: ColumnMap) -> str:
    try:
        return charsets.decode(raw, encoding)
    except UnicodeError as error:
        place = raw.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        asked = f"not {encoding}"
        if encoding == "utf-8":
            known = _read_as(raw, columns)
            asked = (
                f"not UTF-8; it is {known}: say so by encoding" if known else "not UTF-8; save the file as CSV UTF-8"
            )
        raise UsageError(Code.CSV_NOT_UTF8, f"{name}: line {place}: {asked}", origin=name, line=place) from error


def _read_as(raw: bytes, columns: ColumnMap) -> str | None:
    """The Vietnamese character set in which a heading with signs on its letters is one we know."""
    top = b"\n".join(raw.split(b"\n", _LOOK_FOR_HEADINGS)[:_LOOK_FOR_HEADINGS])
    for name in charsets.VIETNAMESE:
        with suppress(UnicodeError):
            cells = re.split(r"[;,\t|\r\n]", charsets.decode(top, name))
            if any(not cell.isascii() and columns.field_of(_text(cell.strip(' "'))) for cell in cells):
                return name
    return None


def _delimiter(text: str, columns: ColumnMap) -> str:
    """The one that parts a heading for `code` from others; titles above it may hold any."""
    first = text.split("\n", _LOOK_FOR_HEADINGS)[:_LOOK_FOR_HEADINGS]
    for line in first:
        for delimiter in _DELIMITERS:
            cells = line.split(delimiter)
            if len(cells) > 1 and "code" in columns.fields(cell.strip(' "=\r') for cell in cells):
                return delimiter
    return max(_DELIMITERS, key=first[0].count)


def _records(reader: Any, name: str, open_line: int) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on; the last line, where nothing ends it, may not hold a shorter one."""
    before = 0
    while True:
        number = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UsageError(
                Code.CSV_BROKEN, f"{name}: line {number}: not CSV: {error}", origin=name, line=number
            ) from error
        if reader.line_num == open_line and len(record) < before:
            raise UsageError(Code.CSV_CUT, f"{name}: line {number}: the file ends inside this row: it was cut off")
        before = len(record)
        yield number, record


def _xlsx(path: Path, columns: ColumnMap, name: str, encoding: str) -> InputTable:
    sheet = workbook.first_sheet(path, name)
    rows = ((number, [_unicode(cell, encoding, name, number) for cell in cells]) for number, cells in sheet.rows)
    told = None if encoding == "utf-8" else encoding
    return under_headings(rows, columns, name)._replace(size=sheet.declared, encoding=told)


def _unicode(cell: Any, encoding: str, name: str, number: int) -> Any:
    """Text that only a TCVN3 or VNI font makes Vietnamese."""
    if not isinstance(cell, str):
        return cell
    try:
        return charsets.over_latin(cell, encoding)
    except UnicodeError:
        message = f"{name}: line {number}: {cell[:_SHOWN]!r} is neither Unicode nor {encoding}"
        raise UsageError(Code.XLSX_TEXT, message) from None


def _json(path: Path, columns: ColumnMap, name: str) -> InputTable:
    """An array of objects, an object with `items`, or an object a line."""
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        found = jsons.decode(raw)
        items = found.get("items") if isinstance(found, dict) and "items" in found else found
        objects = items if isinstance(items, list) else [items]
    except msgspec.DecodeError as error:
        if b"\n" not in raw.strip():
            raise UsageError(Code.JSON_BROKEN, f"{name}: not JSON: {error}") from error
        objects = list(_json_lines(raw, name))
    return objects_table(objects, columns)._replace(size=len(objects))


def objects_table(objects: Iterable[Any], columns: ColumnMap) -> InputTable:
    """JSON objects as rows, their keys as headings."""
    return InputTable(_json_rows(objects, columns), (), 0)


def _json_lines(raw: bytes, name: str) -> Iterator[Any]:
    for number, line in enumerate(raw.splitlines(), 1):
        if line.strip():
            try:
                yield jsons.decode(line)
            except msgspec.DecodeError as error:
                raise UsageError(Code.JSON_BROKEN, f"{name}: line {number}: not JSON: {error}") from error


def _json_rows(objects: Iterable[Any], columns: ColumnMap) -> Iterator[TableRow]:
    """The number is that of the object; `term` and `apology` may be objects as on the bus."""
    for number, given in enumerate(objects, 1):
        if not isinstance(given, dict):
            yield TableRow(number, {"": given})
            continue
        cells: dict[str, Any] = {}
        for name, value in given.items():
            inner = name in ("term", "apology") and isinstance(value, dict)
            nested = {f"{name}_{key}": part for key, part in value.items()} if inner else {name: value}
            for key, part in nested.items():
                if (field := columns.field_of(key)) is not None and (content := _content(part)) is not None:
                    cells[field] = content
        yield TableRow(number, cells)
