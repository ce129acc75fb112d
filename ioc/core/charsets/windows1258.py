"""Windows-1258, where most tones are characters behind their letter."""

import unicodedata
from typing import Final

_NAME: Final = "windows-1258"
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")


def decode(raw: bytes) -> str:
    try:
        return raw.decode("cp1258")
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError(_NAME, raw, error.start, error.end, "no letter of it") from None


def encode(text: str) -> bytes:
    return b"".join(_written(text, i) for i in range(len(text)))


def _written(text: str, i: int) -> bytes:
    """As it is where there is such a letter, else its tone behind it."""
    try:
        return text[i].encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", text[i])
    tone = "".join(part for part in parts if part in _TONES)
    letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    try:
        return (letter + tone).encode("cp1258")
    except UnicodeEncodeError:
        raise UnicodeEncodeError(_NAME, text, i, i + 1, "it has no such letter") from None
