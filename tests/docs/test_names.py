"""One meaning a name: a class name stands for one thing in all four packages."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ioc", "connectors", "alerts", "web")
CONVENTIONS = {"Options", "Query"}  # of a plug-in and of a call: the same part of each, named alike on purpose


def classes() -> dict[str, list[str]]:
    """Where each name is defined."""
    found: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "node_modules" not in path.parts:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                names = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
                for name in names:
                    found[name].append(str(path.relative_to(ROOT)))
    return found


def test_a_class_name_has_one_meaning() -> None:
    found = classes()
    assert len(found) > 400, "the packages were read"
    assert {name: where for name, where in found.items() if len(where) > 1 and name not in CONVENTIONS} == {}


def test_what_is_named_alike_on_purpose_is_in_the_glossary() -> None:
    words = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    assert not [name for name in CONVENTIONS if f"`{name}`" not in words]
