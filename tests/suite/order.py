"""How workers share the tests: a file stays with one of them, and the folders that wait most go first."""

from collections.abc import Iterable
from pathlib import Path

import pytest

# they wait for servers, restarts and browsers: begun last, one of them would keep a single worker at the end
FIRST = ("tests/faults", "tests/flow", "tests/ops", "tests/web/screens", "tests/connectors", "tests/metrics")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = ordered(items, config.rootpath)


def ordered(items: Iterable[pytest.Item], root: Path) -> list[pytest.Item]:
    """The folders of FIRST in their order, then the others as they were collected."""
    return sorted(items, key=lambda item: _rank(item.path.relative_to(root).as_posix()))


def _rank(path: str) -> int:
    return next((i for i, folder in enumerate(FIRST) if path.startswith(f"{folder}/")), len(FIRST))
