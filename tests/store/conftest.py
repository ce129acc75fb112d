"""A store on a new file, and the days the stories of it happen on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ioc.store.embedded import EmbeddedStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[EmbeddedStore]:
    opened = EmbeddedStore(path, writer=True)
    yield opened
    opened.close()
