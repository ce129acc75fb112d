"""`-m fast`: the tests that start no server, no browser, no process and no whole web application, nor are `slow`."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STARTERS = {"subprocess", "multiprocessing", "playwright.sync_api", "ioc.ops.process", "ioc.ops.roles", "web.server"}
IMPORT = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)


@pytest.hookimpl(tryfirst=True)  # before -m is looked at
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") is None and not starts_something(item.path):
            item.add_marker("fast")


@cache
def starts_something(path: Path, root: Path = ROOT) -> bool:
    """Whether the file, its conftest files or a module of the tests it imports can start a process."""
    seen: set[Path] = set()
    pending = [path, *conftests(path, root)]
    while pending:
        file = pending.pop()
        if file in seen:
            continue
        seen.add(file)
        modules = imported(file)
        if modules & STARTERS:
            return True
        pending += (found for module in modules if (found := root / f"{module.replace('.', '/')}.py").is_file())
    return False


def conftests(path: Path, root: Path) -> list[Path]:
    return [found for folder in path.parents if root in folder.parents and (found := folder / "conftest.py").is_file()]


@cache
def imported(file: Path) -> set[str]:
    """The modules of the tests, and those that start something; what the product imports is not followed."""
    return {name for name in IMPORT.findall(file.read_text("utf-8")) if name.startswith("tests.") or name in STARTERS}
