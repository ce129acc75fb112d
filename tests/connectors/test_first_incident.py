"""The line that is cut soon after a demonstration began: it is dark, all behind it are gone, and all come back."""

from datetime import date

import pytest

from connectors.simulator import roster
from connectors.simulator.days import MINUTE, SECOND, Shift, at
from connectors.simulator.mishaps import FIRST_CUT_S, Cut
from connectors.simulator.province import Province

PEOPLE = roster.load("ha-giang")
FIRST_CUT = PEOPLE.profile.first_cut
MONDAY = date(2026, 11, 23)
LINE = next(site for site in PEOPLE.of("link") if site.key.org == FIRST_CUT)
BEHIND = PEOPLE.points_of(FIRST_CUT)


def cut(begins: int) -> tuple[Province, Shift]:
    span = Shift(begins, begins + FIRST_CUT_S * SECOND)
    return Province(1, PEOPLE, cut=Cut(FIRST_CUT, span)), span


@pytest.mark.parametrize("minutes", [9 * 60 + 10, 24 * 60 - 1])
def test_it_is_dark_for_its_time_and_comes_back(minutes):
    told, span = cut(at(MONDAY, minutes))
    middle = (span.start + span.end) // 2
    assert [told.state(LINE, t).payload["up"] for t in (span.start - 1, middle, span.end)] == [True, False, True]
    manned = [site for site in BEHIND if not site.office]
    assert manned
    assert not any(told.present(site, middle) for site in manned)
    assert all(told.present(site, t) for site in manned for t in (span.start, span.end + 41 * SECOND))


def test_nobody_else_notices():
    told, span = cut(at(MONDAY, 9 * 60 + 10))
    usual = Province(1, PEOPLE)
    within = (span.start + MINUTE, span.start + MINUTE + 5 * SECOND)
    path = f"/{FIRST_CUT}"

    def others(province):
        return [m for m in province.between(*within) if path not in m.topic]

    assert others(told) == others(usual)
    assert others(told)


def test_goodbyes_and_returns_are_said_once_each():
    told, span = cut(at(MONDAY, 9 * 60 + 10))
    said = [m for m in told.happened(span.start, span.end + MINUTE) if m.topic.endswith("/status")]
    by_topic: dict[str, list[bool]] = {}
    for message in said:
        by_topic.setdefault(message.topic, []).append(message.payload["online"])
    assert len([order for order in by_topic.values() if order == [False, True]]) > 0.8 * len(BEHIND)
