"""The account of a term names every day and why it counts or not."""

from datetime import date

import pytest

from ioc.core.errors import IocError
from ioc.domain.calendar import DayReason as R
from ioc.domain.deadline import Term, TermUnit, due_at, explain
from tests.domain.calendar.calendars import CALENDARS, at

DEFAULT = CALENDARS["default"]


def account(start: str, value: float, unit: TermUnit, *pauses: tuple[str, str], calendar=DEFAULT):
    stops = [(at(begin), at(end)) for begin, end in pauses]
    found = explain(calendar, at(start), Term(value, unit), stops)
    return [(day.date.day, day.counted, day.reason) for day in found.days]


def test_the_swap_around_new_year():
    assert account("2025-12-31T09:00", 3, TermUnit.WORKING_DAY) == [
        (31, False, R.START),
        (1, False, R.HOLIDAY),
        (2, False, R.SWAPPED_OFF),
        (3, False, R.WEEKEND),
        (4, False, R.WEEKEND),
        (5, True, R.WORKING_DAY),
        (6, True, R.WORKING_DAY),
        (7, True, R.WORKING_DAY),
    ]


def test_the_make_up_saturday():
    assert account("2026-01-08T09:00", 2, TermUnit.WORKING_DAY)[-1] == (10, True, R.MAKE_UP_DAY)


def test_a_term_in_calendar_days_that_moves():
    assert account("2026-06-05T09:00", 1, TermUnit.DAY) == [
        (5, False, R.START),
        (6, True, R.CALENDAR_DAY),
        (7, False, R.WEEKEND),
        (8, False, R.MOVED),
    ]


def test_a_month_counts_every_day_and_moves_from_a_day_off():
    days = account("2026-10-15T08:00", 1, TermUnit.MONTH)
    assert days[0] == (15, False, R.START)
    assert {day[1:] for day in days[1:-1]} == {(True, R.CALENDAR_DAY)}
    assert (len(days), days[-2:]) == (33, [(15, True, R.CALENDAR_DAY), (16, False, R.MOVED)])


def test_a_term_of_no_days_that_moves():
    assert account("2026-06-13T09:00", 0, TermUnit.WORKING_DAY) == [
        (13, False, R.START),
        (14, False, R.WEEKEND),
        (15, False, R.MOVED),
    ]


def test_hours_over_a_weekend_and_after_closing():
    assert account("2026-06-12T17:30", 1, TermUnit.WORKING_HOUR) == [
        (12, False, R.OUTSIDE_HOURS),
        (13, False, R.WEEKEND),
        (14, False, R.WEEKEND),
        (15, True, R.WORKING_DAY),
    ]
    assert account("2026-06-12T15:00", 24, TermUnit.HOUR) == [(12, True, R.CALENDAR_DAY), (13, True, R.CALENDAR_DAY)]


def test_pauses_are_named():
    whole = account("2026-06-08T09:00", 2, TermUnit.WORKING_DAY, ("2026-06-09T00:00", "2026-06-10T09:00"))
    assert whole == [
        (8, False, R.START),
        (9, False, R.PAUSED),
        (10, True, R.PARTLY_PAUSED),
        (11, True, R.WORKING_DAY),
        (12, True, R.WORKING_DAY),
    ]
    hours = account("2026-06-08T07:30", 8, TermUnit.WORKING_HOUR, ("2026-06-08T17:00", "2026-06-10T07:30"))
    assert hours == [(8, True, R.WORKING_DAY), (9, False, R.PAUSED), (10, True, R.WORKING_DAY)]


def test_the_orgs_own_days_are_told_from_announced_ones():
    days = account("2026-06-09T09:00", 4, TermUnit.WORKING_DAY, calendar=CALENDARS["own"])
    assert [reason for _, _, reason in days] == [
        R.START,
        R.CLOSED,
        R.WORKING_DAY,
        R.OPENED,
        R.OPENED,
        R.OPENED,
    ]


def test_notes_carry_the_name_of_the_day_and_estimated_years_are_marked():
    found = explain(DEFAULT, at("2027-02-03T09:00"), Term(1, TermUnit.WORKING_DAY))
    assert found.estimated
    assert [day.note for day in found.days if day.date == date(2027, 2, 6)] == ["Tết Nguyên Đán"]
    assert not explain(DEFAULT, at("2026-02-11T09:00"), Term(5, TermUnit.WORKING_DAY)).estimated


@pytest.mark.parametrize(
    ("value", "unit"),
    [(-1, TermUnit.WORKING_DAY), (1.5, TermUnit.WORKING_DAY), (2.5, TermUnit.DAY), (float("nan"), TermUnit.HOUR),
     (float("inf"), TermUnit.WORKING_HOUR), (4_000, TermUnit.DAY), (-0.5, TermUnit.HOUR), (0.5, TermUnit.MONTH),
     (121, TermUnit.MONTH)],
)  # fmt: skip
def test_impossible_terms(value, unit):
    with pytest.raises(IocError) as caught:
        Term(value, unit)
    assert caught.value.code == "invalid_value"


def test_a_pause_that_ends_before_it_begins():
    with pytest.raises(IocError) as caught:
        due_at(DEFAULT, at("2026-06-08T09:00"), Term(1, TermUnit.DAY), [(2, 1)])
    assert caught.value.code == "bad_pause"
