"""Connector `sftp`: dossiers in files that lie on another machine, whose key is known beforehand."""

import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from connectors.deliveries import inbox
from connectors.deliveries.contract import Errand, Offer
from connectors.deliveries.inbox import DroppedFile, Files
from ioc.config.fields import Port
from ioc.core.errors import Code, IocError

if TYPE_CHECKING:
    import paramiko

kind = "sftp"


class Options(Files, frozen=True, kw_only=True):
    """`host_key`: the server's public key as `ssh-keyscan HOST` prints it, `TYPE BASE64`; another one is refused.

    `key` is our private key as text, `passphrase` what opens it; or, or if it is not taken, `password`.
    """

    host: str
    username: str
    host_key: Annotated[str, Meta(pattern=r"^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$")]
    port: Port = 22
    path: str = "."
    password: str | None = None
    key: str | None = None
    passphrase: str | None = None

    def __post_init__(self) -> None:
        if self.password is None and self.key is None:
            raise ValueError("give password or key")
        Files.__post_init__(self)


def collect(options: Options, errand: Errand) -> Generator[Offer]:
    with _connected(options, errand.limit_s) as client:
        yield from inbox.collect(SftpFolder(client, options.path.rstrip("/") or "/"), options, errand)


@dataclass(frozen=True, slots=True)
class SftpFolder:
    """A folder over SFTP."""

    client: "paramiko.SFTPClient"
    path: str

    def files(self) -> list[DroppedFile]:
        entries = self.client.listdir_attr(self.path)
        return [
            DroppedFile(entry.filename, entry.st_size or 0, (entry.st_mtime or 0) * 1000)
            for entry in entries
            if entry.st_mode is not None and stat.S_ISREG(entry.st_mode)
        ]

    def fetch(self, name: str, to: Path) -> None:
        self.client.get(f"{self.path}/{name}", str(to))

    def move(self, name: str, folder: str, as_name: str) -> None:
        self._made(folder)
        self.client.rename(f"{self.path}/{name}", f"{self.path}/{folder}/{as_name}")

    def write(self, folder: str, name: str, text: str) -> None:
        self._made(folder)
        with self.client.open(f"{self.path}/{folder}/{name}", "w") as file:
            file.write(text.encode())

    def _made(self, folder: str) -> None:
        try:
            self.client.stat(f"{self.path}/{folder}")
        except FileNotFoundError:
            self.client.mkdir(f"{self.path}/{folder}")


@contextmanager
def _connected(options: Options, limit_s: float) -> "Iterator[paramiko.SFTPClient]":
    import paramiko

    with paramiko.SSHClient() as client:
        sort, key = options.host_key.split(" ")[:2]
        name = options.host if options.port == 22 else f"[{options.host}]:{options.port}"
        try:
            client.get_host_keys().add(name, sort, paramiko.PKey.from_type_string(sort, _base64(key)))
            client.set_missing_host_key_policy(paramiko.RejectPolicy())
            client.connect(
                options.host,
                options.port,
                options.username,
                password=options.password,
                pkey=_private(options),
                allow_agent=False,
                look_for_keys=False,
                timeout=limit_s,
                banner_timeout=limit_s,
                auth_timeout=limit_s,
            )
            with client.open_sftp() as sftp:
                channel = sftp.get_channel()
                if channel is not None:
                    channel.settimeout(limit_s)
                yield sftp
        except paramiko.BadHostKeyException as error:
            raise IocError(Code.SFTP_FAILED, "the server shows another key than host_key") from error
        except paramiko.AuthenticationException as error:
            raise IocError(Code.SFTP_FAILED, f"{options.username} is not let in") from error
        except paramiko.SSHException as error:
            raise IocError(Code.SFTP_UNAVAILABLE, f"SFTP: {error}") from error


def _private(options: Options) -> "paramiko.PKey | None":
    """A private key of whatever sort."""
    import paramiko

    if options.key is None:
        return None
    for sort in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return sort.from_private_key(StringIO(options.key + "\n"), options.passphrase)
        except paramiko.SSHException:
            continue
    raise IocError(Code.SFTP_FAILED, "key: not a private key, or not opened by passphrase")


def _base64(text: str) -> bytes:
    import base64

    return base64.b64decode(text)
