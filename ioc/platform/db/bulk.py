"""Many rows at once: the driver is given tuples, for building a parameter set a row costs more than writing it."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

AT_ONCE = 500  # values that one statement is asked about
T = TypeVar("T")


def slices(values: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """So many at a time."""
    return (values[i : i + size] for i in range(0, len(values), size))


def upsert(
    conn: Connection, table: sa.Table, columns: Sequence[str], rows: list[tuple[Any, ...]], *, add: bool = False
) -> None:
    """Insert `rows` of `columns`; one whose primary key is there is replaced, or with `add` added to."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    grown = [f"{name} = {table.name}.{name} + excluded.{name}" for name in columns if name not in keys]
    replaced = [f"{name} = excluded.{name}" for name in columns if name not in keys]
    words = (
        *("INSERT INTO", table.name, _listed(columns), "VALUES", _listed([mark] * len(columns))),
        *("ON CONFLICT", _listed(keys), "DO UPDATE SET", ", ".join(grown if add else replaced)),
    )
    conn.exec_driver_sql(" ".join(words), rows)


def _listed(names: Sequence[str]) -> str:
    return f"({', '.join(names)})"
