"""What stands behind a figure of a widget: its formula, what it is of, its age, and the records it was made from."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from ioc.domain.inventory import Source
from web.sight import Sight

Value = float | bool | str | None


class RecordRow(Struct, frozen=True, kw_only=True):
    """One record: a source, an alert, a meeting, or the dossiers of an org; `counts`: it is in the numerator.

    `of`: what its value is of, where that is a part of something.
    """

    name: str
    org: str | None
    org_name: str | None
    state: str | None
    value: Value = None
    of: float | None = None
    as_of: str | None = None
    counts: bool = True


class Explanation(Struct, frozen=True, kw_only=True):
    """`title`, `formula` and `source` are keys of texts; `total`: how many rows there are, also beyond those listed.

    `page` is where the whole list is, for who may open it.
    """

    title: str
    formula: str
    source: str
    unit: str = ""
    numerator: float | None
    denominator: float | None
    rows: tuple[RecordRow, ...]
    total: int
    page: str | None = None


@runtime_checkable
class Explains(Protocol):
    """A widget that can say what is behind its figures; `part` names one of several."""

    def explain(self, sight: Sight, options: Any, part: str | None) -> Explanation | None:
        """None where there is no such part."""
        ...


def source_row(sight: Sight, source: Source, value: Value = None, *, counts: bool = True) -> RecordRow:
    return RecordRow(
        name=source.name or source.key.source,
        org=source.key.org,
        org_name=sight.org_name(source.key.org),
        state=sight.health(source),
        value=value,
        as_of=sight.at(sight.live(source).as_of, source.key.org),
        counts=counts,
    )


def by_org(sight: Sight, figures: Mapping[str, tuple[float, float | None]]) -> tuple[RecordRow, ...]:
    """A row for each org that has anything: its value and what that is of; the most first."""
    rows = [
        RecordRow(name=sight.org_name(org), org=org, org_name=None, state=None, value=value, of=of, counts=value > 0)
        for org, (value, of) in figures.items()
        if value or of
    ]
    return tuple(sorted(rows, key=lambda row: (-float(row.value or 0), row.name)))
