"""One supervisor a role and data directory: a lock that ends with its holder, however it ends."""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from ioc.core.errors import Code, IocError


def take(run_dir: Path, names: Iterable[str]) -> list[TextIO]:
    """Hold these locks as long as the files are kept; IocError `already_running` names the holder."""
    run_dir.mkdir(parents=True, exist_ok=True)
    held: list[TextIO] = []
    for name in names:
        file = (run_dir / f"supervisor-{name}.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            line = f"{run_dir.parent}: role {name} runs already (supervisor pid {holder}); stop it first"
            raise IocError(Code.ALREADY_RUNNING, line) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        held.append(file)
    return held
