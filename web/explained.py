"""What stands behind a figure of a widget: its formula, what it is of, its age, and the records it was made from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from ioc.domain.inventory import Source
from web.sight import Sight

Value = float | bool | str | None


class FigureTitle(Struct, frozen=True, kw_only=True):
    """A text of the page's catalogue by its key, or finished words such as the name of a place, or some by language."""

    key: str | None = None
    words: str | None = None
    names: dict[str, str] | None = None


class RecordRow(Struct, frozen=True, kw_only=True):
    """One record: a source, an alert, a meeting, or the dossiers of an org; `counts`: it is in the numerator.

    `of`: what its value is of, where that is a part of something; `names`: by language, where it has one in each.
    """

    name: str
    names: dict[str, str] | None = None
    org: str | None
    org_name: str | None
    state: str | None
    value: Value = None
    of: float | None = None
    as_of: str | None = None
    counts: bool = True


class Explanation(Struct, frozen=True, kw_only=True):
    """`formula` and `source` are keys of texts; `total`: how many rows there are, also beyond those listed.

    `page` is where the whole list is, for who may open it; `unwatched`: the part of what was expected that nobody saw.
    `reporting` where it differs from that of the widget.
    """

    title: FigureTitle
    formula: str
    source: str
    unit: str = ""
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    rows: tuple[RecordRow, ...]
    total: int
    page: str | None = None
    unwatched: float | None = None
    reporting: dict[str, int] | None = None


@runtime_checkable
class Explains(Protocol):
    """A widget that can say what is behind its figures; `part` names one of several, None the first of them."""

    def explain(self, sight: Sight, options: Any, part: str | None) -> Explanation | None:
        """None where there is no such part."""
        ...

    def figures(self, sight: Sight, options: Any) -> Mapping[str, FigureTitle]:
        """Every part that it can be asked for, the first one first."""
        ...


def said(key: str) -> FigureTitle:
    return FigureTitle(key=key)


def counted(
    title: FigureTitle, formula: str, source: str, rows: Sequence[RecordRow], page: str | None = None
) -> Explanation:
    """So many of the rows."""
    n = sum(row.counts for row in rows)
    return _listed(title, formula, source, rows, page, n, len(rows))


def among(
    title: FigureTitle, formula: str, source: str, rows: Sequence[RecordRow], of: float | None, page: str | None = None
) -> Explanation:
    """All of the rows, out of more than these."""
    return _listed(title, formula, source, rows, page, len(rows), of)


def _listed(
    title: FigureTitle,
    formula: str,
    source: str,
    rows: Sequence[RecordRow],
    page: str | None,
    n: float,
    of: float | None,
) -> Explanation:
    return Explanation(
        title=title,
        formula=formula,
        source=source,
        value=n,
        numerator=n,
        denominator=of,
        rows=tuple(rows),
        total=len(rows),
        page=page,
    )


def source_rows(sight: Sight, sources: Iterable[Source]) -> list[RecordRow]:
    return [source_row(sight, one) for one in sources]


def source_row(
    sight: Sight, source: Source, value: Value = None, *, of: float | None = None, counts: bool = True
) -> RecordRow:
    return RecordRow(
        name=source.name or source.key.source,
        org=source.key.org,
        org_name=sight.place(source.key.org),
        state=sight.health(source),
        value=value,
        of=of,
        as_of=sight.at(sight.live(source).as_of, source.key.org),
        counts=counts,
    )


def by_org(sight: Sight, figures: Mapping[str, tuple[float, float | None]]) -> tuple[RecordRow, ...]:
    """A row for each org that has anything: its value and what that is of; the most first."""
    rows = [
        RecordRow(name=sight.place(org), org=org, org_name=None, state=None, value=value, of=of, counts=value > 0)
        for org, (value, of) in figures.items()
        if value or of
    ]
    return tuple(sorted(rows, key=lambda row: (-float(row.value or 0), row.name)))
