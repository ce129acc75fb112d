"""The minutes of a meeting as a workbook: a row a stay, so that every call and its end can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

Cell = str | float | int | None
_FONT = "Times New Roman"
_GREY = PatternFill("solid", fgColor="E7E6E6")
_WIDTHS = (6, 44, 34, 14, 20, 20, 12, 14, 14, 44)


@dataclass(frozen=True, slots=True)
class MinutesPaper:
    """What stands above the table, its headings, its rows."""

    title: str
    lines: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(paper: MinutesPaper) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([paper.title])
    sheet["A1"].font = Font(name=_FONT, bold=True, size=14)
    for line in paper.lines:
        sheet.append([line])
    sheet.append([])
    sheet.append(list(paper.heads))
    top = sheet.max_row
    for cell in sheet[top]:
        cell.font, cell.fill = Font(name=_FONT, bold=True), _GREY
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for row in paper.rows:
        sheet.append(list(row))
    for n, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = f"A{top + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{top}:{top}"
    file = BytesIO()
    book.save(file)
    return file.getvalue()
