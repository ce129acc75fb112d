"""The identity of ingest at its broker: a client id that cannot be guessed, and the session it is owed."""

import contextlib
import os
import secrets
from pathlib import Path

import msgspec

from ioc.config.settings import Mqtt
from ioc.core.errors import Code, IocError

FILE = "session.json"
_RANDOM_BYTES = 16


class _IdentityFile(msgspec.Struct, kw_only=True):
    """`former` are ids of sessions that may still hold messages of ours."""

    client_id: str
    label: str
    broker: str
    expected: bool = False
    former: list[str] = msgspec.field(default_factory=list)


class Identity:
    """Kept for the owner alone: whoever knows a client id may take its session, messages and all."""

    def __init__(self, path: Path, mqtt: Mqtt) -> None:
        self._path = path
        self._kept = self._of(mqtt, _read(path))
        self._write()

    @property
    def client_id(self) -> str:
        """Never to be logged."""
        return self._kept.client_id

    @property
    def expected(self) -> bool:
        """True where the broker owes us a session, as it does from the moment it granted our subscriptions."""
        return self._kept.expected

    @property
    def former(self) -> list[str]:
        return list(self._kept.former)

    def subscribed(self) -> None:
        if not self._kept.expected:
            self._kept.expected = True
            self._write()

    def emptied(self, client_id: str) -> None:
        """The session of that former id is drained and ended."""
        self._kept.former.remove(client_id)
        self._write()

    @staticmethod
    def _of(mqtt: Mqtt, kept: _IdentityFile | None) -> _IdentityFile:
        broker = "embedded" if mqtt.embedded else mqtt.url
        if kept is not None and kept.label == mqtt.client_id:
            if kept.broker != broker:
                kept.broker, kept.expected = broker, False
            return kept
        own = f"{mqtt.client_id}-{secrets.token_hex(_RANDOM_BYTES)}"
        # an older build used the bare label; the embedded broker of that time kept nothing on disk
        old = [kept.client_id, *kept.former] if kept else [] if mqtt.embedded else [mqtt.client_id]
        return _IdentityFile(client_id=own, label=mqtt.client_id, broker=broker, former=old)

    def _write(self) -> None:
        draft = self._path.with_suffix(".new")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(self._kept))
                file.flush()
                os.fsync(descriptor)
            draft.replace(self._path)
        except OSError as error:
            raise IocError(Code.SESSION_UNWRITABLE, f"{self._path}: cannot be written ({error.strerror})") from error


def _read(path: Path) -> _IdentityFile | None:
    """None also for a file that is damaged: its session is lost then, and a new one begins."""
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=_IdentityFile)
    return None
