"""Workbooks as systems write them: extents that lie, rows numbered alike, the strict dialect, what is none at all."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from ioc.core.errors import UsageError
from ioc.domain.dossiers.importing.columns import known_map
from ioc.domain.dossiers.importing.tables import InputTable, open_table

ROWS = 300
RECEIVED = datetime.fromisoformat("2026-11-02T08:15")
SHEET = "xl/worksheets/sheet1.xml"
# what another program than ours wrote of the strict names: each usual one and the strict one for it
STRICT = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
        "http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
    ),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main"),
)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A workbook of 300 dossiers."""
    book = Workbook()
    book.active.append(["Mã hồ sơ", "Ngày tiếp nhận", "Lệ phí"])
    for i in range(ROWS):
        book.active.append([f"H22.15-{i}", RECEIVED, 15_000])
    path = tmp_path / "whole.xlsx"
    book.save(path)
    return path


def rewritten(given: Path, change: Callable[[str, str], str]) -> Path:
    """A copy with every part of it changed as text."""
    path = given.with_name("changed.xlsx")
    with ZipFile(given) as old, ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name).decode()))
    return path


def in_sheet(given: Path, pattern: str, instead: str) -> Path:
    def change(name: str, text: str) -> str:
        if name != SHEET:
            return text
        changed, n = re.subn(pattern, instead, text)
        assert n, pattern
        return changed

    return rewritten(given, change)


def read(path: Path) -> InputTable:
    return open_table(path, known_map())


def codes(path: Path) -> list[str]:
    return [line.cells["code"] for line in read(path).lines]


ALL = [f"H22.15-{i}" for i in range(ROWS)]


@pytest.mark.parametrize("extent", ['ref="A1"', 'ref="A1:B2"', 'ref="A1:C10"', 'ref="B5:XFD1048576"', None])
def test_what_a_sheet_declares_of_its_extent_changes_nothing(whole: Path, extent: str | None) -> None:
    path = in_sheet(whole, r"<dimension [^>]*/>", f"<dimension {extent} />" if extent else "")
    lines = list(read(path).lines)
    assert [line.cells["code"] for line in lines] == ALL
    assert {(line.cells["received_at"], line.cells["fee"]) for line in lines} == {(RECEIVED, 15_000)}
    assert (lines[0].number, lines[-1].number) == (2, ROWS + 1)


def test_rows_without_numbers_or_numbered_alike_are_all_read(whole: Path) -> None:
    assert codes(in_sheet(whole, r'<row r="\d+"', "<row")) == ALL
    assert codes(in_sheet(whole, r'<row r="\d+"', '<row r="1"')) == ALL


def test_cells_in_any_order_stand_in_their_columns(whole: Path) -> None:
    swapped = in_sheet(whole, r'(<c r="A\d+".*?</c>)(<c r="B\d+".*?</c>)(<c r="C\d+".*?</c>)', r"\3\1\2")
    assert codes(swapped) == ALL
    assert {line.cells["fee"] for line in read(swapped).lines} == {15_000}


def test_a_row_further_down_keeps_its_number(whole: Path) -> None:
    path = in_sheet(whole, r'<row r="301"', '<row r="4001"')
    assert [line.number for line in read(path).lines][-2:] == [300, 4_001]


def test_the_strict_dialect_is_read_like_the_usual_one(whole: Path) -> None:
    def strict(name: str, text: str) -> str:
        for usual, ours in STRICT:
            text = text.replace(usual, ours)
        if name == SHEET:  # dates are told as such there
            text = re.sub(r'(<c r="B\d+"[^>]*?) t="n"><v>[^<]*</v>', r'\1 t="d"><v>2026-11-02T08:15:00</v>', text)
            assert 't="d"' in text
        return text

    lines = list(read(rewritten(whole, strict)).lines)
    assert [line.cells["code"] for line in lines] == ALL
    assert {line.cells["received_at"] for line in lines} == {RECEIVED}


def test_what_is_no_workbook_of_cells_is_said_plainly(tmp_path: Path, whole: Path) -> None:
    protected = tmp_path / "protected.xlsx"
    protected.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    with pytest.raises(UsageError, match="protected by a password, or a workbook of before 2007"):
        read(protected)
    empty = rewritten(whole, lambda _name, text: re.sub(r"<sheet [^>]*/>", "", text))
    with pytest.raises(UsageError, match="there is no sheet of cells"):
        read(empty)
    book = Workbook()
    book.remove(book.active)
    book.create_chartsheet()
    book.save(tmp_path / "chart.xlsx")
    with pytest.raises(UsageError, match="not a workbook that can be read"):
        read(tmp_path / "chart.xlsx")
