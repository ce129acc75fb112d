"""A year told in full: where its weeks change, which days are odd and why, what is only computed."""

from datetime import date

from ioc.domain.calendar import Calendar, DayKind, DayReason, Special
from ioc.domain.calendar.year import tell
from tests.domain.calendar.calendars import CALENDARS, HANOI, OFF, hours


def test_a_year_is_cut_where_a_season_begins_or_ends():
    spans = tell(CALENDARS["nghe-an"], 2026).weeks
    assert [(span.first, span.last) for span in spans] == [
        (date(2026, 1, 1), date(2026, 4, 15)),
        (date(2026, 4, 16), date(2026, 10, 16)),
        (date(2026, 10, 17), date(2026, 12, 31)),
    ]
    assert [span.week[0] for span in spans] == [
        hours("07:30-12:00,13:30-17:00"),
        hours("07:30-11:30,13:30-17:00"),
        hours("07:30-12:00,13:30-17:00"),
    ]
    assert len(tell(CALENDARS["default"], 2026).weeks) == 1


def test_the_odd_days_of_2026_are_the_holidays_and_the_swaps():
    year = tell(CALENDARS["default"], 2026)
    worked = [odd.day.date for odd in year.days if odd.day.working]
    assert worked == [date(2026, 1, 10), date(2026, 8, 22)]
    off = {odd.day.date for odd in year.days if not odd.day.working}
    assert {date(2026, 1, 2), date(2026, 2, 16), date(2026, 8, 31), date(2026, 11, 24)} <= off
    assert not year.estimated
    assert not any(odd.estimated for odd in year.days)


def test_of_a_year_nobody_announced_tet_and_the_day_beside_national_day_are_marked():
    year = tell(CALENDARS["default"], 2027)
    marked = [odd.day.date for odd in year.days if odd.estimated]
    assert year.estimated
    assert marked == [*(date(2027, 2, day) for day in range(4, 11)), date(2027, 9, 3)]


def test_rows_take_the_mark_away_one_by_one_and_tet_takes_it_from_the_year():
    september = Calendar(HANOI, {date(2027, 9, 3): OFF})
    assert tell(september, 2027).estimated
    assert date(2027, 9, 3) not in [odd.day.date for odd in tell(september, 2027).days if odd.estimated]
    tet = tell(Calendar(HANOI, {date(2027, 2, 4): OFF}), 2027)
    assert not tet.estimated
    assert not any(odd.estimated for odd in tet.days)


def test_the_orgs_own_rows_are_told_with_their_note_and_source():
    own = Special(DayKind.WORK, hours("07:30-11:30"), "Chủ nhật vì dân", "Kế hoạch của huyện")
    confirmed = Special(DayKind.WORK, note="Ngày làm việc bình thường")
    days = {date(2026, 9, 13): own, date(2026, 6, 8): confirmed}
    odd = {odd.day.date: odd.day for odd in tell(Calendar(HANOI, days), 2026).days}
    sunday = odd[date(2026, 9, 13)]
    assert (sunday.reason, sunday.note, sunday.source) == (DayReason.OPENED, own.note, own.source)
    assert odd[date(2026, 6, 8)].reason is DayReason.WORKING_DAY, "somebody wrote a row about it"
