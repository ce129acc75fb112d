"""New accounts put before a running server: who is gone is cut at once, and so is who was renewed."""

import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ioc.core.errors import Code, IocError
from ioc.platform.logins import Account
from ioc.platform.nats.accounts import FILE, User, account_file, user

APART_S = 1.0  # between taking a renewed user out and putting it in again
_KNOWN = re.compile(r'user: "(?P<name>(?:[^"\\\\]|\\\\.)*)", password: "(?P<password>[^"]*)"')


def write_export(folder: Path, ours: Sequence[Account], devices: Sequence[User], reload: Callable[[], None]) -> int:
    """The file for `accounts { include … }`, readable by owner and group; how many are in it.

    `ours` are the IOC's own; a hash that fits their password stays as it is, since another would cut us off.
    """
    path = folder / FILE
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    known = known_hashes(before)
    users = [*(user(account, known.get(account.name, "")) for account in ours), *devices]
    replace(before, users, lambda text: _write(path, text), reload)
    return len(users)


def replace(
    before: str,
    users: Sequence[User],
    write: Callable[[str], None],
    reload: Callable[[], None],
    apart_s: float = APART_S,
) -> None:
    """A server leaves who has another hash now connected; taken out and put in again it is cut."""
    renewed = _renewed(before, users)
    if renewed:
        write(account_file([each for each in users if each.name not in renewed]))
        reload()
        time.sleep(apart_s)
    write(account_file(users))
    reload()


def known_hashes(text: str) -> dict[str, str]:
    """The password hashes of an account file, by user."""
    return {found["name"]: found["password"] for found in _KNOWN.finditer(text)}


def _renewed(before: str, users: Sequence[User]) -> set[str]:
    known = known_hashes(before)
    return {
        each.name for each in users if each.rights is not None and known.get(each.name, each.password) != each.password
    }


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise IocError(Code.EXPORT_FAILED, f"{path}: cannot be written ({error.strerror})") from error
