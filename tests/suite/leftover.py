"""A story that fails leaves nothing running: what it started itself ends with it."""

from collections.abc import Iterator

import pytest

from tests.ops.running import Running


@pytest.fixture(autouse=True)
def _nothing_runs_on() -> Iterator[None]:
    """What stories share was started before, by a fixture of a wider scope that ends it."""
    before = set(Running.started)
    yield
    for one in Running.started - before:
        one.kill()
