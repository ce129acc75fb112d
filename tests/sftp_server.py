"""An OpenSSH server of one's own that speaks SFTP on a free loopback port, with a key made for it."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.servers import beside, bound_to_us, free_port, program, wait_for_port

OWNER = "nobody"
_CONFIG = """ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM yes
PasswordAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass(frozen=True)
class Sftp:
    """Where to reach it; `folder` is a directory that the account may write."""

    port: int
    username: str
    host_key: str
    key: str
    folder: Path


@contextmanager
def sftp() -> Iterator[Sftp]:
    server = program("sshd")
    with tempfile.TemporaryDirectory(prefix="ioc-sftp-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        host, user, port = _pair(), _pair(), free_port()
        (folder / "host_key").write_text(host[0], encoding="ascii")
        (folder / "host_key").chmod(0o600)
        (folder / "authorized_keys").write_text(f"{user[1]}\n", encoding="ascii")
        (folder / "sshd_config").write_text(_CONFIG.format(port=port, folder=folder), encoding="ascii")
        (folder / "outbox").mkdir()
        who: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        who["env"] = {**os.environ, **beside(server)}
        username = getpass.getuser()
        if os.geteuid() == 0:  # as root it would need a user and a folder that only its package makes
            username = OWNER
            who |= {"user": OWNER, "group": "nogroup", "extra_groups": []}
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, OWNER)
        process = subprocess.Popen(bound_to_us([server, "-D", "-e", "-f", str(folder / "sshd_config")]), **who)
        try:
            wait_for_port(port, process)
            yield Sftp(port, username, host[1], user[0], folder / "outbox")
        finally:
            process.terminate()
            process.wait(10)


def _pair() -> tuple[str, str]:
    """A private key and its public one, as OpenSSH writes them."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return private.decode(), key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
