"""Empty records databases: the tables are made once a process, a test is given a copy of the file."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import metadata

T = TypeVar("T")


def empty_records(path: Path) -> Database:
    """The database at `path`, made with every table of the product and nothing in them where there is none yet."""
    if not path.exists():  # a second life of a story finds what the first left
        path.write_bytes(_empty())
    return Database(sqlite_url(path))


def furnished(furnish: Callable[[Database], T]) -> tuple[bytes, T]:
    """The file of a database that was filled once, and what filling it returned."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ioc.sqlite"
        made = Database(sqlite_url(path))
        metadata.create_all(made.engine)
        told = furnish(made)
        made.close()  # the last connection empties the log into the file
        return path.read_bytes(), told


@cache
def _empty() -> bytes:
    return furnished(lambda _db: None)[0]
