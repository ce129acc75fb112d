"""Keys that name a person are taken out of a payload before anything of it is written."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec

from ioc.messages.wire import trimmed

REDACTED = b"{"  # ends in quarantine as broken JSON
_CACHED = 10_000
_WORD = re.compile(r"[\w-]+")
_TELLING = 5  # letters from which a name is found within other text too: `ho ten`, but not the `name` of `filename`


class Privacy:
    """Drops keys of a list from JSON, whatever their case, separators or diacritics."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._names = {_bare(key) for key in keys}
        self._harmless: set[str] = set()

    def strip(self, payload: bytes) -> tuple[bytes, bool]:
        """The payload to keep, and whether something was taken out of it."""
        try:
            value = msgspec.json.decode(trimmed(payload)[0])
            if type(value) is dict and payload.count(b"{") == 1 and self._harmless.issuperset(value):
                return payload, False  # nearly every message: one flat object with keys that were looked at before
            if not self._names_somebody(value):
                return payload, False
            return msgspec.json.encode(self._without(value)), True
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # also nested deeper than we can follow
            return self._unparsed(payload)

    def _names_somebody(self, value: Any) -> bool:
        if isinstance(value, dict):
            return any(map(self.is_private, value)) or any(map(self._names_somebody, value.values()))
        return isinstance(value, list) and any(map(self._names_somebody, value))

    def is_private(self, key: str) -> bool:
        """True for a key whose value may not be kept."""
        if key in self._harmless:
            return False
        if _bare(key) in self._names:
            return True
        if len(self._harmless) >= _CACHED:
            self._harmless.clear()
        self._harmless.add(key)
        return False

    def _unparsed(self, payload: bytes) -> tuple[bytes, bool]:
        """Broken JSON near a listed key: nothing of it can be trusted to be nobody's name."""
        text = payload.decode("utf-8", "replace")
        words, run = {_bare(word) for word in _WORD.findall(text)}, _bare(text)
        listed = any(name in words or (len(name) >= _TELLING and name in run) for name in self._names)
        return (REDACTED, True) if listed else (payload, False)

    def _without(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._without(item) for key, item in value.items() if not self.is_private(key)}
        if isinstance(value, list):
            return [self._without(item) for item in value]
        return value


def _bare(key: str) -> str:
    """`Họ_Tên`, `hoTen` and `ho-ten` are one key."""
    plain = unicodedata.normalize("NFD", key.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain.lower() if c.isalnum() and c.isascii())
