"""Opening hours in local time."""

import pytest

from ioc.errors import UsageError
from ioc.hours import Hours
from tests.calendar.calendars import CALENDARS, at

OFFICE = CALENDARS["default"]


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
        ("2026-11-24T09:00", None),
        ("2026-08-22T09:00", "2026-08-22T07:30"),
    ],
)
def test_office_hours(now: str, opened: str | None) -> None:
    assert Hours.parse("office").opened_at(at(now), OFFICE) == (at(opened) if opened else None)


def test_named_hours_hold_every_day_and_always_never_closes() -> None:
    holiday = at("2026-11-24T09:00")
    assert Hours.parse("08:00-20:00").opened_at(holiday, OFFICE) == at("2026-11-24T08:00")
    assert Hours.parse("08:00-20:00").opened_at(at("2026-11-22T09:00"), OFFICE) == at("2026-11-22T08:00")
    assert Hours.parse("always").opened_at(at("2026-11-22T03:00"), OFFICE) == 0


def test_office_hours_are_those_of_the_org() -> None:
    assert Hours.parse("office").opened_at(at("2026-11-22T08:30"), CALENDARS["sunday"]) == at("2026-11-22T08:00")


@pytest.mark.parametrize("text", ["", "8:00-17:00", "17:00-08:00", "24:00-25:00", "daily", "08:00"])
def test_bad_hours_say_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageError, match=r"office, always or HH:MM-HH:MM|end must be after"):
        Hours.parse(text)
