"""What goes wrong in a demonstration: first a line, then a small thing every few minutes, until it is over or taken."""

from contextlib import closing
from datetime import date

import pytest
import sqlalchemy as sa

from connectors.simulator import PROVINCES, roster
from connectors.simulator.days import MINUTE, SECOND, at
from connectors.simulator.mending import MENDED_AFTER, Mending
from connectors.simulator.province import Province
from connectors.simulator.timeline import Timeline
from connectors.simulator.troubles import EVERY_S, FIRST_CUT_S, SORTS, Troubles
from ioc.platform.db.tables import alert
from tests.databases import empty_records

PEOPLE = {name: roster.load(name) for name in PROVINCES}
MONDAY = date(2026, 11, 23)
NINE = at(MONDAY, 9 * 60 + 5)
EVERY = EVERY_S * SECOND
WAITS_S = {"paper": 60, "points": 120, "slow": 120, "lossy": 60, "waiting": 60, "kiosk": 120, "cut": 30}  # the rules


def told(name: str = "ha-giang", begins: int = NINE) -> tuple[Province, Troubles]:
    troubles = Troubles(1, PEOPLE[name], begins, Timeline(begins - 35 * SECOND))
    return Province(1, PEOPLE[name], troubles=troubles), troubles


def trouble(troubles: Troubles, slot: int, begins: int = NINE):
    (found,) = [one for one in troubles.at(begins + slot * EVERY + SECOND) if one.slot == slot]
    return found


@pytest.mark.parametrize("name", PROVINCES)
@pytest.mark.parametrize("minutes", [9 * 60 + 10, 24 * 60 - 1])
def test_the_first_line_is_dark_for_its_time_and_comes_back(name: str, minutes: int):
    begins, people = at(MONDAY, minutes), PEOPLE[name]
    province, troubles = told(name, begins)
    line, span = people.line(people.profile.first_cut), trouble(troubles, 0, begins).span
    assert (span.start, span.end) == (begins, begins + FIRST_CUT_S * SECOND)
    middle = (span.start + span.end) // 2
    assert [province.state(line, t).payload["up"] for t in (span.start - 1, middle, span.end)] == [True, False, True]
    behind, usual = people.behind(people.profile.first_cut), Province(1, people)
    assert len(behind) >= 10
    assert not any(province.present(site, middle) for site in behind)
    back = span.end + 10 * SECOND
    assert [province.present(site, back) for site in behind] == [usual.present(site, back) for site in behind]


def test_nobody_else_notices_the_first_cut():
    province, troubles = told()
    span, area = trouble(troubles, 0).span, PEOPLE["ha-giang"].profile.first_cut
    within = (span.start + MINUTE, span.start + MINUTE + 5 * SECOND)

    def others(one: Province):
        return [m for m in one.between(*within) if f"/{area}" not in m.topic]

    assert others(province) == others(Province(1, PEOPLE["ha-giang"]))
    assert others(province)


@pytest.mark.parametrize("name", PROVINCES)
def test_goodbyes_and_returns_are_said_once_each_however_often_one_looks(name: str):
    province, troubles = told(name)
    area = PEOPLE[name].profile.first_cut
    span = trouble(troubles, 0).span
    edges = range(span.start, span.end + MINUTE, 5 * SECOND)
    said = [m for t in edges for m in province.happened(t, t + 5 * SECOND) if m.topic.endswith("/status")]
    by_topic: dict[str, list[bool]] = {}
    for message in said:
        by_topic.setdefault(message.topic, []).append(message.payload["online"])
    assert len([order for order in by_topic.values() if order == [False, True]]) > 0.8 * len(PEOPLE[name].behind(area))


@pytest.mark.parametrize("name", PROVINCES)
def test_every_few_minutes_another_sort_begins_that_its_rule_has_time_to_find(name: str):
    _, troubles = told(name)
    found = [trouble(troubles, slot) for slot in range(1, len(SORTS) + 1)]
    assert [one.sort for one in found] == list(SORTS)
    for one in found:
        assert WAITS_S[one.sort] * SECOND + 60 * SECOND <= one.span.end - one.span.start <= 7 * MINUTE


@pytest.mark.parametrize("sort", SORTS)
def test_each_is_seen_in_the_figures_and_over_with_its_time(sort: str):
    province, troubles = told("tuyen-quang")
    one = trouble(troubles, SORTS.index(sort) + 1)
    site, middle, after = one.subjects[0], (one.span.start + one.span.end) // 2, one.span.end + MINUTE
    usual = Province(1, PEOPLE["tuyen-quang"])
    if sort in ("points", "kiosk"):
        assert [province.present(site, t) for t in (one.span.start - 1, middle, after)] == [True, False, True]
        return
    then = province.state(site, middle).payload
    assert {
        "paper": lambda: then["paper"] == "out",
        "slow": lambda: then["latency_ms"] > 3_000,
        "lossy": lambda: then["up"] and then["loss_pct"] > 5,
        "waiting": lambda: then["longest_wait_s"] > 1_800 and then["waiting"] > 0,
        "cut": lambda: then["up"] is False,
    }[sort]()
    others = [troubled for troubled in troubles.at(after) if site in troubled.subjects]
    assert others or province.state(site, after) == usual.state(site, after)


def test_at_night_it_is_lines_and_systems_that_fail():
    night = at(MONDAY, 2 * 60)
    _, troubles = told("tuyen-quang", night)
    sorts = {trouble(troubles, slot, night).sort for slot in range(1, 15)}
    assert sorts == {"slow", "lossy", "cut"}


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    with closing(empty_records(tmp_path_factory.mktemp("troubles") / "ioc.sqlite")) as db:
        yield db


@pytest.mark.parametrize("about", ["the system that is slow", "the meeting that lacks the points"])
def test_what_was_taken_is_over_soon_and_the_rest_is_not(records, about: str):
    _, troubles = told()
    slot = 3 if "slow" in about else 2
    one = trouble(troubles, slot)
    key, taken_at = one.subjects[0].key, one.span.start + 150 * SECOND
    mending = Mending(troubles, Timeline(NINE - 35 * SECOND), records)
    mending.look(taken_at)
    assert trouble(troubles, slot) == one
    row = {
        "fingerprint": about, "rule": "service-slow", "severity": "warning", "state": "acknowledged", "title": "t",
        "org": key.org, "kind": key.kind, "source": key.source, "params": {}, "since": one.span.start, "open": True,
        "acknowledged_at": taken_at,
    }  # fmt: skip
    if slot == 2:
        row |= {"rule": "conference-precheck", "org": "hg", "kind": None, "source": None}
    with records.write() as conn:
        conn.execute(sa.insert(alert).values(row))
    mending.look(taken_at + SECOND)
    assert trouble(troubles, slot) == one, "not every tick"
    mending.look(taken_at + 6 * SECOND)
    assert trouble(troubles, slot).span.end == taken_at + MENDED_AFTER
    assert trouble(troubles, slot + 1).span.end > taken_at + MENDED_AFTER
