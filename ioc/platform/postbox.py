"""The demonstration's postbox: what its own mail server and SMS gateway took, in a file of the data directory."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

KEPT = 500
_READ_BYTES = 8 * 1024 * 1024


class PostboxMessage(Struct, frozen=True, kw_only=True):
    """One message as its receiver has it; `ref` is that of the notification, `at` when it was taken (epoch ms)."""

    at: int
    way: Literal["sms", "email"]
    address: str
    ref: str
    text: str
    sender: str = ""
    subject: str = ""
    html: str = ""


class Postbox:
    """One JSON object a line, the newest last; one process writes it, any may read it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def put(self, message: PostboxMessage) -> None:
        """On disk when it returns."""
        line = msgspec.json.encode(message) + b"\n"
        with self._lock:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def newest(self) -> list[PostboxMessage]:
        """The newest first, at most KEPT."""
        return list(self._messages())[-KEPT:][::-1]

    def trim(self) -> None:
        """Leave the newest alone, whole or not at all; before anything is put."""
        lines = b"".join(msgspec.json.encode(message) + b"\n" for message in self.newest()[::-1])
        draft = self._file.with_suffix(".new")
        draft.write_bytes(lines)
        draft.chmod(0o600)
        draft.replace(self._file)

    def _messages(self) -> Iterator[PostboxMessage]:
        for line in self._tail().splitlines():
            try:
                yield msgspec.json.decode(line, type=PostboxMessage)
            except msgspec.DecodeError:
                continue  # cut off where reading began, or just being written

    def _tail(self) -> bytes:
        try:
            with self._file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _READ_BYTES))
                return file.read()
        except FileNotFoundError:
            return b""
