"""Who is on duty: weekly shifts, nights that end on the next day, dates that win, calendar files, holes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.core.duty import DAY_MS, DatedDuty, Duty, DutyPlan, Hole, WeeklyDuty, pattern_faults
from ioc.core.hours import read_periods
from ioc.core.ical import CalendarFile
from ioc.core.windows import RecurringDays

TZ = ZoneInfo("Asia/Ho_Chi_Minh")


class Worked:
    """A calendar of weekends and the days off of Tết 2027."""

    tz = TZ

    def is_working_day(self, day):
        return day.weekday() < 5 and not date(2027, 2, 4) <= day <= date(2027, 2, 10)

    def date_of(self, at):
        return datetime.fromtimestamp(at / 1000, TZ).date()


CALENDAR = Worked()


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


def weekly(days, hours, *who):
    return WeeklyDuty(RecurringDays.parse(days), read_periods(hours, overnight=True)[0], who)


def dated(*who, hours=None):
    return DatedDuty(who, None if hours is None else read_periods(hours, overnight=True)[0])


SHIFTS = (weekly("mon-fri", "07:00-19:00", "lan"), weekly("mon-sun", "19:00-07:00", "hung"))
PLAN = DutyPlan(SHIFTS, {date(2027, 2, 6): [dated("hoa")]})  # a Saturday, the first day of Tết


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2027-01-18 07:00", ("lan",)),  # a Monday
        ("2027-01-18 18:59", ("lan",)),
        ("2027-01-18 19:00", ("hung",)),
        ("2027-01-19 06:59", ("hung",)),
        ("2027-01-23 12:00", ()),  # a Saturday: nobody has its day
        ("2027-02-06 03:00", ("hung",)),  # the night that began on Friday
        ("2027-02-06 07:00", ("hoa",)),
        ("2027-02-06 20:00", ("hoa",)),
        ("2027-02-07 06:59", ("hoa",)),  # in place of the night that would have begun on Saturday
        ("2027-02-07 07:00", ()),
        ("2027-02-07 19:00", ("hung",)),
    ],
)
def test_who_is_on_duty(when, who):
    assert PLAN.on(at(when), CALENDAR) == who


def test_dates_that_follow_each_other_hand_over_where_the_shifts_would_have():
    plan = DutyPlan(SHIFTS, {date(2027, 2, 6): [dated("hoa")], date(2027, 2, 7): [dated("mai")]})
    whos = [plan.on(at(when), CALENDAR) for when in ("2027-02-07 06:59", "2027-02-07 07:00", "2027-02-08 06:59")]
    assert whos == [("hoa",), ("mai",), ("mai",)]


def test_a_date_with_hours_takes_the_place_of_all_that_begins_that_day():
    plan = DutyPlan(SHIFTS, {date(2027, 1, 18): [dated("hoa", hours="19:00-07:00")]})
    assert plan.on(at("2027-01-18 12:00"), CALENDAR) == ()
    assert plan.on(at("2027-01-18 23:00"), CALENDAR) == ("hoa",)
    assert plan.on(at("2027-01-18 03:00"), CALENDAR) == ("hung",)


def test_holidays_have_shifts_of_their_own():
    plan = DutyPlan((weekly("working", "00:00-24:00", "lan"), weekly("off", "00:00-24:00", "hoa")))
    days = ("2027-02-03 12:00", "2027-02-04 12:00", "2027-02-10 12:00", "2027-02-11 12:00", "2027-02-13 12:00")
    assert [plan.on(at(day), CALENDAR)[0] for day in days] == ["lan", "hoa", "hoa", "lan", "hoa"]


def test_two_at_once_are_both_on_duty():
    plan = DutyPlan((weekly("mon-sun", "00:00-24:00", "lan", "hung"), weekly("mon-sun", "08:00-12:00", "hung", "hoa")))
    assert plan.on(at("2027-01-18 09:00"), CALENDAR) == ("lan", "hung", "hoa")


def test_the_next_hand_over():
    assert PLAN.handover(at("2027-01-18 08:00"), CALENDAR) == at("2027-01-18 19:00")
    assert PLAN.handover(at("2027-01-22 20:00"), CALENDAR) == at("2027-01-23 07:00"), "to nobody"
    assert DutyPlan((weekly("mon-sun", "00:00-24:00", "lan"),)).handover(at("2027-01-18 08:00"), CALENDAR) is None


def test_holes_are_found_with_their_edges():
    week = at("2027-01-18 00:00")
    assert PLAN.holes(week, week + 7 * DAY_MS, CALENDAR) == [
        Hole(at("2027-01-23 07:00"), at("2027-01-23 19:00")),
        Hole(at("2027-01-24 07:00"), at("2027-01-24 19:00")),
    ]
    assert DutyPlan().holes(week, week + DAY_MS, CALENDAR) == [Hole(week, week + DAY_MS)]


@pytest.mark.parametrize(
    ("shifts", "said"),
    [
        (SHIFTS, []),
        ((SHIFTS[0],), ["nobody on sat, sun", "nobody from 00:00 to 07:00", "nobody from 19:00 to 24:00"]),
        ((weekly("mon-fri", "00:00-24:00", "lan"),), ["nobody on sat, sun"]),
        ((weekly("working", "00:00-24:00", "lan"), weekly("off", "00:00-24:00", "lan")), []),
        ((weekly("mon-sun", "22:00-21:00", "lan"),), ["nobody from 21:00 to 22:00"]),
    ],
)
def test_a_pattern_that_nobody_could_mean(shifts, said):
    assert pattern_faults(shifts) == said


ICS = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
BEGIN:VEVENT
UID:1
DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T070000
DTEND;TZID=Asia/Ho_Chi_Minh:20270105T070000
RRULE:FREQ=WEEKLY;BYDAY=MO,WE
EXDATE;TZID=Asia/Ho_Chi_Minh:20270113T070000
SUMMARY:lan
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20270112
SUMMARY:hung\\, hoa
ATTENDEE;CN=Lan:mailto:lan@example.vn
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20270118T010000Z
DURATION:PT30H
SUMMARY:mai
END:VEVENT
END:VCALENDAR
"""


