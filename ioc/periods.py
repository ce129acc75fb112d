"""The period a figure speaks of, as feeds write it: a year, a half, a quarter, a month, a week or a day."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

_SHAPE = re.compile(
    r"(\d{4})(?:-?(?:(?P<month>\d\d)(?:-(?P<day>\d\d))?|Q(?P<quarter>[1-4])|H(?P<half>[12])|W(?P<week>\d\d)))?"
)


class Days(NamedTuple):
    """From the first day to the day after the last."""

    first: date
    after: date


class Span(NamedTuple):
    """`[start, end)` in epoch ms."""

    start: int
    end: int


def days(text: str) -> Days | None:
    """`2026`, `2026-H1`, `2026-Q3`, `2026-07`, `2026-W30`, `2026-07-15`; None for anything else."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        return None
    year, named = int(found[1]), {name: int(value) for name, value in found.groupdict().items() if value}
    try:
        return _days(year, named)
    except (ValueError, OverflowError):
        return None


def span(text: str, tz: ZoneInfo) -> Span | None:
    """The same as instants of a zone."""
    found = days(text)
    return None if found is None else Span(_midnight(found.first, tz), _midnight(found.after, tz))


def _days(year: int, named: dict[str, int]) -> Days:
    if "week" in named:
        first = date.fromisocalendar(year, named["week"], 1)
        return Days(first, first + timedelta(days=7))
    if "day" in named:
        first = date(year, named["month"], named["day"])
        return Days(first, first + timedelta(days=1))
    months = {"month": 1, "quarter": 3, "half": 6}
    name, number = next(iter(named.items()), ("year", 1))
    length = months.get(name, 12)
    return Days(_month(year, (number - 1) * length), _month(year, number * length))


def _month(year: int, index: int) -> date:
    if index > 12 or index < 0:
        raise ValueError(index)
    return date(year + index // 12, index % 12 + 1, 1)


def _midnight(day: date, tz: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), tz).timestamp() * 1000)
