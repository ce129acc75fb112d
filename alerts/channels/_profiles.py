"""Profiles of gateways: what is the same for everybody who uses one, as data in `profiles/NAME.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "profiles"


def names() -> list[str]:
    """The profiles there are."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def filled(table: Mapping[str, Any], default: str | None = None) -> dict[str, Any]:
    """The keys of a channel with those of its profile below them; ValueError names what is missing or allowed."""
    name = table.get("profile", default)
    if name is None:
        return dict(table)
    if name not in names():
        raise ValueError(f"profile {name!r}; allowed: {', '.join(names())}")
    profile = _read(name)
    missing = [key for key in profile["needs"] if not any(f"{key}{form}" in table for form in ("", "_env", "_file"))]
    if missing:
        raise ValueError(f"profile {name!r} needs {', '.join(missing)}")
    return {"profile": name, **profile["options"], **table}


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
