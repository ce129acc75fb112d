"""SMS texts: phone numbers, folding to the GSM alphabet, counting segments, cutting to a length."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from ioc.core.contact import subscriber

PhoneFormat = Literal["0", "84", "+84"]

# GSM 03.38 basic set without the letters no gateway of ours needs; the extension counts double
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_SPELLED = str.maketrans(
    {"đ": "d", "Đ": "D", "–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "·": "-", "→": "->"}
)
_GSM_LENGTHS = (160, 153)
_UCS2_LENGTHS = (70, 67)


@dataclass(frozen=True, slots=True)
class Sms:
    """A text ready to send and what it costs."""

    text: str
    segments: int
    unicode: bool


def phone(number: str, form: PhoneFormat = "0") -> str:
    """A Vietnamese mobile number as the gateway wants it; IocError `bad_phone` for anything else."""
    return form + subscriber(number)


def fold(text: str) -> str:
    """Vietnamese without its marks, in the GSM alphabet; what has no like becomes a question mark."""
    plain = unicodedata.normalize("NFD", text.translate(_SPELLED))
    folded = "".join(char for char in plain if not unicodedata.combining(char))
    return "".join(char if char in _BASIC or char in _EXTENDED else "?" for char in " ".join(folded.split()))


def is_gsm(text: str) -> bool:
    return all(char in _BASIC or char in _EXTENDED for char in text)


def segments(text: str) -> int:
    """The number of messages a text is charged as."""
    single, part = _lengths(text)
    size = _size(text)
    return 1 if size <= single else -(-size // part)


def compose(text: str, *, unicode: bool, max_segments: int, unsafe: str = "") -> Sms:
    """Folded unless `unicode`, freed of a gateway's `unsafe` characters, and cut to `max_segments`."""
    ready = " ".join(unicodedata.normalize("NFC", text).split()) if unicode else fold(text)
    ready = ready.translate({ord(char): " " for char in unsafe})
    while segments(ready) > max_segments:
        ready = ready[:-4].rstrip() + "..."
    return Sms(ready, segments(ready), not is_gsm(ready))


def _lengths(text: str) -> tuple[int, int]:
    return _GSM_LENGTHS if is_gsm(text) else _UCS2_LENGTHS


def _size(text: str) -> int:
    """Septets of a GSM text, UTF-16 units of any other."""
    if is_gsm(text):
        return len(text) + sum(char in _EXTENDED for char in text)
    return len(text.encode("utf-16-le")) // 2
