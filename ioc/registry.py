"""Plug-in discovery: one file in a folder is one plug-in, named by its module-level `kind`."""

import importlib
import pkgutil
from types import ModuleType

from ioc.errors import UsageError


def scan(package: str) -> dict[str, ModuleType]:
    """Import every module of `package` and key it by its `kind`; a missing or doubled kind stops the start."""
    found: dict[str, ModuleType] = {}
    root = importlib.import_module(package)
    for info in pkgutil.iter_modules(root.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        kind = getattr(module, "kind", None)
        if not isinstance(kind, str):
            raise UsageError("plugin_without_kind", f'{package}.{info.name}: a plug-in must set `kind = "…"`')
        if kind in found:
            raise UsageError("plugin_twice", f"{package}: kind {kind!r} is defined by two plug-ins")
        found[kind] = module
    return found
