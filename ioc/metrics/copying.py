"""The progress of a copy, on disk, so that one that was cut off goes on from there."""

import contextlib
from pathlib import Path

import msgspec

from ioc.metrics.port import CopyCursor


class _Noted(msgspec.Struct):
    origin: str
    target: str
    level: int
    at: int


class CopyNote:
    """Of one copy at a time; one between other stores begins anew."""

    def __init__(self, path: Path, origin: str, target: str) -> None:
        self._path = path
        self._origin, self._target = origin, target

    def read(self) -> CopyCursor | None:
        try:
            noted = msgspec.json.decode(self._path.read_bytes(), type=_Noted)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        if (noted.origin, noted.target) != (self._origin, self._target):
            return None
        return CopyCursor(noted.level, noted.at)

    def write(self, place: CopyCursor) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(_Noted(self._origin, self._target, place.level, place.at)))
        draft.replace(self._path)

    def remove(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