def test_events_of_a_file_with_repetitions_whole_days_and_other_zones():
    file = CalendarFile.read(ICS, TZ)
    found = file.between(at("2027-01-11 00:00"), at("2027-01-20 00:00"))
    assert [(event.start, event.end, event.summary) for event in found] == [
        (at("2027-01-11 07:00"), at("2027-01-12 07:00"), "lan"),
        (at("2027-01-12 00:00"), at("2027-01-13 00:00"), "hung, hoa"),
        (at("2027-01-18 07:00"), at("2027-01-19 07:00"), "lan"),
        (at("2027-01-18 08:00"), at("2027-01-19 14:00"), "mai"),
    ]
    assert found[1].attendees == ("lan@example.vn",)
    assert [event.summary for event in file.each()] == ["lan", "hung, hoa", "mai"]


@pytest.mark.parametrize("content", [b"", b"hello", b"BEGIN:VCALENDAR\nEND:VCALENDAR", b"BEGIN:VEVENT\n", b"\xff" * 9])
def test_what_is_no_calendar_is_refused_without_quoting_it(content):
    with pytest.raises(ValueError, match=r"not an iCalendar file|no event in it"):
        CalendarFile.read(content, TZ)


class Told:
    """Duties of a file."""

    def __init__(self, *duties):
        self.duties = duties

    def between(self, start, end):
        return [duty for duty in self.duties if duty.start < end and duty.end > start]


def test_a_long_event_lasts_and_a_date_wins_over_what_begins_on_it():
    long = Duty(at("2027-01-11 08:00"), at("2027-01-25 08:00"), ("lan",))
    plan = DutyPlan(events=Told(long))
    assert plan.on(at("2027-01-20 12:00"), CALENDAR) == ("lan",)
    plan = DutyPlan(dated={date(2027, 1, 19): [dated("hoa")]}, events=Told(long))
    whos = {day: plan.on(at(f"2027-01-{day} 12:00"), CALENDAR) for day in (18, 19, 20)}
    assert whos == {18: ("lan",), 19: ("hoa",), 20: ("lan",)}


HOURS = st.sampled_from(["00:00-24:00", "07:00-19:00", "19:00-07:00", "08:30-12:00", "22:15-02:45", "06:00-05:00"])
DAYS = st.sampled_from(["mon-sun", "mon-fri", "sat,sun", "working", "off", "wed", "1,15", "last-fri"])
NAMES = st.lists(st.sampled_from(["lan", "hung", "hoa"]), min_size=1, max_size=2, unique=True).map(tuple)
PLANS = st.builds(
    DutyPlan,
    st.lists(st.builds(lambda days, hours, who: weekly(days, hours, *who), DAYS, HOURS, NAMES), max_size=4),
    st.dictionaries(
        st.dates(date(2027, 1, 28), date(2027, 2, 14)),
        st.lists(st.builds(lambda who, hours: dated(*who, hours=hours), NAMES, st.none() | HOURS), min_size=1,
                 max_size=2),
        max_size=3,
    ),
)  # fmt: skip
FROM = at("2027-01-30 00:00")


@given(PLANS)
def test_holes_and_duties_are_two_halves_of_the_same_time(plan):
    end = FROM + 14 * DAY_MS
    holes = plan.holes(FROM, end, CALENDAR)
    for moment in range(FROM, end, 45 * 60_000):
        in_hole = any(hole.start <= moment < hole.end for hole in holes)
        assert in_hole == (plan.on(moment, CALENDAR) == ())


@given(PLANS, st.integers(0, 14 * 24))
def test_nobody_changes_before_the_next_hand_over(plan, hours):
    moment = FROM + hours * 3_600_000
    now, change = plan.on(moment, CALENDAR), plan.handover(moment, CALENDAR)
    last = change if change is not None else moment + 3 * DAY_MS
    for between in range(moment, last, max(60_000, (last - moment) // 50)):
        assert plan.on(between, CALENDAR) == now
    if change is not None:
        assert plan.on(change, CALENDAR) != now


@given(PLANS, st.dates(date(2027, 1, 30), date(2027, 2, 12)))
def test_what_begins_on_a_date_is_by_that_date_alone(plan, day):
    """Else a night that was swapped would have two in it, or none."""
    noon = at(f"{day} 12:00")
    alone = DutyPlan(plan.weekly, plan.dated | {day: [dated("mai")]})
    assert "mai" in alone.on(noon, CALENDAR)
    begun = [duty for duty in alone.duties(noon, noon + DAY_MS, CALENDAR) if CALENDAR.date_of(duty.start) == day]
    assert all(duty.who == ("mai",) for duty in begun)


def test_instants_do_not_depend_on_the_zone_of_the_machine():
    utc = datetime(2027, 1, 18, 0, 0, tzinfo=UTC)  # 07:00 there
    assert PLAN.on(int(utc.timestamp() * 1000), CALENDAR) == ("lan",)
