"""What libraries keep to themselves is used in the two rooms `private` alone."""

import ast
import importlib
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

import ioc.platform.private
import web.private

ROOT = Path(__file__).parents[2]
OURS = ("ioc", "connectors", "alerts", "web")
PROMISED = {"_replace", "_asdict", "_fields", "_exit", "_value_"}  # of named tuples, os and enum: documented
# a name with an underscore behind a point that does not follow `self` or `cls`, or in an import; a class with a base
PLAIN = r"(?:msgspec\.)?Struct|NamedTuple|Protocol|StrEnum|TypedDict|\w*Error\b"
WORTH_A_LOOK = re.compile(
    rf"(?<!\bself)(?<!\bcls)\._(?!replace|asdict|fields)[a-z]|\bimport _|^class \w+\((?!{PLAIN})", re.M
)
ROOMS = (ROOT / "ioc/platform/private", ROOT / "web/private")


def hidden(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PROMISED


def foreign(tree: ast.Module) -> dict[str, str]:
    """The names under which a file knows what is not ours, and where they come from."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.asname or one.name.partition(".")[0]: one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}:{one.name}" for one in node.names}
    return {name: origin for name, origin in found.items() if origin.partition(":")[0].partition(".")[0] not in OURS}


def base_of(node: ast.expr, known: dict[str, str]) -> type | None:
    """The class of a library that a class of ours names as its base."""
    root, *parts = ast.unparse(node).partition("[")[0].split(".")
    if root not in known:
        return None
    module, _, name = known[root].partition(":")
    found: object = importlib.import_module(module)
    for part in ([name] if name else []) + parts:
        found = getattr(found, part, None)
    return found if isinstance(found, type) else None


def own_names(tree: ast.Module) -> set[str]:
    """What the file itself calls with an underscore."""
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    kept = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    return names | {node.attr for node in kept if isinstance(node.value, ast.Name) and node.value.id == "self"}


def uses(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    if not WORTH_A_LOOK.search(source):
        return
    tree = ast.parse(source)
    known, own = foreign(tree), own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [f"{getattr(node, 'module', '')}.{one.name}" for one in node.names]
            yield from (name for name in names if any(map(hidden, name.split("."))) and name.split(".")[0] not in OURS)
        elif isinstance(node, ast.Attribute) and hidden(node.attr) and node.attr not in own:
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                yield node.attr
        elif isinstance(node, ast.ClassDef):
            defined = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
            for base in filter(None, (base_of(one, known) for one in node.bases)):
                yield from (name for name in sorted(defined) if hidden(name) and hasattr(base, name))


def test_nothing_outside_the_rooms_uses_what_a_library_keeps_to_itself() -> None:
    found = {}
    for path in (path for folder in OURS for path in sorted((ROOT / folder).rglob("*.py"))):
        if "node_modules" not in path.parts and not any(room in path.parents for room in ROOMS):
            found[str(path.relative_to(ROOT))] = list(uses(path))
    assert {place: names for place, names in found.items() if names} == {}


def test_the_look_above_sees_what_the_rooms_use() -> None:
    found = {name for room in ROOMS for path in room.glob("*.py") for name in uses(path)}
    assert found >= {"_create_socket", "_handle_on_message", "_sslobj", "_async", "_shared_strings"}
    assert any("_reader" in name for name in found)


@pytest.mark.parametrize("name", [*ioc.platform.private.PINNED, *web.private.PINNED])
def test_a_library_that_is_reached_into_is_pinned_to_one_version(name: str) -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"{name}=={version(name)}"' in declared
