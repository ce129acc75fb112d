"""A small file in the data dir that remembers up to when the simulator has told its story."""

from pathlib import Path

import msgspec

_NAME = "simulator.json"


class Marker(msgspec.Struct, frozen=True):
    """`until` is epoch ms; another seed is another story."""

    seed: int
    until: int


def read(root: Path, seed: int) -> int | None:
    """Up to when this story is known to have been told; None when it never was."""
    try:
        told = msgspec.json.decode((root / _NAME).read_bytes(), type=Marker)
    except (OSError, msgspec.DecodeError):
        return None
    return told.until if told.seed == seed else None


def write(root: Path, told: Marker) -> None:
    draft = root / f"{_NAME}.new"
    draft.write_bytes(msgspec.json.encode(told))
    draft.replace(root / _NAME)
