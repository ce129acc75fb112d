"""What the operations stories share: an empty records database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ioc.platform.db import Database
from tests.databases import empty_records


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = empty_records(tmp_path / "ioc.sqlite")
    yield database
    database.close()
