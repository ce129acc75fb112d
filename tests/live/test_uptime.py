"""The steps of a strip: up, poor, partly away, down, closed, and grey where we were blind."""

from ioc.core.hours import Hours
from ioc.core.opening import open_spans
from ioc.live.uptime import Away, HeardSource, StepCause, StepState, steps
from tests.live.worlds import KIOSK, inventory

MINUTE, HOUR = 60_000, 3_600_000
EDGES = [n * 15 * MINUTE for n in range(5)]  # an hour in four steps
WHOLE = [(0, HOUR)]


def strip(**changes: object) -> list[tuple[str, str, float, int]]:
    heard = HeardSource(WHOLE, WHOLE, (), (), [1.0] * 4, tells_up=True, patience_ms=2 * MINUTE)._replace(**changes)
    return [
        (step.state, step.ground, round(step.up / MINUTE, 6), step.watched // MINUTE) for step in steps(EDGES, heard)
    ]


def states(**changes: object) -> str:
    return "".join(state for state, *_ in strip(**changes))


def test_what_was_heard_and_well_is_up() -> None:
    assert strip() == [("u", "-", 15, 15)] * 4


def test_we_are_blind_where_we_did_not_listen_and_that_counts_nowhere() -> None:
    listening = [(0, 15 * MINUTE), (40 * MINUTE, HOUR)]
    found = strip(watched=listening, told=[1.0, None, None, 1.0])
    assert [one[0] for one in found] == ["u", "b", "b", "u"], "five minutes of fifteen are not enough to say"
    assert sum(one[3] for one in found) == 30


def test_outside_its_hours_it_is_closed_though_we_listened() -> None:
    assert states(opened=[(30 * MINUTE, HOUR)], told=[None, None, 1.0, 1.0]) == "ccuu"


def test_its_goodbye_its_silence_and_its_own_word_bring_it_down_each_by_name() -> None:
    away = [Away(0, 10 * MINUTE, StepCause.GOODBYE), Away(16 * MINUTE, 17 * MINUTE, StepCause.SILENCE)]
    found = strip(away=away, told=[1.0, 1.0, None, 0.2])
    assert found == [("d", "g", 5, 15), ("p", "s", 14, 15), ("d", "s", 0, 15), ("d", "f", 3, 15)]


def test_a_pause_shorter_than_it_may_be_silent_is_none() -> None:
    assert states(told=[1.0, None, 1.0, 1.0], patience_ms=HOUR) == "uuuu"


def test_one_that_tells_no_up_is_judged_by_being_heard() -> None:
    assert states(tells_up=False, told=[3.0, None, 1.0, 8.0]) == "uduu"


def test_an_alert_on_a_figure_is_poor_and_up() -> None:
    assert strip(poor=[(0, 20 * MINUTE)])[:3] == [("w", "a", 15, 15), ("w", "a", 15, 15), ("u", "-", 15, 15)]


def test_letters_are_one_each() -> None:
    assert {len(one) for one in (*StepState, *StepCause)} == {1}


def test_hours_of_many_days_reach_over_midnight_and_keep_to_the_calendar() -> None:
    calendar = inventory().calendar(KIOSK.org)
    friday = 1_795_107_600_000  # 2026-11-20 00:00 in Hà Giang
    night = open_spans(Hours.parse("22:00-06:00"), calendar, friday, friday + 24 * HOUR)
    assert night == [(friday, friday + 6 * HOUR), (friday + 22 * HOUR, friday + 24 * HOUR)]
    office = open_spans(Hours.parse("office"), calendar, friday, friday + 3 * 24 * HOUR)
    assert sum(hi - lo for lo, hi in office) == 7.5 * HOUR, "Friday alone"
    assert open_spans(Hours.parse("always"), calendar, 5, 9) == [(5, 9)]
    assert open_spans(Hours.parse("18:00-24:00"), calendar, friday, friday + 24 * HOUR) == [
        (friday + 18 * HOUR, friday + 24 * HOUR)
    ]
