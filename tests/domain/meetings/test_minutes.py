"""The minutes: who came, how long they stayed, why each call ended."""

import pytest

from ioc.domain.meetings.attended import Attended
from ioc.domain.meetings.minutes import EndOfCall, Trouble, minutes

MIN = 60_000
START, END = 1_000 * MIN, 1_060 * MIN
LATER = END + 30 * MIN
CUT = "hg.dong-van/link/cap-quang"


def one(*attended, troubles=(), now=LATER):
    (found,) = minutes(["a/x"], attended, {"a/x": troubles}, START, END, now)
    return found


def stay(joined, left, reason=None):
    return Attended("a/x", START + joined * MIN, None if left is None else START + left * MIN, reason)


@pytest.mark.parametrize(
    ("left", "end"),
    [(60, EndOfCall.OVER), (56, EndOfCall.OVER), (75, EndOfCall.OVER), (54, EndOfCall.LEFT_EARLY)],
)
def test_who_leaves_with_the_others_has_not_left_early(left, end):
    assert [each.end for each in one(stay(0, left)).stays] == [end]


def test_a_line_that_was_cut_ended_the_call_and_says_which():
    cut = Trouble(START + 20 * MIN, START + 40 * MIN, CUT)
    found = one(stay(-5, None), stay(41, 60), troubles=[cut])
    first, second = found.stays
    assert (first.end, first.cause, first.left_at) == (EndOfCall.LOST, CUT, START + 20 * MIN)
    assert second.end is EndOfCall.OVER
    assert found.present_s == (20 + 19) * 60


def test_a_goodbye_beside_a_trouble_is_that_trouble_and_keeps_the_endpoints_words():
    found = one(stay(0, 21, "LocalDisconnect"), troubles=[Trouble(START + 20 * MIN, None, None)])
    assert [(each.end, each.cause, each.told) for each in found.stays] == [(EndOfCall.LOST, None, "LocalDisconnect")]


def test_nobody_is_said_to_have_stayed_whose_end_nobody_told():
    assert [each.end for each in one(stay(0, None)).stays] == [EndOfCall.UNTOLD]
    assert one(stay(0, None)).present_s == 0
    running = one(stay(0, None), now=START + 10 * MIN)
    assert ([each.end for each in running.stays], running.present_s) == ([EndOfCall.STILL_IN], 600)


def test_who_never_came_is_there_with_the_reason_where_one_is_known():
    absent = one(troubles=[Trouble(START - 30 * MIN, START + 5 * MIN, CUT)])
    assert (absent.stays, absent.away, absent.absent_cause) == ((), True, CUT)
    assert (one().away, one().absent_cause) == (False, None)


def test_who_came_without_being_expected_stands_last():
    both = minutes(["a/x"], [Attended("b/y", START, END, None)], {}, START, END, LATER)
    assert [(each.site, each.expected) for each in both] == [("a/x", True), ("b/y", False)]
