"""An index over some rows of a table only, in SQLite and in PostgreSQL alike."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

_ROWS = "rows"


def partial_index(name: str, *columns: Any, rows: str, sqlite: str | None = None, unique: bool = False) -> sa.Index:
    """`rows` is the condition, `sqlite` the same where SQLite wants other words.

    Said in the index itself, PostgreSQL's would load its whole dialect into every process, whatever the database is.
    """
    where = sa.text(sqlite or rows)
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, info={_ROWS: rows})


@compiles(CreateIndex, "postgresql")
def _with_its_rows(create: CreateIndex, compiler: Any, **more: Any) -> str:
    if (rows := create.element.info.get(_ROWS)) is not None:
        create.element.dialect_options["postgresql"]["where"] = sa.text(rows)
    return str(compiler.visit_create_index(create, **more))
