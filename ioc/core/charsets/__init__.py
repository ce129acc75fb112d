"""Text as bytes in every character set that Python knows and in the Vietnamese ones it does not; always NFC."""

import codecs
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ioc.core.charsets import tcvn, vni, windows1258


class Charset(NamedTuple):
    """`decode` raises UnicodeDecodeError, `encode` UnicodeEncodeError, each with the place."""

    decode: Callable[[bytes], str]
    encode: Callable[[str], bytes]


_OURS: Mapping[str, Charset] = {
    "tcvn3": Charset(tcvn.ABC.decode, tcvn.ABC.encode),
    "tcvn5712": Charset(tcvn.TCVN_5712.decode, tcvn.TCVN_5712.encode),
    "vni": Charset(vni.decode, vni.encode),
    "windows1258": Charset(windows1258.decode, windows1258.encode),
}
_ALSO = {"abc": "tcvn3", "tcvn": "tcvn5712", "tcvn57121": "tcvn5712", "vniwin": "vni", "cp1258": "windows1258"}
# whose fonts stand over Western letters: a workbook or database holds their text as those
_OVER_LATIN = frozenset({"tcvn3", "vni"})
VIETNAMESE = ("tcvn3", "vni", "windows-1258")
KNOWN = ("utf-8", "tcvn3", "vni", "windows-1258", "utf-16", "latin-1")


def check(name: str) -> None:
    """ValueError where nobody knows it."""
    if _plain(name) in _OURS:
        return
    try:
        codecs.lookup(name)
    except LookupError:
        known = ", ".join(KNOWN)
        raise ValueError(f"encoding {name!r} is unknown; allowed are {known}, and what Python knows") from None


def decode(raw: bytes, name: str) -> str:
    ours = _OURS.get(_plain(name))
    if ours is None:
        return raw.decode(name)
    return unicodedata.normalize("NFC", ours.decode(raw))


def encode(text: str, name: str, *, replace: bool = False) -> bytes:
    """With `replace` a question mark stands for what cannot be said."""
    ours = _OURS.get(_plain(name))
    if ours is None:
        return text.encode(name, "replace" if replace else "strict")
    text = unicodedata.normalize("NFC", text)
    if not replace:
        return ours.encode(text)
    return b"".join(_or_mark(ours, char) for char in text)


def over_latin(text: str, name: str) -> str:
    """The Unicode text of a cell that a TCVN3 or VNI font displays; one in Unicode is left as it is.

    UnicodeDecodeError where it is neither.
    """
    if _plain(name) not in _OVER_LATIN or text.isascii():
        return text
    try:
        raw = text.encode("cp1252")
    except UnicodeEncodeError:
        return text
    return decode(raw, name)


def _or_mark(charset: Charset, char: str) -> bytes:
    try:
        return charset.encode(char)
    except UnicodeEncodeError:
        return b"?"


def _plain(name: str) -> str:
    bare = name.lower().replace("-", "").replace("_", "").replace(" ", "").replace(".", "")
    return _ALSO.get(bare, bare)
