"""Laws that hold for every start and every term: later never ends earlier, and what is added can be taken away."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.domain.calendar.count import (
    HOUR_MS,
    add_working_days,
    add_working_hours,
    next_opening,
    shift,
    working_time_between,
)
from ioc.domain.deadline import Term, TermUnit, due_at, explain
from tests.domain.calendar.calendars import CALENDARS, HANOI

STARTS = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: int((datetime(2025, 1, 1, tzinfo=HANOI) + timedelta(minutes=minutes)).timestamp() * 1000)
)
NAMES = st.sampled_from(sorted(CALENDARS))
UNITS = st.sampled_from(list(TermUnit))
LENGTHS = st.integers(0, 60)
GAPS = st.integers(0, 30 * 24 * HOUR_MS)
FEW = settings(max_examples=150, deadline=None)


@FEW
@given(NAMES, STARTS, GAPS, LENGTHS, UNITS)
def test_a_later_start_never_ends_earlier(name, start, gap, value, unit):
    calendar, term = CALENDARS[name], Term(value, unit)
    assert due_at(calendar, start, term) <= due_at(calendar, start + gap, term)


@FEW
@given(NAMES, STARTS, LENGTHS, LENGTHS, UNITS)
def test_a_longer_term_never_ends_earlier(name, start, value, more, unit):
    calendar = CALENDARS[name]
    assert due_at(calendar, start, Term(value, unit)) <= due_at(calendar, start, Term(value + more, unit))


@FEW
@given(NAMES, STARTS, st.integers(0, 200))
def test_working_days_added_are_taken_away_again(name, start, n):
    calendar = CALENDARS[name]
    day = add_working_days(calendar, calendar.date_of(start), 1)
    assert add_working_days(calendar, add_working_days(calendar, day, n), -n) == day
    assert add_working_days(calendar, add_working_days(calendar, day, -n), n) == day


@FEW
@given(NAMES, STARTS, st.integers(1, 400 * 60_000))
def test_working_time_added_is_the_working_time_between(name, start, seconds_100):
    calendar, ms = CALENDARS[name], seconds_100 * 100
    end = shift(calendar, start, ms)
    assert working_time_between(calendar, start, end) == ms
    assert working_time_between(calendar, start, shift(calendar, end, -ms)) == 0
    assert working_time_between(calendar, end, start) == -ms


@FEW
@given(NAMES, STARTS, STARTS, STARTS)
def test_working_time_adds_up(name, a, b, c):
    calendar = CALENDARS[name]
    parts = working_time_between(calendar, a, b) + working_time_between(calendar, b, c)
    assert parts == working_time_between(calendar, a, c)


@FEW
@given(NAMES, STARTS, st.floats(0, 100))
def test_a_term_in_hours_ends_while_open_or_at_a_closing(name, start, value):
    calendar = CALENDARS[name]
    end = add_working_hours(calendar, start, value)
    assert any(begin <= end <= close for begin, close in calendar.spans_on(calendar.date_of(end)))


@FEW
@given(NAMES, STARTS)
def test_nothing_is_open_between_now_and_the_next_opening_once_closed(name, start):
    calendar = CALENDARS[name]
    opening = next_opening(calendar, start)
    assert opening > start
    assert calendar.opened_at(opening) == opening
    if calendar.opened_at(start) is None:
        assert working_time_between(calendar, start, opening) == 0


@FEW
@given(NAMES, STARTS, LENGTHS, UNITS, GAPS, GAPS)
def test_a_pause_inside_the_term_pushes_by_what_it_took(name, start, value, unit, wait, length):
    calendar, term = CALENDARS[name], Term(value, unit)
    due = due_at(calendar, start, term)
    begin, end = start + wait, start + wait + length
    pushed = due_at(calendar, start, term, [(begin, end)])
    if begin >= due:
        assert pushed == due
    elif unit is TermUnit.HOUR:
        assert pushed - due == length
    else:
        assert working_time_between(calendar, due, pushed) == working_time_between(calendar, begin, end)


@FEW
@given(NAMES, STARTS, LENGTHS, st.sampled_from([TermUnit.WORKING_DAY, TermUnit.DAY]))
def test_the_account_counts_exactly_the_term(name, start, value, unit):
    days = explain(CALENDARS[name], start, Term(value, unit)).days
    assert sum(day.counted for day in days) == value
    assert [day.date for day in days] == [days[0].date + timedelta(n) for n in range(len(days))]


@FEW
@given(NAMES, STARTS, st.lists(GAPS.map(lambda gap: gap * 9), min_size=2, max_size=5))
def test_working_time_is_the_sum_of_its_parts(name, start, gaps):
    calendar, instants = CALENDARS[name], [start]
    for gap in gaps:
        instants.append(instants[-1] + gap)
    parts = [working_time_between(calendar, begin, end) for begin, end in pairwise(instants)]
    assert sum(parts) == working_time_between(calendar, instants[0], instants[-1])


@FEW
@given(NAMES, STARTS, st.integers(0, 500))
def test_working_time_of_months_is_that_of_their_days(name, start, days):
    calendar, first = CALENDARS[name], CALENDARS[name].date_of(start)
    end = start + days * 24 * HOUR_MS
    spans = (span for n in range(days + 1) for span in calendar.spans_on(first + timedelta(n)))
    by_hand = sum(max(0, min(closing, end) - max(opening, start)) for opening, closing in spans)
    assert working_time_between(calendar, start, end) == by_hand
