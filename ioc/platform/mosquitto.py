"""Mosquitto's password file and ACL, written so that a device may write its own topics and nothing else."""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ioc.core.errors import Code, IocError
from ioc.messages.wire import CHANNELS, ROOT
from ioc.platform import logins

PASSWORDS, ACL = "ioc.passwd", "ioc.acl"
STATISTICS = "$SYS/broker/#"  # how much it dropped is among them
# the secrets are 256 random bits: there is nothing to guess, and a broker's thread hashes at every login
ITERATIONS = 101
_HEADER = "# Written by `ioc device export`; what is changed here by hand is gone at the next export.\n"
_SALT_BYTES = 12


class DeviceAccount(NamedTuple):
    """A device: its user name, its password's hash (None: it may not come in), its vendor's topics."""

    name: str
    password_hash: str | None
    topics: tuple[str, ...]


def password_hash(password: str) -> str:
    """As `mosquitto_passwd` writes it: `$7$ITERATIONS$SALT$HASH`, PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_file(accounts: Sequence[DeviceAccount], before: str) -> str:
    """A line an account that may come in; lines of `before` that are no device's stay as they are."""
    ours = {account.name for account in accounts}
    kept = [line for line in before.splitlines() if line.strip() and line.partition(":")[0] not in ours]
    living = [f"{account.name}:{account.password_hash}" for account in accounts if account.password_hash is not None]
    return "".join(f"{line}\n" for line in [*kept, *living])


def acl_file(ours: Iterable[logins.Account], accounts: Iterable[DeviceAccount]) -> str:
    """`ours` are our own accounts."""
    own = "".join(_own(account) for account in ours)
    devices = "".join(_device(account) for account in accounts if account.topics and account.password_hash is not None)
    patterns = "".join(f"pattern write {ROOT}%u/{channel}\n" for channel in sorted(CHANNELS))
    return (
        f"{_HEADER}\n# The IOC itself\n{own}"
        f"\n# Devices that speak on topics of their vendor's\n{devices}"
        f"\n# Every device: its own source; its user name is ORG/KIND/SOURCE\n{patterns}"
    )


def _own(account: logins.Account) -> str:
    says, hears = account.rights.publish, account.rights.subscribe
    both = [f"topic readwrite {topic}\n" for topic in says if topic in hears]
    write = [f"topic write {topic}\n" for topic in says if topic not in hears]
    read = [f"topic read {topic}\n" for topic in hears if topic not in says]
    return f"user {account.name}\n" + "".join([*both, *write, *read])


def _device(account: DeviceAccount) -> str:
    return f"user {account.name}\n" + "".join(f"topic write {topic}\n" for topic in account.topics)


def write(folder: Path, passwords: str, acl: str) -> None:
    """Both files, each whole at once, readable by owner and group (Mosquitto's)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in ((PASSWORDS, passwords), (ACL, acl)):
            draft = folder / f"{name}.new"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "w", encoding="utf-8") as file:
                file.write(text)
            if (folder / name).exists():
                _keep_owner(folder / name, draft)
            draft.replace(folder / name)
    except OSError as error:
        raise IocError(Code.EXPORT_FAILED, f"{folder}: cannot be written ({error.strerror})") from error


def _keep_owner(old: Path, new: Path) -> None:
    """Keeps the readers of the file that there were before; only root may give a file away."""
    known = old.stat()
    new.chmod(known.st_mode & 0o770)
    if os.geteuid() == 0:
        os.chown(new, known.st_uid, known.st_gid)
