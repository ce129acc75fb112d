"""Keys that name a person are taken out of a payload before anything of it is written."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec

REDACTED = b"{}"


class Privacy:
    """Drops keys of a list from JSON, whatever their case, separators or diacritics."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._names = {_bare(key) for key in keys}
        spellings = "|".join(sorted(_loose(key) for key in keys))
        # an escape or a letter beyond ASCII in a key could hide a name from the pattern, so those are parsed as well
        pattern = rf'\\u|[\x80-\xff][^":{{}}]*"\s*:|(?i:{spellings})'
        self._suspect = re.compile(pattern.encode("latin-1") if spellings else rb"(?!)")

    def strip(self, payload: bytes) -> tuple[bytes, bool]:
        """The payload to keep, and whether something was taken out of it."""
        if self._suspect.search(payload) is None:
            return payload, False
        try:
            value = msgspec.json.decode(payload.removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._unparsed(payload)
        found: list[str] = []
        kept = self._without(value, found)
        return (msgspec.json.encode(kept), True) if found else (payload, False)

    def _unparsed(self, payload: bytes) -> tuple[bytes, bool]:
        """Broken JSON near a listed key: nothing of it can be trusted to be nobody's name."""
        text = _bare(payload.decode("utf-8", "replace"))
        return (REDACTED[:1], True) if any(name in text for name in self._names) else (payload, False)

    def _without(self, value: Any, found: list[str]) -> Any:
        if isinstance(value, dict):
            private = [key for key in value if _bare(key) in self._names]
            found += private
            return {key: self._without(item, found) for key, item in value.items() if key not in private}
        if isinstance(value, list):
            return [self._without(item, found) for item in value]
        return value


def _bare(key: str) -> str:
    """`Họ_Tên`, `hoTen` and `ho-ten` are one key."""
    plain = unicodedata.normalize("NFD", key.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain.lower() if c.isalnum() and c.isascii())


def _loose(key: str) -> str:
    return '"' + "[-_ .]*".join(re.escape(c) for c in key.replace("_", "")) + r'"\s*:'
