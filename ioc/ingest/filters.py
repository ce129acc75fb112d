"""The vendors' filters ingest ever subscribed to: a persistent session keeps them until it is told otherwise."""

import json
from collections.abc import Iterable
from pathlib import Path


def former(path: Path, wanted: Iterable[str]) -> list[str]:
    """Those of earlier configurations that are no longer wanted; from now on `wanted` is remembered too."""
    current = set(wanted)
    known: set[str] = set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()
    if not current <= known:
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(sorted(known | current)), encoding="utf-8")
        draft.replace(path)
    return sorted(known - current)
