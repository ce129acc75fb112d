"""Form 06/VPCP/KSTT as a workbook: merged headings that stay in sight, numbers that are numbers, print on A4."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from web.printed.form06 import COLUMNS, Cell, Paper, ShownRow

TOP = 6  # the heading begins below the title block
_FONT = "Times New Roman"
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(vertical="center", wrap_text=True)
_GREY = PatternFill("solid", fgColor="E7E6E6")
_WIDTHS = {1: 6, 2: 36}
_WIDTH = 13


def workbook(paper: Paper) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "06"
    _title(sheet, paper)
    for cell in (cell for line in paper.head for cell in line):
        _heading(sheet, cell)
    first = TOP + len(paper.head)
    for n, row in enumerate(paper.rows, first):
        _row(sheet, n, row)
    for n, note in enumerate(paper.notes, first + len(paper.rows) + 1):
        _wide(sheet, n, note, _LEFT, Font(name=_FONT, italic=True))
    _layout(sheet, first)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _title(sheet: Worksheet, paper: Paper) -> None:
    mark = "MÔ PHỎNG – " if paper.simulated else ""
    lines = (
        (f"{paper.number} – {paper.law}", _LEFT, Font(name=_FONT, bold=True)),
        (mark + paper.title, _MIDDLE, Font(name=_FONT, bold=True, size=14)),
        (f"{paper.period}. {paper.as_of}", _MIDDLE, Font(name=_FONT)),
        (f"{paper.reporter}: {paper.name}", _LEFT, Font(name=_FONT)),
        (paper.unit, Alignment(horizontal="right"), Font(name=_FONT, italic=True)),
    )
    for n, (text, alignment, font) in enumerate(lines, 1):
        _wide(sheet, n, text, alignment, font)


def _wide(sheet: Worksheet, row: int, text: str, alignment: Alignment, font: Font) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=COLUMNS)
    cell = sheet.cell(row, 1, text)
    cell.alignment, cell.font = alignment, font


def _heading(sheet: Worksheet, heading: Cell) -> None:
    row, column = TOP + heading.row - 1, heading.column
    last_row, last_column = row + heading.rows - 1, column + heading.columns - 1
    for line in sheet.iter_rows(row, last_row, column, last_column):
        for one in line:
            one.border, one.fill, one.alignment, one.font = _BOX, _GREY, _MIDDLE, Font(name=_FONT, bold=True)
    sheet.cell(row, column, heading.text)
    if heading.rows * heading.columns > 1:
        sheet.merge_cells(start_row=row, end_row=last_row, start_column=column, end_column=last_column)


def _row(sheet: Worksheet, n: int, row: ShownRow) -> None:
    number: str | int = int(row.stt) if row.stt.isdigit() else row.stt
    for column, value in enumerate((number, row.name, *row.values), 1):
        cell = sheet.cell(n, column, value)
        cell.border, cell.font = _BOX, Font(name=_FONT, bold=row.kind != "unit")
        cell.alignment = {1: _MIDDLE, 2: _LEFT}.get(column, Alignment(vertical="center"))
        if column > len(_WIDTHS):
            cell.number_format = "#,##0"
    if isinstance(number, str):
        sheet.cell(n, 1).data_type = "s"
    sheet.cell(n, 2).data_type = "s"  # a name that begins with "=" is a name


def _layout(sheet: Worksheet, first: int) -> None:
    for column in range(1, COLUMNS + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(column, _WIDTH)
    sheet.freeze_panes = f"C{first}"
    sheet.print_title_rows = f"{TOP}:{first - 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
