"""Opening hours in local time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ioc.errors import UsageError
from ioc.hours import Hours

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=HANOI).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "opened"),
    [
        ("2026-11-20T07:29", None),
        ("2026-11-20T07:30", "2026-11-20T07:30"),
        ("2026-11-20T11:29", "2026-11-20T07:30"),
        ("2026-11-20T11:30", None),
        ("2026-11-20T13:30", "2026-11-20T13:30"),
        ("2026-11-20T17:00", None),
        ("2026-11-21T09:00", None),
        ("2026-11-22T09:00", None),
    ],
)
def test_office_hours(now: str, opened: str | None) -> None:
    assert Hours.parse("office").opened_at(at(now), HANOI) == (at(opened) if opened else None)


def test_named_hours_hold_every_day_and_always_never_closes() -> None:
    assert Hours.parse("08:00-20:00").opened_at(at("2026-11-22T09:00"), HANOI) == at("2026-11-22T08:00")
    assert Hours.parse("always").opened_at(at("2026-11-22T03:00"), HANOI) == 0


def test_the_next_opening_skips_the_weekend() -> None:
    assert Hours.parse("office").next_opening(at("2026-11-20T16:59"), HANOI) == at("2026-11-23T07:30")
    assert Hours.parse("always").next_opening(at("2026-11-20T16:59"), HANOI) is None


@pytest.mark.parametrize("text", ["", "8:00-17:00", "17:00-08:00", "24:00-25:00", "daily", "08:00"])
def test_bad_hours_say_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageError, match=r"office, always or HH:MM-HH:MM|end must be after"):
        Hours.parse(text)
