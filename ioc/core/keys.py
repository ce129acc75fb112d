"""Keys of this installation: made once, kept in the data directory for its owner alone."""

import os
import secrets
from pathlib import Path

from ioc.core.errors import Code, IocError


def read_or_create(path: Path) -> bytes:
    """The 32 random bytes in `path` (as hex); when two processes start at once, both get the same."""
    try:
        if not path.exists():
            _create(path)
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise IocError(Code.KEY_UNREADABLE, f"{path}: the key cannot be read or made: {error}") from error


def _create(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(draft, path)  # the whole key appears at once, and only for the first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
