"""What every connector that fetches dossiers may be told: headings, words, and when a delivery is not believed."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from ioc.dossiers.delivery.columns import FIELDS, ColumnMap, known_map

Percent = Annotated[float, Meta(ge=0, le=100)]


class Delivered(Struct, frozen=True, kw_only=True):
    """`columns`: their heading to our field, beside the known ones; `words`: per field, their words to ours.

    A full delivery with fewer than `at_least_pct` of the rows of the last one is refused, as is any with more than
    `bad_rows_pct` bad rows; below that the bad ones are left out and named.
    """

    PUBLISHES: ClassVar[frozenset[str]] = frozenset({"dossier"})
    columns: dict[str, str] = {}
    words: dict[str, dict[str, Any]] = {}
    full: bool = True
    at_least_pct: Percent = 80.0
    bad_rows_pct: Percent = 0.0

    def __post_init__(self) -> None:
        unknown = sorted({*self.columns.values(), *self.words} - set(FIELDS))
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no such field of a dossier; allowed: {', '.join(FIELDS)}")

    def column_map(self) -> ColumnMap:
        return known_map(self.columns, self.words)
