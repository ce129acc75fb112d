"""Which tests are fast is read from what their files import."""

from pathlib import Path

import pytest

from tests.suite.fast import starts_something


def written(root: Path, name: str, text: str) -> Path:
    path = root / "tests" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    written(tmp_path, "servers.py", "import subprocess\n")
    written(tmp_path, "clock.py", "import time\n")
    written(tmp_path, "flow/conftest.py", "from tests.servers import start\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text", "starts"),
    [
        ("core/test_a.py", "import json\nfrom tests.clock import FakeClock\n", False),
        ("core/test_b.py", "import subprocess\n", True),
        ("core/test_c.py", "from tests.servers import start\n", True),
        ("core/test_d.py", "from playwright.sync_api import Page\n", True),
        ("core/test_e.py", "def test():\n    from tests.servers import start\n", True),
        ("flow/test_f.py", "import json\n", True),  # its conftest does
    ],
)
def test_a_file_starts_something_by_what_it_imports(root: Path, name: str, text: str, starts: bool) -> None:
    assert starts_something(written(root, name, text), root) is starts


def test_modules_that_import_each_other_are_looked_at_once(root: Path) -> None:
    written(root, "one.py", "from tests.two import b\n")
    written(root, "two.py", "from tests.one import a\n")
    assert not starts_something(written(root, "core/test_g.py", "from tests.one import a\n"), root)
