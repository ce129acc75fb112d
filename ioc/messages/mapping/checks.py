"""Checks of a pattern, a time format and a zone that need no message; ValueError says what is wrong."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_LENGTH = 500


def pattern(text: str) -> None:
    _length("pattern", text)
    try:
        groups = re.compile(text).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"pattern {text!r}: {error}") from None
    if groups != 1:
        raise ValueError(f"pattern {text!r}: must hold one group, such as ([0-9]+)")


def format(text: str | None) -> None:
    """A format that cannot read what it wrote would read nothing."""
    if text is None:
        return
    _length("format", text)
    try:
        written = datetime(2026, 11, 21, 8, 5, 9, tzinfo=UTC).strftime(text)
        datetime.strptime(written, text).replace(tzinfo=UTC)
    except (ValueError, re.error) as error:
        raise ValueError(f"format {text!r}: {error}") from None
    if "%" not in text:
        raise ValueError(f"format {text!r}: expected codes such as %d/%m/%Y %H:%M:%S")


def _length(what: str, text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise ValueError(f"{what} of {len(text)} characters; at most {MAX_LENGTH}")


def zone(text: str | None) -> None:
    if text is None:
        return
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"zone {text!r}: expected a time zone such as Asia/Ho_Chi_Minh") from None
