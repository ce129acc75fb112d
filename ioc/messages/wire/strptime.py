"""Times in a format that somebody gave, halves of the day in Vietnamese too."""

import re
from datetime import UTC, datetime

_HALVES = {"SA": "AM", "CH": "PM"}  # sáng, chiều: how a Vietnamese Windows writes a time of twelve hours
_HALF = re.compile(r"\b(SA|CH)\b", re.IGNORECASE)
_CLOCK = re.compile(r"%[HIMSpfXcT]")


def read(text: str, format: str) -> datetime:
    """With an offset only where the format has one; ValueError where it is not written so."""
    if "%p" in format:
        text = _HALF.sub(lambda half: _HALVES[half[0].upper()], text)
    if "%z" in format:
        return datetime.strptime(text, format).astimezone(UTC)
    return datetime.strptime(text, format).replace(tzinfo=UTC).replace(tzinfo=None)


def tells_time(format: str) -> bool:
    """True where the format holds more than a day."""
    return _CLOCK.search(format) is not None
