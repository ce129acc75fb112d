"""The look of form 06/VPCP/KSTT: its headings, rows and notes as the page and the workbook both show them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ioc.domain.dossiers.reporting.form06 import (
    FIRST_COLUMN,
    FilledForm,
    FormColumn,
    FormFigures,
    FormGroup,
    reported,
    total,
)

Say = Callable[..., str]  # a text of the catalogue by its key and parameters

COLUMNS = FIRST_COLUMN - 1 + len(FormColumn)
_ROMAN = dict(zip(FormGroup, ("I", "II", "III"), strict=True))
_HEAD = "report.form06.head."


@dataclass(frozen=True, slots=True)
class Cell:
    """A heading from `row`, `column` (both from 1) over so many of each."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class ShownRow:
    """`kind` is `total`, `group` or `unit`; values stand in columns 3 to 13."""

    kind: str
    stt: str
    name: str
    values: tuple[int | None, ...]  # None: nobody reports it


@dataclass(frozen=True, slots=True)
class Paper:
    """A form ready to be written down."""

    number: str
    law: str
    title: str
    name: str
    reporter: str
    receiver: str
    unit: str
    period: str
    as_of: str
    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[ShownRow, ...]
    notes: tuple[str, ...]
    simulated: bool


def head(say: Say) -> tuple[tuple[Cell, ...], ...]:
    """The four heading lines of the form; the last one numbers the columns."""
    cells = [Cell(say(_HEAD + name), *where) for name, *where in _LAYOUT]
    lines = [tuple(cell for cell in cells if cell.row == row) for row in (1, 2, 3)]
    return (*lines, tuple(Cell(_SUMS.get(n, f"({n})"), 4, n) for n in range(1, COLUMNS + 1)))


def rows(form: FilledForm, say: Say) -> tuple[ShownRow, ...]:
    return tuple(_rows(form, say))


def _rows(form: FilledForm, say: Say) -> Iterator[ShownRow]:
    """The total stands last, as on the form."""
    for group, units in form.groups():
        name = say(f"report.form06.group.{group}")
        yield ShownRow("group", _ROMAN[group], name, _values(total(unit.line for unit in units), reported(units)))
        for unit in units:
            yield ShownRow("unit", str(unit.stt), unit.name, _values(unit.line, unit.reported))
    yield ShownRow("total", "", say("report.form06.total"), _values(form.total, reported(form.rows)))


def _values(line: FormFigures, told: bool) -> tuple[int | None, ...]:
    return tuple(value if told else None for value in line.columns().values())


_SUMS = {3: "(3)=(4)+(5)+(6)", 7: "(7)=(8)+(9)+(10)", 11: "(11)=(12)+(13)"}
_LAYOUT: tuple[tuple[str, int, int, int, int], ...] = (
    ("stt", 1, 1, 3, 1),
    ("unit", 1, 2, 3, 1),
    ("received", 1, 3, 1, 4),
    ("resolved", 1, 7, 1, 4),
    ("open", 1, 11, 1, 3),
    ("total", 2, 3, 2, 1),
    ("in_period", 2, 4, 1, 2),
    ("carried_over", 2, 6, 2, 1),
    ("total", 2, 7, 2, 1),
    ("early", 2, 8, 2, 1),
    ("on_time", 2, 9, 2, 1),
    ("late", 2, 10, 2, 1),
    ("total", 2, 11, 2, 1),
    ("in_term", 2, 12, 2, 1),
    ("overdue", 2, 13, 2, 1),
    ("online", 3, 4, 1, 1),
    ("direct_post", 3, 5, 1, 1),
)
