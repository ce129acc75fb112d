"""What a calendar says of single days, which layer wins, and what is only computed."""

from datetime import date

import pytest

from ioc.core.errors import IocError
from ioc.domain.calendar import Calendar, Calendars, DayKind, DayReason, Special
from ioc.domain.calendar import seed as seeds
from ioc.domain.calendar.count import next_opening, next_working_day, working_days_between, working_time_between
from tests.domain.calendar.calendars import CALENDARS, HANOI, OFF, at, hours, work

HOUR = 3_600_000
DEFAULT = CALENDARS["default"]


@pytest.mark.parametrize(
    ("day", "reason", "note"),
    [
        (date(2026, 6, 8), DayReason.WORKING_DAY, ""),
        (date(2026, 6, 6), DayReason.WEEKEND, ""),
        (date(2026, 1, 1), DayReason.HOLIDAY, "Tết Dương lịch"),
        (date(2026, 1, 2), DayReason.SWAPPED_OFF, "Nghỉ hoán đổi dịp Tết Dương lịch"),
        (date(2026, 1, 10), DayReason.MAKE_UP_DAY, "Làm bù cho ngày 02/01/2026"),
        (date(2026, 2, 17), DayReason.HOLIDAY, "Tết Nguyên Đán"),
        (date(2026, 8, 22), DayReason.MAKE_UP_DAY, ""),
        (date(2026, 11, 24), DayReason.HOLIDAY, "Ngày Văn hóa Việt Nam"),
    ],
)
def test_a_day_has_a_reason_and_a_name(day, reason, note):
    found = DEFAULT.day(day)
    assert (found.reason, found.note) == (reason, note)
    assert found.working == (reason in (DayReason.WORKING_DAY, DayReason.MAKE_UP_DAY))


def test_the_orgs_own_row_wins_over_announcement_package_and_week():
    own = CALENDARS["own"]
    assert own.day(date(2026, 6, 10)).reason is DayReason.CLOSED
    assert own.day(date(2026, 6, 13)).reason is DayReason.OPENED
    assert own.day(date(2026, 2, 17)).periods == hours("08:00-10:00")
    assert own.day(date(2026, 1, 2)).reason is DayReason.OPENED
    assert not own.is_working_day(date(2026, 8, 22))


def test_a_row_that_only_confirms_keeps_the_reason_and_brings_its_own_words():
    tet = Special(DayKind.OFF, note="Nghỉ Tết", source="Thông báo")
    own = Calendar(HANOI, {date(2027, 2, 6): tet, date(2027, 2, 7): OFF, date(2026, 6, 8): work()})
    assert (own.day(date(2027, 2, 6)).reason, own.day(date(2027, 2, 6)).note) == (DayReason.HOLIDAY, "Nghỉ Tết")
    assert own.day(date(2027, 2, 7)).note == "Mùng hai Tết Nguyên Đán"
    assert own.day(date(2026, 6, 8)).reason is DayReason.WORKING_DAY


def test_every_shipped_correction_has_a_note_and_a_source():
    rows = seeds.corrections()
    assert len(rows) >= 2
    assert all(row.note and row.source for row in rows.values())


def test_tet_2027_is_computed_until_somebody_says_so():
    assert not DEFAULT.estimated(2026)
    assert not DEFAULT.estimated(2024)
    assert DEFAULT.estimated(2027)
    assert Calendar(HANOI, {date(2027, 5, 1): OFF}).estimated(2027)
    assert not Calendar(HANOI, {date(2027, 2, 5): OFF}).estimated(2027)


def test_the_lowest_org_wins_and_orgs_alike_share_a_calendar():
    day = date(2026, 6, 10)
    calendars = Calendars({"hg": {day: OFF, date(2026, 6, 13): work()}, "hg.dv": {day: work("08:00-09:00")}})
    assert not calendars.of(["hg"], HANOI).is_working_day(day)
    assert calendars.of(["hg", "hg.dv"], HANOI).periods_on(day) == hours("08:00-09:00")
    assert calendars.of(["hg", "hg.dv"], HANOI).is_working_day(date(2026, 6, 13))
    assert calendars.of(["hg", "hg.mv"], HANOI) is calendars.of(["hg"], HANOI)
    assert Calendars().of(["hg"], HANOI).is_working_day(day)


@pytest.mark.parametrize(
    ("now", "opened"),
    [
        ("2026-11-23T07:30", "2026-11-23T07:30"),
        ("2026-11-23T11:29", "2026-11-23T07:30"),
        ("2026-11-23T11:30", None),
        ("2026-11-24T09:00", None),
        ("2026-01-10T14:00", "2026-01-10T13:30"),
    ],
)
def test_open_since(now, opened):
    assert DEFAULT.opened_at(at(now)) == (at(opened) if opened else None)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-06-08T07:29", "2026-06-08T07:30"),
        ("2026-06-08T07:30", "2026-06-08T13:30"),
        ("2026-06-12T16:59", "2026-06-15T07:30"),
        ("2026-02-13T17:00", "2026-02-23T07:30"),
        ("2026-11-23T14:00", "2026-11-25T07:30"),
        ("2025-12-31T13:30", "2026-01-05T07:30"),
        ("2026-01-09T13:30", "2026-01-10T07:30"),
    ],
)
def test_the_next_opening(now, opens):
    assert next_opening(DEFAULT, at(now)) == at(opens)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-08T07:30", "2026-06-08T17:00", 7.5),
        ("2026-06-08T00:00", "2026-06-09T00:00", 7.5),
        ("2026-06-08T11:00", "2026-06-08T14:00", 1),
        ("2026-06-08T11:30", "2026-06-08T13:30", 0),
        ("2026-06-12T16:00", "2026-06-15T08:30", 2),
        ("2026-02-13T17:00", "2026-02-23T07:30", 0),
        ("2026-08-21T16:00", "2026-08-24T08:00", 9),
        ("2025-12-31T16:30", "2026-01-05T08:00", 1),
        ("2026-06-01T00:00", "2026-07-01T00:00", 22 * 7.5),
        ("2026-06-09T00:00", "2026-06-08T00:00", -7.5),
    ],
)
def test_working_time_between(start, end, expected):
    assert working_time_between(DEFAULT, at(start), at(end)) == expected * HOUR


def test_a_calendar_without_any_opening_says_so():
    with pytest.raises(IocError, match="no working day"):
        next_working_day(Calendar(HANOI, week=((),) * 7), date(2026, 9, 8))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-20", "2026-11-23", 1),  # Friday to Monday
        ("2026-11-23", "2026-11-20", -1),
        ("2026-11-02", "2026-11-19", 13),
        ("2026-12-31", "2027-01-04", 1),  # New Year's Day is off
    ],
)
def test_working_days_lie_after_the_first_day_and_up_to_the_last(start, end, days):
    calendar = DEFAULT
    assert working_days_between(calendar, date.fromisoformat(start), date.fromisoformat(end)) == days
