"""The configuration the supervisor started with, kept beside the process ids for roles and later commands."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration as it was read at the start; a file edited meanwhile cannot hurt what runs."""

    origin: str
    table: dict[str, Any]
    simulator: dict[str, int | float | str] | None = None
    ahead_ms: int = 0  # how far a demonstration's clock is set
    demo: bool = False  # whether its own mail server and SMS gateway take what is sent
    map_trouble: str | None = None  # why the changed maps of the configuration file are not in force

    @staticmethod
    def path(data_dir: Path) -> Path:
        return data_dir / "run" / "started.json"

    @classmethod
    def read(cls, path: Path) -> "Started":
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def write(self, path: Path) -> None:
        """Whole or not at all, and for the owner alone: the table may hold secrets."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(msgspec.to_builtins(self), file, ensure_ascii=False, default=str)
        draft.replace(path)
