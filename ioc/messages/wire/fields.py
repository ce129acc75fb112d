"""Typed access to the fields of one decoded object."""

import math
import unicodedata
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ioc.core.model import Leniency, Reason
from ioc.messages.wire.instant import NUMBER, parse_time
from ioc.messages.wire.rejected import Rejected

T = TypeVar("T")
Words = TypeVar("Words", bound=StrEnum)

_EXACT_FLOAT = 2**53
_FLAGS = {"true": True, "false": False, "1": True, "0": False, "on": True, "off": False, "yes": True, "no": False}


class Fields:
    """One decoded object with typed access to its fields; collects the leniencies it needed."""

    def __init__(self, obj: dict[str, Any], tz: ZoneInfo) -> None:
        self.obj = obj
        self.tz = tz
        self.leniencies: set[Leniency] = set()

    def need_text(self, name: str) -> str:
        return self._needed(name, self.text(name))

    def need_time(self, name: str) -> int:
        return self._needed(name, self.time(name))

    def member(self, name: str, words: type[Words]) -> Words:
        """One of the words of an enumeration."""
        text = self.need_text(name)
        try:
            return words(text)
        except ValueError:
            raise Rejected(Reason.BAD_VALUE, f"{name}: allowed are {', '.join(words)}") from None

    @staticmethod
    def _needed(name: str, value: T | None) -> T:
        if value is None:
            raise Rejected(Reason.MISSING_FIELD, name)
        return value

    def text(self, name: str, *, limit: int = 128) -> str | None:
        """Printable NFC text of 1 to `limit` characters; an integer is taken as its digits."""
        value = self.obj.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise Rejected(Reason.WRONG_TYPE, f"{name}: expected text, got {_type(value)}")
        return self.clean(name, value, limit)

    def clean(self, name: str, value: str, limit: int) -> str:
        if not value.isascii() and not unicodedata.is_normalized("NFC", value):
            self.leniencies.add(Leniency.NOT_NFC)
            value = unicodedata.normalize("NFC", value)
        if not 1 <= len(value) <= limit or not value.isprintable():
            raise Rejected(Reason.BAD_VALUE, f"{name}: expected 1-{limit} printable characters")
        return value

    def time(self, name: str) -> int | None:
        """Epoch milliseconds; what was forgiven is noted."""
        value = self.obj.get(name)
        if value is None:
            return None
        try:
            at, leniencies = parse_time(value, self.tz)
        except Rejected as why:
            raise Rejected(why.reason, f"{name}: {why.detail}") from None
        self.leniencies |= leniencies
        return at

    def number(self, name: str, *, low: float | None = None, high: float | None = None) -> int | float | None:
        value = self.obj.get(name)
        return None if value is None else self.as_number(name, value, low, high)

    def as_number(self, name: str, value: Any, low: float | None, high: float | None) -> int | float:
        """A finite number within its bounds; a number written as text is understood."""
        if type(value) is not float and type(value) is not int:
            value = self._number_of(name, value)
        if type(value) is int and not -_EXACT_FLOAT <= value <= _EXACT_FLOAT:
            value = float(value)
        if not math.isfinite(value):
            raise Rejected(Reason.NOT_FINITE, name)
        if (low is not None and value < low) or (high is not None and value > high):
            raise Rejected(Reason.BAD_VALUE, f"{name}: {value} is outside {low}..{high}")
        number: int | float = value
        return number

    def _number_of(self, name: str, value: Any) -> int | float:
        if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
            self.leniencies.add(Leniency.NUMBER_AS_TEXT)
            text = value.strip()
            return int(text) if text.lstrip("+-").isdigit() and len(text) < 18 else float(text)
        raise Rejected(Reason.WRONG_TYPE, f"{name}: expected a number, got {_type(value)}")

    def flag(self, name: str) -> bool | None:
        value = self.obj.get(name)
        return None if value is None else self.as_flag(name, value)

    def as_flag(self, name: str, value: Any) -> bool:
        """A boolean; 0/1 and the usual words are understood."""
        if isinstance(value, bool):
            return value
        if value in (0, 1):
            self.leniencies.add(Leniency.BOOLEAN_AS_NUMBER)
            return bool(value)
        if isinstance(value, str) and value.strip().lower() in _FLAGS:
            self.leniencies.add(Leniency.BOOLEAN_AS_TEXT)
            return _FLAGS[value.strip().lower()]
        raise Rejected(Reason.WRONG_TYPE, f"{name}: expected true or false, got {_type(value)}")


def _type(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
