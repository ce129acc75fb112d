"""Workbooks as rows: whatever they declare of their extent, in either dialect of OOXML."""

import shutil
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from ioc.core.errors import Code, UsageError
from ioc.domain.dossiers.importing import unpacked
from ioc.platform.private.sheets import rows

# what openpyxl lets through of a workbook that was cut or damaged on its way, some of it only rows later
_BROKEN = (BadZipFile, zlib.error, ParseError, EOFError, AttributeError, LookupError, TypeError, ValueError)
_OLE = b"\xd0\xcf\x11\xe0"
_HEAD = 65_536  # a part declares its namespaces in its first element
_STRICT = b"http://purl.oclc.org/ooxml/"
# ISO/IEC 29500: the names of the strict dialect, which openpyxl does not know, and those of the usual one
_USUAL = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
        b"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/customProperties",
        b"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes",
        b"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
    ),
)
_XML = (".xml", ".rels")


class WorkbookSheet(NamedTuple):
    """Rows by their numbers; `declared` is how many the sheet says it has, which nobody believes."""

    rows: Iterator[tuple[int, Sequence[Any]]]
    declared: int


def first_sheet(path: Path, name: str) -> WorkbookSheet:
    """UsageError, under `name`, where it cannot be read, or, while its rows are read, not on."""
    # a third of a second to import: only where somebody brings a workbook
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with path.open("rb") as given:
        if given.read(len(_OLE)) == _OLE:
            message = f"{name}: protected by a password, or a workbook of before 2007: save it as .xlsx without one"
            raise UsageError(Code.XLSX_BROKEN, message)
    unpacked.check(path, name)
    try:
        book = load_workbook(_usual(path), read_only=True, data_only=True)
    except (InvalidFileException, *_BROKEN) as error:
        raise UsageError(Code.XLSX_BROKEN, f"{name}: not a workbook that can be read: {error}") from error
    if not book.worksheets:
        raise UsageError(Code.XLSX_BROKEN, f"{name}: there is no sheet of cells in the workbook")
    return WorkbookSheet(_numbered(book, name), book.worksheets[0].max_row or 0)


def _numbered(book: Any, name: str) -> Iterator[tuple[int, Sequence[Any]]]:
    """By the numbers the rows have, as far as they grow; a writer that numbers them all alike loses none."""
    number = 0
    found = rows(book, book.worksheets[0])
    while True:
        try:
            numbered, cells = next(found)
        except StopIteration:
            return
        except _BROKEN as error:
            message = f"{name}: line {number + 1}: the workbook cannot be read from here on: {error}"
            raise UsageError(Code.XLSX_BROKEN, message) from error
        number = max(number + 1, numbered)
        yield number, cells


def _usual(path: Path) -> Path | BytesIO:
    """The workbook as it is, or of a strict one a copy with the usual names in it."""
    with ZipFile(path) as given:
        parts = given.infolist()
        if not any(part.filename == "_rels/.rels" and _STRICT in given.read(part) for part in parts):
            return path
        copy = BytesIO()
        with ZipFile(copy, "w", ZIP_DEFLATED, compresslevel=1) as usual:
            for part in parts:
                with given.open(part) as source, usual.open(part.filename, "w", force_zip64=True) as target:
                    if part.filename.endswith(_XML):
                        target.write(_renamed(source.read(_HEAD)))
                    shutil.copyfileobj(source, target)
    copy.seek(0)
    return copy


def _renamed(head: bytes) -> bytes:
    for strict, usual in _USUAL:
        head = head.replace(strict, usual)
    return head
