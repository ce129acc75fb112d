"""Whatever happens to the alerts of an incident, its ladder has no gap: nobody is left out, nobody hears too early."""

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.people.ladder import Climb, Ladder, LadderStep, begun, followed, told
from ioc.domain.calendar import Calendar, DayKind, Special
from ioc.domain.calendar.count import working_time_between

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = Calendar(TZ, {date(2027, 2, 3): Special(DayKind.OFF), date(2027, 2, 13): Special(DayKind.WORK)})
MINUTE = 60_000
START = int(datetime(2027, 2, 2, 14, 0, tzinfo=TZ).timestamp() * 1000)  # a Tuesday before Tết


def ladder(after, *, working=False, repeat=None, keep=()):
    steps = tuple(LadderStep(minutes, (f"p{n}",), ("mail",), (), n in keep) for n, minutes in enumerate(after))
    return Ladder("r", "e", steps, repeat, working)


AFTER = st.lists(st.integers(0, 600), min_size=1, max_size=5, unique=True).map(sorted)
LADDERS = st.builds(ladder, AFTER, working=st.booleans(), repeat=st.none() | st.integers(1, 300))
# minutes, and how the alerts are from then on: loud, taken, held back
STATES = st.lists(st.tuples(st.integers(1, 2_000), st.sampled_from(["loud", "taken", "held"])), max_size=12)
NOBODY = st.sets(st.integers(0, 4))


def play(climbed, states, *, nobody=frozenset(), until_min=60 * 24 * 21):
    """What is told of one incident when its alerts change as said: (minute, step) in order."""
    climb = Climb(1, 1, "r", "e", START, 0, begun(climbed, CALENDAR, START))
    changes, now, state = [], START, "loud"
    at = START
    for minutes, after in states:
        at += minutes * MINUTE
        changes.append((at, after))
    heard = []
    for _ in range(200):
        if now > START + until_min * MINUTE or len(heard) >= 20:
            break
        while changes and changes[0][0] <= now:
            state = changes.pop(0)[1]
        climb = followed(climb, climbed, CALENDAR, now, loud=state == "loud", taken=state == "taken", level=0)
        while climb.rested_at is None and climb.next_at is not None and climb.next_at <= now:
            number = min(climb.step, len(climbed.steps) - 1)
            reached = number not in nobody
            if reached:
                heard.append((now, number, state))
            climb = told(climb, climbed, CALENDAR, now, reached=reached)
            if not reached and number == len(climbed.steps) - 1:
                break
        following = [changes[0][0]] if changes else []
        if climb.rested_at is None and climb.next_at is not None:
            following.append(max(now + 1, climb.next_at))
        if not following:
            break
        now = min(following)
    return heard


def passed(climbed, start, end):
    return working_time_between(CALENDAR, start, end) if climbed.working else end - start


@given(LADDERS)
def test_undisturbed_every_step_is_told_in_its_time(climbed):
    heard = play(climbed, [])
    first = [at for at, number, _ in heard][: len(climbed.steps)]
    assert [number for _, number, _ in heard][: len(climbed.steps)] == list(range(len(climbed.steps)))
    for step, at in zip(climbed.steps, first, strict=True):
        assert passed(climbed, START, at) == step.after_min * MINUTE


@given(LADDERS, STATES)
def test_no_step_is_left_out_and_none_is_told_while_it_rests(climbed, states):
    heard = play(climbed, [*states, (1, "loud")])
    numbers = [number for _, number, _ in heard]
    assert numbers[: len(climbed.steps)] == list(range(len(climbed.steps)))[: len(numbers)]
    assert {state for *_, state in heard} <= {"loud"}
    assert len(numbers) >= len(climbed.steps), "loud in the end, so everybody is told in the end"


@given(LADDERS, STATES)
def test_between_two_steps_lies_all_of_the_time_that_is_loud(climbed, states):
    """Rest is no time of the ladder: what was left is left, and nothing of it is told earlier."""
    spans, at, state = [], START, "loud"
    for minutes, after in [*states, (1, "loud")]:
        if state == "loud":
            spans.append((at, at + minutes * MINUTE))
        at, state = at + minutes * MINUTE, after
    spans.append((at, at + 60 * 24 * 60 * MINUTE))
    heard = play(climbed, [*states, (1, "loud")])
    for at, number, _ in heard[: len(climbed.steps)]:
        loud = sum(passed(climbed, start, min(end, at)) for start, end in spans if start < at)
        assert loud == pytest.approx(climbed.steps[number].after_min * MINUTE, abs=1)


@given(LADDERS, NOBODY)
def test_a_step_that_reaches_nobody_costs_no_time(climbed, nobody):
    heard = play(climbed, [], nobody=nobody)
    reachable = [number for number in range(len(climbed.steps)) if number not in nobody]
    first = [number for _, number, _ in heard][: len(reachable)]
    assert first == reachable
    for at, number, _ in heard[: len(reachable)]:
        assert passed(climbed, START, at) <= climbed.steps[number].after_min * MINUTE


@given(AFTER, st.integers(1, 300), st.booleans())
def test_the_last_step_is_told_again_and_again(after, repeat, working):
    climbed = ladder(after, working=working, repeat=repeat)
    heard = [at for at, number, _ in play(climbed, []) if number == len(after) - 1]
    assert len(heard) > 3
    assert {passed(climbed, *pair) for pair in pairwise(heard)} == {repeat * MINUTE}


@given(AFTER, STATES)
def test_a_kept_step_is_told_though_somebody_has_it(after, states):
    climbed = ladder(after, keep=range(len(after)))
    heard = play(climbed, [(minutes, "taken" if state == "held" else state) for minutes, state in states])
    assert [number for _, number, _ in heard] == list(range(len(after)))
    assert [at for at, *_ in heard] == [START + minutes * MINUTE for minutes in after]


@given(LADDERS, st.integers(0, 2_000))
def test_an_acknowledgement_that_runs_out_makes_the_next_step_due_at_once(climbed, minutes):
    climb = Climb(1, 1, "r", "e", START, 1, None)
    now = START + minutes * MINUTE
    rests = followed(climb, climbed, CALENDAR, now, loud=False, taken=True, level=0)
    after = followed(rests, climbed, CALENDAR, now, loud=True, taken=False, level=1)
    assert (after.next_at, after.rested_at, after.level) == (now, None, 1)
    assert followed(after, climbed, CALENDAR, now, loud=True, taken=False, level=1) == after, "once"


def test_an_org_that_never_works_has_the_time_of_the_clock():
    closed = Calendar(TZ, week=((),) * 7)
    climbed = ladder([0, 30], working=True)
    assert begun(ladder([30], working=True), closed, START) == START + 30 * MINUTE
    assert told(Climb(1, 1, "r", "e", START, 0, START), climbed, closed, START, reached=True).next_at == (
        START + 30 * MINUTE
    )


def test_after_an_outage_the_next_step_has_its_whole_time():
    climbed = ladder([0, 15, 30])
    late = START + 600 * MINUTE
    climb = told(Climb(1, 1, "r", "e", START, 1, START + 15 * MINUTE), climbed, CALENDAR, late, reached=True)
    assert climb.next_at is not None
    assert climb.next_at >= late + 14 * MINUTE
