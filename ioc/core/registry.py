"""Plug-ins: found by a scan of their folders, the package's own and a site's, each held to its folder's contract."""

import hashlib
import importlib
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from ioc.core import contract
from ioc.core.errors import Code, UsageError
from ioc.core.texts import LANGUAGES, Catalogues


class PluginSort(StrEnum):
    """The sorts of plug-in, by the package they lie in; `CONTRACT` of the package is what they are held to."""

    KIND = "connectors.kinds"
    PROBE = "connectors.probes"
    PULL = "connectors.pulls"
    RULE = "alerts.rules"
    CHANNEL = "alerts.channels"
    WIDGET = "web.widgets"
    API = "web.api"

    @property
    def folder(self) -> str:
        """Its name below the folder of a site."""
        return self.rpartition(".")[2]


class PluginFile(NamedTuple):
    """A plug-in that is not loaded yet: how people call its file, and its name as a module."""

    path: str
    module: str


@dataclass(frozen=True)
class Plugins:
    """The plug-ins of this build and those in the folder of a site (`[plugins] folder`), each sort scanned once."""

    site: Path | None = None
    _scanned: dict[PluginSort, Mapping[str, ModuleType]] = field(default_factory=dict)

    def of(self, sort: PluginSort) -> Mapping[str, ModuleType]:
        """By kind; UsageError `bad_plugin` names every file that is not fit, and why."""
        found = self._scanned.get(sort)
        if found is None:
            found = self._scanned[sort] = scan(sort, self.site)
        return found

    def texts(self, sorts: Iterable[PluginSort] = PluginSort) -> Catalogues:
        """The texts that plug-ins of those sorts add to the catalogues."""
        brought = [contract.texts(module) for sort in sorts for module in self.of(sort).values()]
        return {lang: {key: text for one in brought for key, text in one[lang].items()} for lang in LANGUAGES}

    def check(self, catalogues: Catalogues) -> list[str]:
        """The faults of all plug-ins of all sorts, a line each; `catalogues` are the texts without theirs."""
        found = _misplaced(self.site) if self.site is not None else []
        for sort in PluginSort:
            try:
                for module in self.of(sort).values():
                    found += contract.lines(path(module), _unsaid(sort, module, catalogues, self.is_of_site(module)))
            except UsageError as error:
                found += error.message.splitlines()
        return found

    def is_of_site(self, module: ModuleType) -> bool:
        return self.site is not None and Path(module.__file__ or "").is_relative_to(self.site)


def scan(package: str, site: Path | None = None) -> dict[str, ModuleType]:
    """Import every module of a package's folder and a site's, and key it by its `kind`, or its own name without one."""
    root = importlib.import_module(package)
    found: dict[str, ModuleType] = {}
    files: dict[str, str] = {}
    problems: list[str] = []
    for file in _files(root, site):
        try:
            module = _loaded(file)
        except UsageError as error:
            problems.append(error.message)
            continue
        kind = getattr(module, "kind", file.module.rpartition(".")[2])
        wrong = _shortcomings(root, module)
        if not wrong and kind in found:
            wrong = [f"kind {kind!r} is that of {files[kind]}"]
        problems += contract.lines(file.path, wrong)
        found[str(kind)], files[str(kind)] = module, file.path
    if problems:
        raise UsageError(Code.BAD_PLUGIN, "\n".join(problems), problems=problems)
    return found


def _loaded(file: PluginFile) -> ModuleType:
    try:
        return importlib.import_module(file.module)
    except Exception as error:
        raise UsageError(Code.BAD_PLUGIN, f"{file.path}: {_why(error)}") from error


def _shortcomings(root: ModuleType, module: ModuleType) -> list[str]:
    """By the contract of its folder; what only the package can judge comes after."""
    wrong = list(contract.problems(module, root.CONTRACT)) or list(contract.wrong_texts(contract.texts(module)))
    further: Callable[[ModuleType], Iterator[str]] | None = getattr(root, "check", None)
    return wrong if wrong or further is None else list(further(module))


def _files(root: ModuleType, site: Path | None) -> Iterator[PluginFile]:
    """The files of a folder; one that begins with `_` helps the others and is no plug-in."""
    package = root.__name__
    for info in pkgutil.iter_modules(root.__path__):
        if not info.name.startswith("_"):
            yield PluginFile(f"{package.replace('.', '/')}/{info.name}.py", f"{package}.{info.name}")
    if site is None:
        return
    folder = site / package.rpartition(".")[2]
    for info in pkgutil.iter_modules([str(folder)]):
        if not info.name.startswith("_"):
            yield PluginFile(f"{folder / info.name}.py", f"{_site_package(site)}.{folder.name}.{info.name}")


def _site_package(site: Path) -> str:
    """The folder of a site as a package of its own, so that its files can import each other."""
    name = f"ioc_plugins_{hashlib.sha256(str(site).encode()).hexdigest()[:8]}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(site)]
        sys.modules[name] = package
    return name


def path(module: ModuleType) -> str:
    """The file of a plug-in."""
    return module.__file__ or module.__name__


def _unsaid(sort: PluginSort, module: ModuleType, catalogues: Catalogues, of_site: bool) -> Iterator[str]:
    """The texts a plug-in lacks; those of this build lie in its catalogues and beside its screens."""
    own = contract.texts(module)["vi"]
    yield from (f"TEXTS: {key} is a text of ours already" for key in own if key in catalogues["vi"])
    needed: Callable[[ModuleType], Iterable[str]] | None = getattr(importlib.import_module(sort), "texts_of", None)
    if needed is not None and of_site:
        yield from (f"TEXTS: {key} is missing" for key in needed(module) if key not in own)


def _misplaced(site: Path) -> list[str]:
    if not site.is_dir():
        return [f"plugins.folder: {str(site)!r} is no folder"]
    allowed = sorted(sort.folder for sort in PluginSort)
    strange = sorted(path.name for path in site.glob("*/") if path.name not in allowed and path.name[0] not in "._")
    return [f"{site / name}: no sort of plug-in; allowed: {', '.join(allowed)}" for name in strange]


def _why(error: Exception) -> str:
    """One line of why a file could not be loaded, with the line it broke at."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"cannot be loaded: {type(error).__name__}: {error} (line {at.lineno} of {Path(at.filename).name})"
