"""What SQLite says when it cannot, as errors a retry loop understands."""

import sqlite3
from pathlib import Path

from ioc.core.errors import IocError

# code, message; all are transient: nothing is wrong with the readings, only with where they should go
_FAILURES = {
    sqlite3.SQLITE_FULL: ("store_full", "no space left for {path}: free some; readings wait in the inbox"),
    sqlite3.SQLITE_BUSY: ("store_busy", "{path} is locked by another process"),
    sqlite3.SQLITE_LOCKED: ("store_busy", "{path} is locked by another process"),
    sqlite3.SQLITE_CORRUPT: ("store_corrupt", "{path} is damaged"),
    sqlite3.SQLITE_NOTADB: ("store_corrupt", "{path} is damaged"),
    sqlite3.SQLITE_IOERR: ("store_io", "{path} cannot be read or written: check the disk"),
    sqlite3.SQLITE_READONLY: ("store_unwritable", "{path} cannot be written: check who owns it and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("store_unwritable", "{path} cannot be opened: check who owns it and its folder"),
    sqlite3.SQLITE_PERM: ("store_unwritable", "{path} cannot be opened: check who owns it and its folder"),
}


def failure(error: sqlite3.Error | OSError, path: Path) -> IocError:
    """The error to raise for `error` met on the file at `path`."""
    if isinstance(error, OSError):
        return IocError("store_unwritable", f"{path}: {error.strerror or error}", transient=True, path=path.name)
    number = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the number is detail
    if number not in _FAILURES:
        return IocError("store_failed", f"{path}: {error}", path=path.name)
    code, message = _FAILURES[number]
    return IocError(code, f"{message.format(path=path)} ({error})", transient=True, path=path.name)


def damaged(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
