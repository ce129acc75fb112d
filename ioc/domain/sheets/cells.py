"""Cells of an inventory file: each reader gives the value or raises BadCell saying what is allowed."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ioc.core import contact
from ioc.core.cadence import ALLOWED, Cadence
from ioc.core.errors import UsageError
from ioc.core.hours import Hours, read_periods, write_periods
from ioc.domain.sheets.sheet import Cells
from ioc.messages.wire import is_id, is_no_date, is_org
from ioc.messages.wire.days import read_day

Value = str | int | float | None
CellReader = Callable[[str], Value]

MAX_INTERVAL_S = 31 * 86_400
_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


class BadCell(Exception):
    """The text of a cell cannot be what its column asks for."""


def org_code(text: str) -> str:
    return _checked(text, is_org(text), "1-64 characters of A-Z a-z 0-9 . _ -")


def org_codes(text: str) -> str:
    """Parted by `;`."""
    return ";".join(org_code(part.strip()) for part in text.split(";") if part.strip())


def source_id(text: str) -> str:
    return _checked(text, is_id(text), "1-64 characters of A-Z a-z 0-9 _ -")


def kind(known: Collection[str]) -> CellReader:
    return lambda text: _checked(text, text in known, ", ".join(known))


def source_path(known: Collection[str]) -> Callable[[str], str]:
    """`ORG/KIND/SOURCE`."""

    def read(text: str) -> str:
        parts = text.split("/")
        good = len(parts) == 3 and is_org(parts[0]) and parts[1] in known and is_id(parts[2])
        return _checked(text, good, f"ORG/KIND/SOURCE with a kind of {', '.join(known)}")

    return read


def plain(text: str) -> str:
    return text


def day(text: str) -> str | None:
    """ISO, from what people type and spreadsheets make of it; None where it is a word for no date."""
    if is_no_date(text):
        return None
    try:
        return read_day(text).isoformat()
    except ValueError:
        raise BadCell(f"{text!r}; allowed: a date such as 2026-11-21 or 21/11/2026") from None


def clock(text: str) -> str:
    return _checked(text, _CLOCK.match(text) is not None, "a time of day such as 17:00")


def email(text: str) -> str:
    return _checked(text, contact.is_email(text), contact.EMAIL)


def phone(text: str) -> str:
    return _checked(text, contact.is_dialable(text), contact.DIAL)


def hours(text: str) -> str:
    try:
        return Hours.parse(text).text
    except UsageError:
        raise BadCell(f"{text!r}; allowed: office, always or HH:MM-HH:MM, also to 24:00 or over midnight") from None


def periods(text: str) -> str:
    """Opening hours of one day, in order and apart."""
    try:
        found = read_periods(text)
    except UsageError:
        raise BadCell(f"{text!r}; allowed: HH:MM-HH:MM,HH:MM-HH:MM up to 24:00") from None
    apart = all(before[1] <= after[0] for before, after in pairwise(found))
    return write_periods(found) if apart else _checked(text, False, "periods that do not overlap")


def zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadCell(f"{text!r}; allowed: a time zone such as Asia/Ho_Chi_Minh") from None
    return text


def interval(text: str) -> int:
    good = text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= MAX_INTERVAL_S
    return int(_checked(text, good, f"whole seconds from 0 (no cadence) to {MAX_INTERVAL_S}"))


def cadence(text: str) -> str:
    try:
        return Cadence.parse(text).text
    except UsageError:
        raise BadCell(f"{text!r}; allowed: {ALLOWED}") from None


def degrees(limit: int) -> CellReader:
    """A coordinate between -limit and limit."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        _checked(text, abs(number) <= limit, f"degrees from -{limit} to {limit}")
        return number

    return read


def read_row(cells: Cells, readers: Mapping[str, CellReader], required: frozenset[str]) -> dict[str, Value]:
    """Every cell of a row read; BadCell lists all that is wrong with it, separated by `; `."""
    values: dict[str, Value] = {}
    wrong: list[str] = []
    for name, text in cells.items():
        try:
            values[name] = None if text is None else readers[name](text)
        except BadCell as bad:
            wrong.append(f"{name}: {bad}")
        else:
            if values[name] is None and name in required:
                wrong.append(f"{name}: missing")
    wrong += _wrong_span(values)
    if wrong:
        raise BadCell("; ".join(wrong))
    return values


def _wrong_span(values: Mapping[str, Value]) -> list[str]:
    start, end = values.get("valid_from"), values.get("valid_to")
    if isinstance(start, str) and isinstance(end, str) and end < start:
        return [f"valid_to: {end} is before valid_from {start}"]
    return []


def _checked(text: str, good: bool, allowed: str) -> str:
    if not good:
        raise BadCell(f"{text!r}; allowed: {allowed}")
    return text
