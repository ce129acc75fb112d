"""SMS texts: phone numbers, folding to the GSM alphabet, counting segments, fitting a draft into them."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ioc.core.contact import subscriber

PhoneFormat = Literal["0", "84", "+84", "0084"]

# GSM 03.38 basic set without the letters no gateway of ours needs; the extension counts double
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_SPELLED = str.maketrans(
    {"đ": "d", "Đ": "D", "–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "·": "-", "→": "->"}
)
# what stands for a character that a gateway spoils, where the gateway takes that
_INSTEAD = {
    "&": "+", "[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "\\": "/", "~": "-", "^": "-", "_": "-", "<": "(",
    ">": ")", '"': "'", ";": ",",
}  # fmt: skip
_GSM_LENGTHS = (160, 153)
_UCS2_LENGTHS = (70, 67)
_SEPARATORS = " :,.-(/"
NEVER = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a draft, with the space or sign before it.

    Of those that may give way (`rank` other than NEVER) the lowest rank goes first, down to `least` characters, and
    only when all have done so further down to nothing. A `whole` one goes as a whole or not at all.
    """

    text: str
    rank: int = NEVER
    least: int = 0
    whole: bool = False


Draft = Sequence[Piece]


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
    return " ".join(_folded(text).split())


def is_gsm(text: str) -> bool:
    return all(char in _BASIC or char in _EXTENDED for char in text)


def segments(text: str) -> int:
    """The number of messages a text is charged as."""
    return len(parts(text))


def parts(text: str) -> list[str]:
    """The text as it is sent: one message, or several that a phone joins; no character is torn in two."""
    gsm = is_gsm(text)
    single, part = _GSM_LENGTHS if gsm else _UCS2_LENGTHS
    if sum(_sizes(text, gsm)) <= single:
        return [text]
    found, room = [""], part
    for char, size in zip(text, _sizes(text, gsm), strict=True):
        if size > room:
            found.append("")
            room = part
        found[-1] += char
        room -= size
    return found


def joined(draft: Draft) -> str:
    """All of it, in one line."""
    return " ".join("".join(piece.text for piece in draft).split())


def compose(draft: Draft, *, unicode: bool, max_segments: int, unsafe: str = "") -> Sms:
    """Folded unless `unicode`, freed of a gateway's `unsafe` characters, and fitted into `max_segments`."""
    texts = [_safe(_one_spaced(piece.text) if unicode else _folded(piece.text), unsafe) for piece in draft]
    for at, least in _giving_way(draft):
        if segments(_line(texts)) > max_segments:
            texts[at] = "" if draft[at].whole else _shortened(texts, at, least, max_segments)
    while segments(_line(texts)) > max_segments:  # what never gives way is too long by itself
        longest = max(range(len(texts)), key=lambda at: len(texts[at]))
        texts[longest] = texts[longest][:-1]
    text = _line(texts)
    return Sms(text, segments(text), not is_gsm(text))


def _giving_way(draft: Draft) -> Iterator[tuple[int, int]]:
    """The pieces in the order they give way, each with what has to stay of it."""
    order = sorted((piece.rank, at) for at, piece in enumerate(draft) if piece.rank != NEVER)
    yield from ((at, draft[at].least) for _, at in order)
    yield from ((at, 0) for _, at in order)


def _shortened(texts: list[str], at: int, least: int, max_segments: int) -> str:
    """As much of one text as fits, a point where it was cut; at least `least` characters, for 0 also nothing."""
    text = texts[at]
    shortest = min(len(text), len(text) - len(text.lstrip(_SEPARATORS)) + least)
    if shortest == len(text):
        return text

    def too_long(length: int) -> bool:
        return segments(_line([*texts[:at], _cut(text, length), *texts[at + 1 :]])) > max_segments

    return _cut(text, max(shortest, bisect_left(range(len(text)), True, lo=shortest, key=too_long) - 1))


def _cut(text: str, length: int) -> str:
    kept = text[: max(0, length - 1)].rstrip()
    return f"{kept}." if kept.strip(_SEPARATORS) else ""


def _line(texts: list[str]) -> str:
    return " ".join("".join(texts).split())


def _folded(text: str) -> str:
    """As `fold`, with the spaces at both ends."""
    plain = unicodedata.normalize("NFD", _one_spaced(text).translate(_SPELLED))
    folded = "".join(char for char in plain if not unicodedata.combining(char))
    return "".join(char if char in _BASIC or char in _EXTENDED else "?" for char in folded)


def _one_spaced(text: str) -> str:
    """Composed, every space and break of a line a plain space."""
    return "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))


def _safe(text: str, unsafe: str) -> str:
    banned = frozenset(unsafe)
    return "".join(_stands_for(char, banned) if char in banned else char for char in text)


def _stands_for(char: str, banned: frozenset[str]) -> str:
    instead = _INSTEAD.get(char, " ")
    return " " if instead in banned else instead


def _sizes(text: str, gsm: bool) -> list[int]:
    """Septets of each character of a GSM text, UTF-16 units of any other."""
    if gsm:
        return [2 if char in _EXTENDED else 1 for char in text]
    return [2 if ord(char) > 0xFFFF else 1 for char in text]
