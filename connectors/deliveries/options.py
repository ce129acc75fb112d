"""Options of every connector that fetches dossiers: headings, words, and when a delivery is not believed."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from ioc.domain.dossiers.importing.columns import FIELDS, ColumnMap, known_map
from ioc.messages.mapping import checks

Percent = Annotated[float, Meta(ge=0, le=100)]


class Delivered(Struct, frozen=True, kw_only=True):
    """`columns`: their heading to our field, beside the known ones; `words`: per field, their words to ours.

    `formats`: how their times are written, in the codes of strptime, tried before what is known; `no_date`: what they
    write for no date beside what everybody writes.
    A full delivery with fewer than `at_least_pct` of the rows of the last one is refused, as is any with more than
    `bad_rows_pct` bad rows; below that the bad ones are left out and named.
    """

    PUBLISHES: ClassVar[frozenset[str]] = frozenset({"dossier"})
    columns: dict[str, str] = {}
    words: dict[str, dict[str, Any]] = {}
    formats: tuple[str, ...] = ()
    no_date: tuple[str, ...] = ()
    full: bool = True
    at_least_pct: Percent = 80.0
    bad_rows_pct: Percent = 0.0

    def __post_init__(self) -> None:
        for format in self.formats:
            checks.format(format)
        unknown = sorted({*self.columns.values(), *self.words} - set(FIELDS))
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no such field of a dossier; allowed: {', '.join(FIELDS)}")

    def column_map(self) -> ColumnMap:
        return known_map(self.columns, self.words, self.formats, self.no_date)
