"""Cells of people's lists: days as they are typed and as spreadsheets make them, and words for nothing."""

import pytest

from ioc.domain.sheets import cells, sheet
from ioc.domain.sheets.cells import BadCell
from ioc.domain.sheets.sheet import Problems


@pytest.mark.parametrize(
    "text", ["2026-11-21", "21/11/2026", "21-11-2026", "21.11.2026", "20261121", "2026/11/21", "46347"]
)
def test_a_day_is_itself_however_it_is_written(text: str) -> None:
    assert cells.day(text) == "2026-11-21"


@pytest.mark.parametrize("text", ["0000-00-00", "9999-12-31", "31/12/9999", "0001-01-01", "NULL", "-", "1900-01-01"])
def test_a_word_for_no_date_is_an_empty_cell(text: str) -> None:
    assert cells.day(text) is None
    with pytest.raises(BadCell, match="date: missing"):
        cells.read_row({"date": text}, {"date": cells.day}, frozenset({"date"}))
    assert cells.read_row({"valid_to": text}, {"valid_to": cells.day}, frozenset()) == {"valid_to": None}


@pytest.mark.parametrize(
    "text", ["21/11/26", "11/21/2026", "2026-11", "31/02/2026", "12345", "2026-W47", "1/1/2126", "21/11-2026"]
)
def test_a_day_that_is_not_certain_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(BadCell, match=f"'{text}'; allowed: a date such as 2026-11-21 or 21/11/2026"):
        cells.day(text)


def test_a_unit_may_be_older_than_what_is_told_of_it() -> None:
    assert cells.day("01/10/1991") == "1991-10-01"


def test_what_spreadsheets_and_databases_write_around_is_no_content() -> None:
    problems = Problems()
    text = 'sep=;\ncode;="name";parent\n="hg";"=""Hà Giang""";NULL\nhg.a;A;\\N\n'
    found = sheet.read(text, ("code",), ("code", "name", "parent"), problems)
    assert [(row.line, row.cells) for row in found.rows] == [
        (3, {"code": "hg", "name": "Hà Giang", "parent": None}), (4, {"code": "hg.a", "name": "A", "parent": None}),
    ]  # fmt: skip
