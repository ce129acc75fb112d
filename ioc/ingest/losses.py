"""Losses before us, kept on disk: each is told for a while, however often ingest is restarted."""

import contextlib
import logging
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import msgspec

from ioc.core.clock import Clock

log = logging.getLogger(__name__)

FILE = "losses.json"
TOLD_MS = 3_600_000


class Loss(StrEnum):
    """The loser of the messages."""

    SESSION = "the broker forgot the session of ingest: what was sent while ingest was away is missing"
    DROPPED = "the broker dropped messages for ingest: raise max_queued_messages"


class _LossFile(msgspec.Struct, frozen=True):
    at: int
    what: Loss
    n: int


class Losses:
    """Noted from any thread; `standing` is what to say of the last hour."""

    def __init__(self, path: Path, clock: Clock, tell: Callable[[int], str]) -> None:
        self._path, self._clock, self._tell = path, clock, tell
        self._kept: dict[Loss, _LossFile] = {}
        with contextlib.suppress(OSError, msgspec.DecodeError):
            self._kept = {kept.what: kept for kept in msgspec.json.decode(path.read_bytes(), type=list[_LossFile])}

    def note(self, what: Loss, n: int = 1) -> None:
        """`n` more since the last time; a disk that cannot be written costs the memory of it, not ingest."""
        before = self._kept.get(what)
        told = before is not None and self._clock.now_ms() - before.at < TOLD_MS
        self._kept[what] = _LossFile(self._clock.now_ms(), what, n + (before.n if before and told else 0))
        draft = self._path.with_suffix(".new")
        try:
            draft.write_bytes(msgspec.json.encode(list(self._kept.values())))
            draft.replace(self._path)
        except OSError as error:
            log.warning("%s: cannot be written (%s)", self._path, error.strerror)

    def standing(self) -> str | None:
        since = self._clock.now_ms() - TOLD_MS
        lines = [f"{self._tell(kept.at)}: {kept.what} ({kept.n})" for kept in self._kept.values() if kept.at > since]
        return "; ".join(lines) or None
