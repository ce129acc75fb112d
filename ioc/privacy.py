"""Keys that name a person are taken out of a payload before anything of it is written."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec

_REDACTED = b"{"
_CACHED = 10_000
_KEY = re.compile(rb'"([^"]*)"\s*:')
_WHOLE = msgspec.json.Decoder(msgspec.Raw)
_WORD = re.compile(r"[\w-]+")
_TELLING = 5  # letters from which a name is found within other text too: `ho ten`, but not the `name` of `filename`


class Privacy:
    """Drops keys of a list from JSON, whatever their case, separators or diacritics."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._names = {_bare(key) for key in keys}
        self._verdicts: dict[bytes, bool] = {}

    def strip(self, payload: bytes) -> tuple[bytes, bool]:
        """The payload to keep, and whether something was taken out of it."""
        if not self._suspect(payload):
            return payload, False
        try:
            value = msgspec.json.decode(payload.removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._unparsed(payload)
        found: list[str] = []
        kept = self._without(value, found)
        return (msgspec.json.encode(kept), True) if found else (payload, False)

    def _suspect(self, payload: bytes) -> bool:
        """Whether a key may be a listed one; an escape could hide one, or what is not JSON, so those always are."""
        if b"\\" in payload:
            return True
        verdicts = self._verdicts
        for key in _KEY.findall(payload):
            verdict = verdicts.get(key)
            if verdict is None:
                if len(verdicts) >= _CACHED:
                    verdicts.clear()
                verdict = verdicts[key] = _bare(key.decode("utf-8", "replace")) in self._names
            if verdict:
                return True
        try:
            _WHOLE.decode(payload)
        except (msgspec.DecodeError, RecursionError):
            return True
        return False

    def _unparsed(self, payload: bytes) -> tuple[bytes, bool]:
        """Broken JSON near a listed key: nothing of it can be trusted to be nobody's name."""
        text = payload.decode("utf-8", "replace")
        words, run = {_bare(word) for word in _WORD.findall(text)}, _bare(text)
        listed = any(name in words or (len(name) >= _TELLING and name in run) for name in self._names)
        return (_REDACTED, True) if listed else (payload, False)

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
