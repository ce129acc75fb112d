"""Addresses of people: a mobile number, a number to dial, an e-mail address; each checked where it is entered."""

import re

from ioc.core.errors import Code, IocError

MOBILE = "one Vietnamese mobile number: 0, 84 or +84 and nine digits that begin with 3, 5, 7, 8 or 9"
DIAL = "one number to dial: 3 to 15 digits, with a + before and spaces, points, dashes or brackets between"
EMAIL = "one e-mail address name@domain in ASCII"
_MOBILE = re.compile(r"(?:\+?84|0)([35789]\d{8})")
_DIAL = re.compile(r"\+?\d{3,15}")
_SEPARATORS = re.compile(r"[\s.()-]")
_NUMBERS = re.compile(r"\+?\d(?:[\s.()-]{0,2}\d){6,14}")
_EMAIL = re.compile(r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)")


def subscriber(number: str) -> str:
    """The nine digits of a mobile number, however it is written; IocError `bad_phone` for anything else."""
    match = _MOBILE.fullmatch(_SEPARATORS.sub("", number))
    if match is None:
        raise IocError(Code.BAD_PHONE, f"{number!r}: expected {MOBILE}")
    return match.group(1)


def is_mobile(number: str) -> bool:
    return _MOBILE.fullmatch(_SEPARATORS.sub("", number)) is not None


def is_dialable(number: str) -> bool:
    """Also a land line or a hotline, which a person calls and no gateway sends to."""
    return _DIAL.fullmatch(_SEPARATORS.sub("", number)) is not None


def check_inbound(number: str | None) -> None:
    """ValueError for a number of ours that nobody could dial."""
    if number is not None and not is_dialable(number):
        raise ValueError(f"inbound {number!r}: expected {DIAL}")


def dialled(text: str) -> str | None:
    """The first number to dial in a text such as `trực 0912.345.678 (ca ngày)`, without its separators."""
    found = _NUMBERS.search(text)
    return None if found is None else _SEPARATORS.sub("", found[0])


def mailbox(text: str) -> tuple[str, str]:
    """Name and domain of exactly one address: what looks like a list is refused, not split."""
    match = _EMAIL.fullmatch(text)
    if match is None:
        raise IocError(Code.BAD_ADDRESS, f"{text!r}: expected {EMAIL}")
    return match.group(1), match.group(2)


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None
