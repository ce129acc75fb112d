"""VNI for Windows: a letter followed by the sign over it, each in the place of a Western letter."""

import re
from collections.abc import Iterator
from typing import Final

# behind a letter: the tone, or the roof, the breve, and either with a tone
_PLAIN = "ùøûõï"
_A = dict(zip("ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ", strict=True))
_E = dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True))
_O = dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True))
_U = dict(zip(_PLAIN, "úùủũụ", strict=True))
_Y = dict(zip(_PLAIN[:4], "ýỳỷỹ", strict=True))
_O_HORN = dict(zip(_PLAIN, "ớờởỡợ", strict=True))
_U_HORN = dict(zip(_PLAIN, "ứừửữự", strict=True))
_PAIRS: Final = {"a": _A, "e": _E, "o": _O, "u": _U, "y": _Y, "ô": _O_HORN, "ö": _U_HORN}
_ALONE: Final = {"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ", "ñ": "đ"}


def _small() -> Iterator[tuple[str, str]]:
    yield from _ALONE.items()
    for letter, signs in _PAIRS.items():
        yield from ((letter + sign, meant) for sign, meant in signs.items())


_SMALL: Final = dict(_small())
# capitals carry a capital sign, or where somebody typed so a small one
_MEANT: Final = (
    _SMALL
    | {written[0].upper() + written[1:]: meant.upper() for written, meant in _SMALL.items()}
    | {written.upper(): meant.upper() for written, meant in _SMALL.items()}
)
_WRITTEN: Final = {meant: written for written, meant in _MEANT.items()}
_TOKEN = re.compile("|".join(sorted(_MEANT, key=len, reverse=True)) + "|.", re.DOTALL)
_LETTERS_FROM = 0xC0  # no Western letter stands for itself


def decode(raw: bytes) -> str:
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError("vni", raw, error.start, error.end, "no letter of it") from None
    return "".join(_meant(found, raw) for found in _TOKEN.finditer(text))


def encode(text: str) -> bytes:
    return b"".join(_written(text, i) for i in range(len(text)))


def _meant(found: re.Match[str], raw: bytes) -> str:
    token = found[0]
    meant = _MEANT.get(token)
    if meant is None and raw[found.start()] >= _LETTERS_FROM:
        raise UnicodeDecodeError("vni", raw, found.start(), found.end(), "a sign without its letter")
    return token if meant is None else meant


def _written(text: str, i: int) -> bytes:
    char = text[i]
    try:
        raw = _WRITTEN.get(char, char).encode("cp1252")
    except UnicodeEncodeError:
        raw = b""
    if not raw or (char not in _WRITTEN and raw[0] >= _LETTERS_FROM):
        raise UnicodeEncodeError("vni", text, i, i + 1, "it has no such letter")
    return raw
