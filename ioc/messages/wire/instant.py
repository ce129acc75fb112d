"""Every spelling of an instant that is understood, and none that could mean two."""

import math
import re
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from ioc.core.model import FIRST_YEAR, LAST_YEAR, Leniency, Reason
from ioc.messages.wire.rejected import Rejected

AHEAD_MS: Final = 5 * 60_000
BEHIND_MS: Final = 7 * 86_400_000
_NAMED = 40
NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)([Tt ])(\d\d:\d\d)(:\d\d)?([.,]\d{1,9})?\s?(Z|z|[+-]\d\d:\d\d|[+-]\d{4}|[+-]\d\d)?",
    re.ASCII,
)
# 202611302345 is no instant of 1976: digits are a year and what follows, down to the minute at least
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)[Tt ]?(\d\d)(\d\d)(\d\d)?(\d{3})?(Z|z|[+-]\d\d:?\d\d)?", re.ASCII)
# epoch numbers are of our days, or nobody's time: so seconds and milliseconds cannot be taken for each other
_SECONDS = tuple(round(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (FIRST_YEAR, LAST_YEAR + 1))
_MILLISECONDS = tuple(bound * 1000 for bound in _SECONDS)
# a day within what `datetime` holds: an instant beyond would be on the clock of some zones only
_EARLIEST, _LATEST = (round(datetime(*day, tzinfo=UTC).timestamp() * 1000) for day in ((1, 1, 2), (9999, 12, 31)))


def parse_time(value: Any, tz: ZoneInfo) -> tuple[int, frozenset[Leniency]]:
    """Epoch milliseconds of an instant in any understood spelling; Rejected `bad_time` otherwise."""
    if isinstance(value, str):
        text = value.strip()
        if (compact := _COMPACT.fullmatch(text)) is not None:
            return _from_compact(compact, tz)
        if NUMBER.fullmatch(text):
            at, leniencies = _from_epoch(float(text) if not text.lstrip("+-").isdigit() else int(text))
            return at, leniencies | {Leniency.TIME_AS_TEXT}
        return _from_text(text, tz)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(Reason.BAD_TIME, "a time must be text or a number")
    if type(value) is int and not _MILLISECONDS[0] <= value < _MILLISECONDS[1]:
        compact = _COMPACT.fullmatch(str(value))
        if compact is not None:
            return _from_compact(compact, tz)
    return _from_epoch(value)


def named(text: str) -> str:
    """The text to quote in a reason; one without a digit is no time, and may be somebody's name."""
    return repr(text[:_NAMED]) if any(map(str.isdigit, text)) else "text without a digit"


def _from_epoch(number: float) -> tuple[int, frozenset[Leniency]]:
    if not math.isfinite(number):
        raise Rejected(Reason.BAD_TIME, "not finite")
    if _SECONDS[0] <= number < _SECONDS[1]:
        return round(number * 1000), frozenset({Leniency.EPOCH_SECONDS})
    if _MILLISECONDS[0] <= number < _MILLISECONDS[1]:
        return round(number), frozenset()
    years = f"{FIRST_YEAR} to {LAST_YEAR}"
    raise Rejected(Reason.BAD_TIME, f"{number}: an epoch number must be milliseconds (or seconds) of {years}")


def _from_compact(found: re.Match[str], tz: ZoneInfo) -> tuple[int, frozenset[Leniency]]:
    """yyyyMMddHHmm, with seconds and milliseconds or without."""
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    written = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}.{fraction or '000'}{offset or ''}"
    try:
        at, leniencies = _from_text(written, tz)
    except Rejected as why:
        raise Rejected(Reason.BAD_TIME, f"{found[0]}: {why.detail}") from None
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise Rejected(Reason.BAD_TIME, f"{found[0]}: neither epoch milliseconds nor a day of our time")
    return at, leniencies | {Leniency.COMPACT_TIME}


def _from_text(text: str, tz: ZoneInfo) -> tuple[int, frozenset[Leniency]]:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Rejected(Reason.BAD_TIME, f"{named(text)}: expected RFC 3339, such as 2026-11-21T08:00:00+07:00")
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
        return min(max(round(at.timestamp() * 1000), _EARLIEST), _LATEST), frozenset(leniencies)
    except (OverflowError, ValueError):
        raise Rejected(Reason.BAD_TIME, "outside the calendar") from None
