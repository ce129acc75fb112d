"""Errors of SQLite, as errors that a retry loop understands."""

import sqlite3
from pathlib import Path

from ioc.core.errors import Code, IocError

# all are transient: nothing is wrong with the readings, only with where they should go
_FAILURES = {
    sqlite3.SQLITE_FULL: (Code.STORE_FULL, "no space left for {path}: free some; readings wait in the inbox"),
    sqlite3.SQLITE_BUSY: (Code.STORE_BUSY, "{path} is locked by another process"),
    sqlite3.SQLITE_LOCKED: (Code.STORE_BUSY, "{path} is locked by another process"),
    sqlite3.SQLITE_CORRUPT: (Code.STORE_CORRUPT, "{path} is damaged"),
    sqlite3.SQLITE_NOTADB: (Code.STORE_CORRUPT, "{path} is damaged"),
    sqlite3.SQLITE_IOERR: (Code.STORE_IO, "{path} cannot be read or written: check the disk"),
    sqlite3.SQLITE_READONLY: (Code.STORE_UNWRITABLE, "{path} cannot be written: check who owns it and its folder"),
    sqlite3.SQLITE_CANTOPEN: (Code.STORE_UNWRITABLE, "{path} cannot be opened: check who owns it and its folder"),
    sqlite3.SQLITE_PERM: (Code.STORE_UNWRITABLE, "{path} cannot be opened: check who owns it and its folder"),
}


def failure(error: sqlite3.Error | OSError, path: Path) -> IocError:
    """The error to raise for `error` met on the file at `path`."""
    if isinstance(error, OSError):
        return IocError(Code.STORE_UNWRITABLE, f"{path}: {error.strerror or error}", path=path.name)
    number = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the number is detail
    if number not in _FAILURES:
        return IocError(Code.STORE_FAILED, f"{path}: {error}", path=path.name)
    code, message = _FAILURES[number]
    return IocError(code, f"{message.format(path=path)} ({error})", path=path.name)


def damaged(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
