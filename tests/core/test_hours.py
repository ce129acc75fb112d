"""Opening hours in local time."""

from datetime import date

import pytest

from ioc.core.errors import UsageError
from ioc.core.hours import Hours, read_periods, write_periods
from ioc.domain.calendar import Calendar
from ioc.domain.calendar.count import working_time_between
from ioc.domain.deadline import Term, TermUnit, due_at
from tests.domain.calendar.calendars import CALENDARS, at

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


@pytest.mark.parametrize(
    ("now", "opened"),
    [
        ("2026-11-22T21:59", None),
        ("2026-11-22T22:00", "2026-11-22T22:00"),
        ("2026-11-22T23:59", "2026-11-22T22:00"),
        ("2026-11-23T00:00", "2026-11-22T22:00"),
        ("2026-11-23T05:59", "2026-11-22T22:00"),
        ("2026-11-23T06:00", None),
        ("2026-11-23T12:30", "2026-11-23T12:00"),
    ],
)
def test_hours_over_midnight_began_the_evening_before(now: str, opened: str | None) -> None:
    hours = Hours.parse("22:00-06:00,12:00-13:00")
    assert hours.opened_at(at(now), OFFICE) == (at(opened) if opened else None)


def test_hours_until_midnight_end_with_the_day() -> None:
    late, whole = Hours.parse("07:00-24:00"), Hours.parse("00:00-24:00")
    assert late.opened_at(at("2026-11-22T23:59"), OFFICE) == at("2026-11-22T07:00")
    assert late.opened_at(at("2026-11-23T00:00"), OFFICE) is None
    assert late.opened_at(at("2026-11-23T06:59"), OFFICE) is None
    assert whole.opened_at(at("2026-11-23T00:00"), OFFICE) == at("2026-11-23T00:00")
    assert Hours.parse("22:00-00:00").opened_at(at("2026-11-22T23:00"), OFFICE) == at("2026-11-22T22:00")
    assert Hours.parse("22:00-00:00").opened_at(at("2026-11-22T00:00"), OFFICE) is None


def test_a_day_of_the_calendar_may_last_until_midnight_and_is_closed_on_it() -> None:
    periods = read_periods("00:00-11:30,13:00-24:00")
    assert (write_periods(periods), read_periods(write_periods(periods))) == ("00:00-11:30,13:00-24:00", periods)
    calendar = Calendar(OFFICE.tz, week=(periods,) * 7)
    day = date(2026, 11, 20)
    assert calendar.spans_on(day)[-1] == (at("2026-11-20T13:00"), at("2026-11-21T00:00"))
    assert calendar.closing(day) == at("2026-11-20T23:59") + 59_000
    assert working_time_between(calendar, at("2026-11-19T00:00"), at("2026-11-21T00:00")) == 2 * 22.5 * 3_600_000
    assert calendar.opened_at(at("2026-11-20T23:59")) == at("2026-11-20T13:00")
    assert calendar.opened_at(at("2026-11-21T00:00")) == at("2026-11-21T00:00")
    assert due_at(calendar, at("2026-11-20T09:00"), Term(2, TermUnit.WORKING_DAY)) == at("2026-11-22T23:59") + 59_000
    with pytest.raises(UsageError, match="the end must be after the start"):
        read_periods("22:00-06:00")


@pytest.mark.parametrize("text", ["", "8:00-17:00", "08:00-08:00", "24:00-25:00", "24:00-06:00", "daily", "08:00"])
def test_bad_hours_say_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageError, match=r"office, always or HH:MM-HH:MM|end must differ from"):
        Hours.parse(text)
