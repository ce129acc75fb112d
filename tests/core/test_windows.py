"""Windows that come again: by week, by month, by the working calendar, over midnight."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.core.windows import RecurringDays, RecurringWindow

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = 60_000


class Off:
    """A calendar of one holiday and of weekends."""

    tz = TZ

    def is_working_day(self, day):
        return day.weekday() < 5 and day != date(2027, 2, 8)

    def date_of(self, at):
        return datetime.fromtimestamp(at / 1000, TZ).date()


CALENDAR = Off()


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


def is_open(days, hours, when):
    return RecurringWindow.parse(days, hours).span(at(when), CALENDAR) is not None


@pytest.mark.parametrize(
    ("days", "covered"),
    [
        ("mon-fri", "1 2 3 4 5 8 9 10 11 12 15 16 17 18 19 22 23 24 25 26"),
        ("sat,sun", "6 7 13 14 20 21 27 28"),
        ("sat-mon", "1 6 7 8 13 14 15 20 21 22 27 28"),
        ("1,15", "1 15"),
        ("10-12,last", "10 11 12 28"),
        ("first-sun", "7"),
        ("last-mon,2", "2 22"),
        ("off", "6 7 8 13 14 20 21 27 28"),
        ("working", "1 2 3 4 5 9 10 11 12 15 16 17 18 19 22 23 24 25 26"),
    ],
)
def test_days_of_february_2027(days, covered):
    found = RecurringDays.parse(days)
    assert [n for n in range(1, 29) if found.cover(date(2027, 2, n), CALENDAR)] == [int(n) for n in covered.split()]


@pytest.mark.parametrize("days", ["", "montag", "0", "32", "15-1", "first", "fifth-sun", "mon-32", "mon,,tue"])
def test_days_that_are_none_are_refused_with_what_is_allowed(days):
    with pytest.raises(ValueError, match="allowed: mon-fri"):
        RecurringDays.parse(days)


@pytest.mark.parametrize("hours", ["", "office", "always", "25:00-26:00", "10:00-10:00"])
def test_hours_that_are_none_are_refused_with_what_is_allowed(hours):
    with pytest.raises(ValueError, match="allowed: HH:MM-HH:MM"):
        RecurringWindow.parse("mon-sun", hours)


def test_over_midnight_it_belongs_to_the_day_it_began_on():
    assert is_open("sat", "22:00-04:00", "2027-02-06 22:00")
    assert is_open("sat", "22:00-04:00", "2027-02-07 03:59")
    assert not is_open("sat", "22:00-04:00", "2027-02-07 04:00")
    assert not is_open("sat", "22:00-04:00", "2027-02-06 03:00")
    assert not is_open("sat", "22:00-04:00", "2027-02-07 23:00")


def test_until_midnight_and_from_it_leaves_no_gap():
    for when in ("2027-02-06 23:59", "2027-02-07 00:00"):
        assert is_open("mon-sun", "22:00-24:00,00:00-02:00", when)


def test_a_window_of_the_night_of_a_day_off():
    assert is_open("off", "20:00-06:00", "2027-02-08 21:00")
    assert is_open("off", "20:00-06:00", "2027-02-09 05:59")
    assert not is_open("off", "20:00-06:00", "2027-02-09 21:00")


def test_the_one_that_follows():
    window = RecurringWindow.parse("first-sun", "22:00-04:00,08:00-09:00")
    assert window.following(at("2027-02-07 08:00"), CALENDAR) == (at("2027-02-07 08:00"), at("2027-02-07 09:00"))
    assert window.following(at("2027-02-07 08:01"), CALENDAR) == (at("2027-02-07 22:00"), at("2027-02-08 04:00"))
    assert window.following(at("2027-02-07 23:00"), CALENDAR) == (at("2027-03-07 08:00"), at("2027-03-07 09:00"))


@given(st.integers(0, 60 * 24 * 400), st.integers(0, 1439), st.integers(0, 1439), st.sampled_from(["sun", "1", "off"]))
def test_it_is_open_exactly_within_its_span(minute, start, end, days):
    if start == end:
        return
    hours = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    window, now = RecurringWindow.parse(days, hours), at("2027-01-01 00:00") + minute * MINUTE
    span = window.span(now, CALENDAR)
    if span is None:
        return
    assert span[0] <= now < span[1]
    assert (span[1] - span[0]) // MINUTE == (end - start) % 1440
    assert window.days.cover(datetime.fromtimestamp(span[0] / 1000, UTC).astimezone(TZ).date(), CALENDAR)
    assert window.span(span[0], CALENDAR) == window.span(span[1] - 1, CALENDAR) == span
