"""What the documentation names as a file or a folder of this repository is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "README.md",
    "README.vi.md",
    "CONTRIBUTING.md",
    *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
HISTORY = "docs/decisions.md"  # tells of files that are gone, too
EXAMPLES = {"web/frontend/src/widgets/gauge/index.svelte"}
_PATH = re.compile(r"`((?:ioc(?!/v\d|/live/v)|connectors|alerts|web|tests|scripts|benchmarks|docs|deploy)/[\w./-]*)`")
_LINK = re.compile(r"\]\(([\w./-]+\.\w+)\)")


@pytest.mark.parametrize("page", [page for page in PAGES if page != HISTORY])
def test_every_path_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    folder = (ROOT / page).parent
    missing = [path for path in _PATH.findall(text) if path not in EXAMPLES and not (ROOT / path).exists()]
    missing += [link for link in _LINK.findall(text) if not (folder / link).exists()]
    assert not missing
