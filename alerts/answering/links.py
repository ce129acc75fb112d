"""The token of a link: the notification it came with and when it ends, sealed with its receiver and what it says."""

import base64
import hashlib
import hmac
import re
from typing import NamedTuple, Self

from sqlalchemy.engine import RowMapping

MINUTE_MS = 60_000
_TOKEN = re.compile(r"([0-9a-z]{1,13})-([0-9a-z]{1,9})-([A-Za-z0-9_-]{22})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Bound(NamedTuple):
    """A notification by its number and its ref, and whom it went to; it speaks of one incident, whatever joins that."""

    notification: int
    ref: str
    receiver: str
    address: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(row["id"], row["ref"], row["receiver"], row["address"])


class LinkToken(NamedTuple):
    """As it was read; nothing is proved yet."""

    notification: int
    until: int
    seal: str


def sealed(key: bytes, bound: Bound, until: int) -> str:
    """Short enough for an SMS; `until` (epoch ms) counts to the minute."""
    minutes = until // MINUTE_MS
    return f"{_in_36(bound.notification)}-{_in_36(minutes)}-{_seal(key, bound, minutes)}"


def read(text: str) -> LinkToken | None:
    found = _TOKEN.fullmatch(text)
    return LinkToken(int(found[1], 36), int(found[2], 36) * MINUTE_MS, found[3]) if found else None


def holds(key: bytes, token: LinkToken, bound: Bound) -> bool:
    """True where it is the one we made for this receiver, this message and this end."""
    return hmac.compare_digest(token.seal, _seal(key, bound, token.until // MINUTE_MS))


def _seal(key: bytes, bound: Bound, minutes: int) -> str:
    told = "|".join(("ioc-answer", *map(str, bound), str(minutes)))
    return base64.urlsafe_b64encode(hmac.new(key, told.encode(), hashlib.sha256).digest()[:16]).decode().rstrip("=")


def _in_36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
