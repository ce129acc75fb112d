"""A damaged file of readings or messages is set aside under another name, never deleted."""

from datetime import UTC, datetime
from pathlib import Path

_MARK = ".damaged-"


def set_aside(path: Path) -> Path:
    """Rename the file and its log after the time it was last written; the new name."""
    stamp = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y%m%dT%H%M%SZ")
    taken = len(list(path.parent.glob(f"{path.name}{_MARK}{stamp}*")))
    target = path.with_name(f"{path.name}{_MARK}{stamp}" + (f".{taken}" if taken else ""))
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(target.with_name(target.name + suffix))
    return target


def aside(path: Path) -> tuple[str, ...]:
    """Names of the files that were set aside and still lie beside the one in use."""
    found = path.parent.glob(f"{path.name}{_MARK}*")
    return tuple(sorted(file.name for file in found if not file.name.endswith(("-wal", "-shm"))))
