"""openpyxl: every row of a sheet.

Its own rows end where the sheet says it ends (many a writer says A1), and pass over what is numbered twice.
"""

from collections.abc import Iterator
from typing import Any


def rows(book: Any, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """The number each row has and its cells, of a workbook that is open to read only."""
    from openpyxl.worksheet._reader import WorkSheetParser

    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            placed: list[Any] = [None] * max((cell["column"] for cell in cells), default=0)
            for cell in cells:
                placed[cell["column"] - 1] = cell["value"]
            yield number, placed
