"""The edge to devices: topic grammar, JSON limits, and every spelling of time, number and text that is understood."""

import json
import math
import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from ioc.model import Leniency, Number, Reason, SourceKey

ROOT: Final = "ioc/v1/"
CHANNELS: Final = frozenset({"status", "state", "event"})
MAX_PAYLOAD: Final = 256 * 1024
MAX_ELEMENTS: Final = 1_000
MAX_DEPTH: Final = 8
AHEAD_MS: Final = 5 * 60_000
BEHIND_MS: Final = 7 * 86_400_000

_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_ORG = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")
_METRIC = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", re.ASCII)
_TIME = re.compile(
    r"^(\d{4}-\d\d-\d\d)([Tt ])(\d\d:\d\d)(:\d\d)?([.,]\d{1,9})?\s?(Z|z|[+-]\d\d:\d\d|[+-]\d{4}|[+-]\d\d)?$",
    re.ASCII,
)
_BOM = b"\xef\xbb\xbf"
# epoch magnitudes: seconds until 5138, then milliseconds; the gap between is nobody's time
_SECONDS = (10**8, 10**11)
_MILLISECONDS = (10**11, 10**14)
_EXACT_FLOAT = 2**53


T = TypeVar("T")
Words = TypeVar("Words", bound=StrEnum)


class Rejected(Exception):
    """This object cannot be used: a named reason and what was wrong, without the value of anything private."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Topic(NamedTuple):
    key: SourceKey
    channel: str


def parse_topic(topic: str) -> Topic:
    """`ioc/v1/{org}/{kind}/{source}/{channel}`; the kind is checked against the plug-ins by the decoder."""
    parts = topic.split("/")
    if len(parts) != 6 or not topic.startswith(ROOT):
        raise Rejected(Reason.BAD_TOPIC, "expected ioc/v1/{org}/{kind}/{source}/{channel}")
    _, _, org, kind, source, channel = parts
    if channel not in CHANNELS:
        raise Rejected(Reason.BAD_TOPIC, "channel must be status, state or event")
    if not _ORG.match(org):
        raise Rejected(Reason.BAD_ID, "org: 1-64 of A-Z a-z 0-9 . _ -")
    if not _ID.match(source):
        raise Rejected(Reason.BAD_ID, "source: 1-64 of A-Z a-z 0-9 _ -")
    return Topic(SourceKey(org, kind, source), channel)


def is_metric_name(name: str) -> bool:
    return _METRIC.match(name) is not None


def is_id(text: str) -> bool:
    return _ID.match(text) is not None


def is_org(text: str) -> bool:
    return _ORG.match(text) is not None


def parse_json(payload: bytes) -> tuple[list[Any], frozenset[Leniency]]:
    """The elements of a payload (one object, or an array of at most 1 000), with what had to be forgiven."""
    leniencies: frozenset[Leniency] = frozenset()
    if len(payload) > MAX_PAYLOAD:
        raise Rejected(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {MAX_PAYLOAD}")
    if payload.startswith(_BOM):
        payload, leniencies = payload[3:], frozenset({Leniency.BOM})
    try:
        value = msgspec.json.decode(payload)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _why_not_json(payload, str(error)) from None
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH:
        _check_depth(value, MAX_DEPTH)
    elements = value if isinstance(value, list) else [value]
    if len(elements) > MAX_ELEMENTS:
        raise Rejected(Reason.TOO_LARGE, f"{len(elements)} elements, at most {MAX_ELEMENTS}")
    return elements, leniencies


def _check_depth(value: Any, left: int) -> None:
    if isinstance(value, dict | list):
        if left == 0:
            raise _too_deep()
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, left - 1)


def _too_deep() -> Rejected:
    return Rejected(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH}")


def _why_not_json(payload: bytes, error: str) -> Rejected:
    """Tell NaN and numbers beyond a double from plain bad JSON."""
    found: list[str] = []
    try:
        json.loads(payload, parse_constant=found.append)
    except (ValueError, RecursionError):
        found = found[:1]
    if found or "out of range" in error:
        return Rejected(Reason.NOT_FINITE, found[0] if found else error)
    return Rejected(Reason.BAD_JSON, error)


def parse_time(value: Any, tz: ZoneInfo) -> tuple[int, frozenset[Leniency]]:
    """Epoch milliseconds of an instant in any understood spelling; Rejected `bad_time` otherwise."""
    if isinstance(value, str):
        text = value.strip()
        if _NUMBER.match(text):
            at, leniencies = _from_epoch(float(text) if not text.lstrip("+-").isdigit() else int(text))
            return at, leniencies | {Leniency.TIME_AS_TEXT}
        return _from_text(text, tz)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(Reason.BAD_TIME, f"a time cannot be {_type(value)}")
    return _from_epoch(value)


def _from_epoch(number: float) -> tuple[int, frozenset[Leniency]]:
    if not math.isfinite(number):
        raise Rejected(Reason.BAD_TIME, "not finite")
    if _SECONDS[0] <= number < _SECONDS[1]:
        return round(number * 1000), frozenset({Leniency.EPOCH_SECONDS})
    if _MILLISECONDS[0] <= number < _MILLISECONDS[1]:
        return round(number), frozenset()
    raise Rejected(Reason.BAD_TIME, "an epoch number must be milliseconds (or seconds) of our days")


def _from_text(text: str, tz: ZoneInfo) -> tuple[int, frozenset[Leniency]]:
    match = _TIME.match(text)
    if match is None:
        raise Rejected(Reason.BAD_TIME, "expected RFC 3339, such as 2026-11-21T08:00:00+07:00")
    day, separator, clock, seconds, fraction, offset = match.groups()
    leniencies: set[Leniency] = set()
    if separator == " ":
        leniencies.add(Leniency.SPACE_SEPARATOR)
    if offset is None:
        leniencies.add(Leniency.NO_OFFSET)
    elif len(offset) in (3, 5):
        leniencies.add(Leniency.COMPACT_OFFSET)
    micros = (fraction or ".0")[1:7].ljust(6, "0")
    try:
        at = datetime.fromisoformat(f"{day}T{clock}{seconds or ':00'}.{micros}{(offset or '').upper()}")
    except ValueError as error:
        raise Rejected(Reason.BAD_TIME, str(error)) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=tz)
    try:
        return round(at.timestamp() * 1000), frozenset(leniencies)
    except (OverflowError, ValueError):
        raise Rejected(Reason.BAD_TIME, "outside the calendar") from None


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
        if isinstance(value, str) and _NUMBER.match(value.strip()):
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


_FLAGS = {"true": True, "false": False, "1": True, "0": False, "on": True, "off": False, "yes": True, "no": False}


def _type(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")


def number_or_none(value: Any) -> Number | None:
    """A finite number or boolean as it stands, None for anything else."""
    if isinstance(value, bool | int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None
