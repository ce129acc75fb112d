"""Connector `folder`: dossiers in files that another system lays into a folder of this machine."""

import os
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from connectors.deliveries import inbox
from connectors.deliveries.contract import Errand, Offer
from connectors.deliveries.inbox import DroppedFile, Files

kind = "folder"


class Options(Files, frozen=True, kw_only=True):
    """`path`: the folder; what was taken goes into `done` below it, what was refused into `bad`, with the reason."""

    path: str


def collect(options: Options, errand: Errand) -> Generator[Offer]:
    yield from inbox.collect(Folder(Path(options.path)), options, errand)


@dataclass(frozen=True, slots=True)
class Folder:
    """A drop folder."""

    path: Path

    def files(self) -> list[DroppedFile]:
        found = []
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):  # a link may lead to what its maker may not read
                    seen = entry.stat(follow_symlinks=False)
                    found.append(DroppedFile(entry.name, seen.st_size, seen.st_mtime_ns // 1_000_000))
        return found

    def fetch(self, name: str, to: Path) -> None:
        descriptor = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as source, to.open("wb") as copy:
            shutil.copyfileobj(source, copy)

    def move(self, name: str, folder: str, as_name: str) -> None:
        (self.path / folder).mkdir(exist_ok=True)
        (self.path / name).replace(self.path / folder / as_name)

    def write(self, folder: str, name: str, text: str) -> None:
        (self.path / folder).mkdir(exist_ok=True)
        (self.path / folder / name).write_text(text, encoding="utf-8")
