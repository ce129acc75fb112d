"""Plug-in discovery: one file in a folder is one plug-in, named by its module-level `kind`."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from ioc.core.errors import Code, UsageError


def scan(package: str) -> dict[str, ModuleType]:
    """Import every module of `package` and key it by its `kind`; a missing or doubled kind stops the start."""
    found: dict[str, ModuleType] = {}
    for module in modules(package):
        kind = getattr(module, "kind", None)
        if not isinstance(kind, str):
            raise UsageError(Code.PLUGIN_WITHOUT_KIND, f'{module.__name__}: a plug-in must set `kind = "…"`')
        if kind in found:
            raise UsageError(Code.PLUGIN_TWICE, f"{package}: kind {kind!r} is defined by two plug-ins")
        found[kind] = module
    return found


def modules(package: str) -> Iterator[ModuleType]:
    """Import every module of `package`; what begins with `_` helps the others and is no plug-in."""
    root = importlib.import_module(package)
    for info in pkgutil.iter_modules(root.__path__):
        if not info.name.startswith("_"):
            yield importlib.import_module(f"{package}.{info.name}")
