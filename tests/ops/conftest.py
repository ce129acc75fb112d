"""What the operations stories share: an empty records database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import metadata


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path / "ioc.sqlite"))
    metadata.create_all(database.engine)
    yield database
    database.close()
