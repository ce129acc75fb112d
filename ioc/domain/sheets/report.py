"""The changes of an import, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ioc.domain.sheets.cells import Value

Change = tuple[Value, Value]  # before, after


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The difference between a file and the database, written or (`dry_run`) only looked at."""

    what: str  # "org", "source" or "calendar"
    dry_run: bool
    added: tuple[str, ...]
    changed: Mapping[str, Mapping[str, Change]]
    unchanged: int
    notes: tuple[str, ...] = field(default=())

    @property
    def changes(self) -> bool:
        return bool(self.added or self.changed)

    def lines(self) -> Iterator[str]:
        """For a terminal: one line a row that differs, then the totals."""
        for name in self.added:
            yield f"+ {name}"
        for name, fields in self.changed.items():
            for column, (before, after) in fields.items():
                yield f"~ {name} {column}: {_shown(before)} -> {_shown(after)}"
        yield from self.notes
        verdict = "would be " if self.dry_run else ""
        totals = f"{len(self.added)} {verdict}added, {len(self.changed)} {verdict}changed, {self.unchanged} unchanged"
        yield f"{self.what}: {totals}"


def _shown(value: Value) -> str:
    return "(empty)" if value is None else str(value)
