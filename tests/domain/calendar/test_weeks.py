"""Weekly hours: read from the configuration, inherited down the tree, by season."""

from datetime import date

import pytest

from ioc import bootstrap
from ioc.core.errors import UsageError
from ioc.domain.calendar import NO_WEEKS, Calendars, DayKind, DayReason, Season, Special
from tests.domain.calendar.calendars import HANOI, hours

MONDAY_IN_SUMMER, MONDAY_IN_WINTER, SATURDAY = date(2026, 6, 8), date(2026, 12, 7), date(2026, 12, 12)
OFFICE = hours("07:30-11:30,13:30-17:00")
PROVINCE = {"org": "hg", "weekdays": "07:30-11:30,13:00-17:00"}
WINTER = {"org": "hg", "from": "10-17", "to": "04-15", "weekdays": "07:30-12:00,13:30-17:00"}


def settings(*week: dict[str, str]):
    table = {"data_dir": "x", "calendar": {"week": list(week)}}
    return bootstrap.parse_settings(table, "the test").calendar


def periods(week: list[dict[str, str]], path: list[str], day: date):
    return Calendars(weeks=settings(*week).weeks).of(path, HANOI).periods_on(day)


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        ((10, 17), (4, 15), ["2026-10-17", "2026-12-31", "2027-01-01", "2027-04-15"], ["2026-10-16", "2026-04-16"]),
        ((4, 16), (10, 16), ["2026-04-16", "2026-10-16"], ["2026-04-15", "2026-10-17"]),
        ((2, 29), (2, 29), ["2028-02-29"], ["2027-02-28", "2027-03-01"]),
    ],
)
def test_a_season_holds_both_its_ends_and_may_go_over_the_new_year(first, last, inside, outside):
    season = Season(first, last)
    assert all(date.fromisoformat(day) in season for day in inside)
    assert not any(date.fromisoformat(day) in season for day in outside)


def test_without_a_table_every_org_has_office_hours():
    assert settings().weeks == NO_WEEKS
    assert periods([], ["hg"], MONDAY_IN_SUMMER) == OFFICE
    assert periods([], ["hg"], SATURDAY) == ()


def test_a_table_holds_below_its_org_and_not_beside_it():
    for path in (["hg"], ["hg", "hg.mv"]):
        assert periods([PROVINCE], path, MONDAY_IN_SUMMER) == hours("07:30-11:30,13:00-17:00")
    assert periods([PROVINCE], ["tq"], MONDAY_IN_SUMMER) == OFFICE


@pytest.mark.parametrize("written", [[PROVINCE, WINTER], [WINTER, PROVINCE]], ids=["after", "before"])
def test_a_season_wins_over_all_year_wherever_it_stands(written):
    assert periods(written, ["hg"], MONDAY_IN_WINTER) == hours("07:30-12:00,13:30-17:00")
    assert periods(written, ["hg"], MONDAY_IN_SUMMER) == hours("07:30-11:30,13:00-17:00")


def test_the_lowest_org_wins_weekday_by_weekday():
    saturdays = {"org": "hg.mv", "sat": "07:30-11:30", "mon": "08:00-11:00"}
    week = [PROVINCE, WINTER, saturdays]
    assert periods(week, ["hg", "hg.mv"], SATURDAY) == hours("07:30-11:30")
    assert periods(week, ["hg", "hg.mv"], MONDAY_IN_WINTER) == hours("08:00-11:00"), "all year below wins over winter"
    assert periods(week, ["hg", "hg.mv"], date(2026, 12, 8)) == hours("07:30-12:00,13:30-17:00")
    assert periods(week, ["hg"], SATURDAY) == ()


def test_a_day_by_its_name_wins_over_the_weekdays_and_may_be_closed():
    week = [{"weekdays": "08:00-12:00", "wed": "closed", "sun": "08:00-09:00,10:00-11:00,13:00-14:00"}]
    assert periods(week, ["anywhere"], date(2026, 6, 9)) == hours("08:00-12:00")
    assert periods(week, ["anywhere"], date(2026, 6, 10)) == ()
    assert len(periods(week, ["anywhere"], date(2026, 6, 14))) == 3


def test_special_days_win_over_weekly_hours_and_take_the_hours_of_their_season():
    opened = {SATURDAY: Special(DayKind.WORK), MONDAY_IN_WINTER: Special(DayKind.OFF)}
    calendar = Calendars({"hg": opened}, settings(WINTER).weeks).of(["hg"], HANOI)
    assert (calendar.day(SATURDAY).reason, calendar.periods_on(SATURDAY)) == (
        DayReason.OPENED,
        hours("07:30-12:00,13:30-17:00"),
    )
    assert calendar.day(MONDAY_IN_WINTER).reason is DayReason.CLOSED


def test_orgs_with_the_same_rows_share_a_calendar():
    calendars = Calendars(weeks=settings(PROVINCE).weeks)
    assert calendars.of(["hg", "hg.mv"], HANOI) is calendars.of(["hg"], HANOI)
    assert calendars.of(["tq"], HANOI) is not calendars.of(["hg"], HANOI)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"mon": "7:30-11:30"}, "mon: '7:30-11:30'; allowed: closed, or HH:MM-HH:MM"),
        ({"mon": "07:30-11:30,11:00-12:00"}, "mon: '07:30-11:30,11:00-12:00'; allowed: "),
        ({"sat": ""}, "sat: ''; allowed: closed"),
        ({"sat": "office"}, "sat: 'office'; allowed: closed"),
        ({"weekdays": "11:30-07:30"}, "weekdays: '11:30-07:30'; allowed: "),
        ({"org": "hg"}, "calendar.week[0]: names no day; allowed: weekdays, mon, tue"),
        ({"mon": "08:00-12:00", "from": "10-17"}, "from and to go together"),
        ({"mon": "08:00-12:00", "from": "17-10", "to": "04-15"}, "from: '17-10'; allowed: a month and a day"),
        ({"mon": "08:00-12:00", "from": "10-17", "to": "4-15"}, "to: '4-15'; allowed: a month and a day"),
        ({"mon": "08:00-12:00", "org": "tỉnh"}, "calendar.week[0].org: 'tỉnh'"),
        ({"monday": "08:00-12:00"}, "calendar.week[0].monday: unknown key; allowed: fri, from, mon, org"),
    ],
)
def test_what_cannot_be_read_is_named(table, said):
    with pytest.raises(UsageError) as caught:
        settings(table)
    assert said in caught.value.message
