"""What the stories of a folder share ends with the folder, not with the run: idle servers slow down all that follow."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
_open: dict[tuple[pytest.Dir, str], Any] = {}


def lasting(request: pytest.FixtureRequest, make: Callable[[], AbstractContextManager[T]]) -> T:
    """For fixtures of a module: made by the first of the folder, ended after its last."""
    folder = next(parent for parent in request.node.iter_parents() if isinstance(parent, pytest.Dir))
    key = (folder, f"{request.fixturename}{getattr(request, 'param', '')}")
    if key not in _open:
        stack = ExitStack()
        _open[key] = stack.enter_context(make())
        folder.addfinalizer(lambda: (_open.pop(key), stack.close()))
    found: T = _open[key]
    return found
