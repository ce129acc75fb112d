"""The province's story: the same from the same seed, true to its own figures, and nothing the contract refuses."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from connectors.simulator import roster
from connectors.simulator.days import DAY, MINUTE, SECOND, at, in_office, works
from connectors.simulator.history import history
from connectors.simulator.kiosks import kiosk_events, kiosk_state
from connectors.simulator.mishaps import fibre_cuts
from connectors.simulator.province import Province
from connectors.simulator.timeline import Timeline
from ioc.config.settings import PRIVATE_KEYS
from ioc.core.registry import scan
from ioc.domain.inventory import Inventory, Org, OrgTree
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.messages.kinds import specs
from ioc.messages.privacy import Privacy

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 23)
SATURDAY = date(2026, 11, 21)
PEOPLE = roster.load("ha-giang")
DESKS = PEOPLE.profile.desks
IDENTITY = Timeline(0)


def province(seed: int = 1) -> Province:
    return Province(seed, PEOPLE)


def channel(message) -> str:
    return message.topic.rsplit("/", 1)[1]


def kind(message) -> str:
    return message.topic.split("/")[3]


def day_with_a_cut() -> tuple[date, str]:
    """A working day whose line is cut well inside the morning or afternoon, found by looking."""
    for offset in range(200):
        day = MONDAY + timedelta(days=offset)
        for district, span in fibre_cuts(1, day, PEOPLE.areas).items():
            if in_office(span.start) and in_office(span.end + MINUTE):
                return day, district
    pytest.fail("no cut in 200 days")


def test_the_same_seed_tells_the_same_story_and_another_one_another():
    start = at(MONDAY, 9 * 60)
    told = [province(seed).between(start, start + 30 * SECOND) for seed in (1, 1, 2)]
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_how_often_one_looks_changes_nothing():
    start = at(MONDAY, 8 * 60 + 10)
    once = province().between(start, start + MINUTE)
    stepwise = province()
    stepwise.begin(start)
    steps = [message for i in range(1, 241) for message in stepwise.step(start + i * 250)]
    assert steps == once
    assert len(once) > 500


def test_a_restart_repeats_the_events_of_the_day_word_for_word():
    early, late = province().step(at(MONDAY, 10 * 60)), province().step(at(MONDAY, 11 * 60))
    ids = {m.payload["event_id"]: m for m in late if channel(m) == "event" and kind(m) == "queue"}
    earlier = [m for m in early if channel(m) == "event" and kind(m) == "queue"]
    assert len(earlier) > 200
    assert all(ids[m.payload["event_id"]] == m for m in earlier)


def test_messages_come_evenly_and_not_in_bursts():
    start = at(MONDAY, 10 * 60 + 5)
    per_second = [0] * 120
    for message in province().between(start, start + 120 * SECOND - 1):
        per_second[(message.at - start) // SECOND] += 1
    assert 8 <= sum(per_second) / 120 <= 40
    assert max(per_second) < 60


@pytest.mark.parametrize("site", PEOPLE.of("queue"), ids=lambda site: site.key.org)
def test_figures_of_a_kiosk_add_up_all_day(site):
    before = 0
    for t in range(at(MONDAY, 7 * 60), at(MONDAY, 18 * 60), 5 * MINUTE):
        k = kiosk_state(1, site, t, DESKS)
        parts = ("served_today", "waiting", "serving", "no_show_today", "cancelled_today")
        assert k["issued_today"] == sum(k[name] for name in parts)
        assert k["issued_today"] >= before
        assert k["serving"] <= k["open_counters"]
        assert (k["longest_wait_s"] > 0) <= (k["waiting"] > 0)
        before = k["issued_today"]
    assert before > 50
    assert (k["waiting"], k["serving"], k["open_counters"]) == (0, 0, 0)


def test_the_events_of_the_provincial_centre_give_the_same_figures_as_its_plan():
    site = PEOPLE.of("queue")[0]
    t = at(MONDAY, 9 * 60 + 20)
    ids = defaultdict(set)
    for event in kiosk_events(1, MONDAY, site, DESKS, tag=""):
        if event["ts"] <= t:
            ids[event["type"]].add(event["ticket_id"] if "ticket_id" in event else event["counter_id"])
    k = kiosk_state(1, site, t, DESKS)
    gone = ids["ticket_called"] | ids["ticket_cancelled"]
    assert len(ids["ticket_issued"]) == k["issued_today"]
    assert len(ids["ticket_issued"] - gone) == k["waiting"]
    assert len(ids["ticket_called"] - ids["service_ended"] - ids["no_show"]) == k["serving"]
    assert len(ids["service_ended"]) == k["served_today"]
    assert len(ids["counter_opened"] - ids["counter_closed"]) == k["open_counters"]


def test_the_provincial_centre_is_never_silent_longer_than_its_contract_allows():
    site = PEOPLE.of("queue")[0]
    week = [MONDAY + timedelta(days=offset) for offset in range(7)]
    assert [day for day in week if not works(day)] == [date(2026, 11, 24), *week[5:]]  # the Culture Day
    for day in filter(works, week):
        heard = sorted(event["ts"] for event in kiosk_events(1, day, site, DESKS, tag=""))
        for opening, closing in ((450, 690), (810, 1_020)):
            inside = [t for t in heard if at(day, opening) <= t <= at(day, closing)]
            gaps = [b - a for a, b in pairwise([at(day, opening), *inside, at(day, closing)])]
            assert max(gaps) < 2 * 900 * SECOND


def test_kiosks_say_goodbye_at_closing_and_are_back_before_opening():
    statuses = [m for m in province().happened(at(MONDAY, 0), at(MONDAY, 0) + DAY) if channel(m) == "status"]
    for site in PEOPLE.of("queue"):
        own = [m for m in statuses if m.topic == f"ioc/v1/{site.key}/status"]
        assert own[0].payload["online"] is True
        assert own[0].at < at(MONDAY, 450)
        assert own[-1].payload["online"] is False
        assert own[-1].at > at(MONDAY, 1_020)
        assert all(m.retain for m in own)
    assert not province().present(PEOPLE.of("queue")[0], at(SATURDAY, 10 * 60))


def test_at_night_the_manned_points_lines_and_systems_go_on():
    start = at(SATURDAY, 2 * 60 + 10)
    heard = {m.topic for m in province().between(start, start + MINUTE) if channel(m) == "state"}
    living = [site for site in PEOPLE.sites if site.key.kind in ("service", "link")] + [*PEOPLE.leading_points]
    assert {f"ioc/v1/{site.key}/state" for site in living} >= heard
    assert len(heard) > 0.9 * len(living)
    calls = [province().state(site, start) for site in PEOPLE.leading_points]
    assert sum(m.payload["in_call"] for m in calls if m) >= 12


def test_a_meeting_is_announced_joined_and_left_and_its_figures_are_those_of_a_call():
    told = list(province().happened(at(MONDAY, 6 * 60), at(MONDAY, 11 * 60)))
    events = [m.payload for m in told if kind(m) == "vc" and channel(m) == "event"]
    announced = next(e for e in events if e["type"] == "conference_scheduled" and len(e["expected"]) == 204)
    assert announced["ts"] == announced["starts_at"] - 60 * MINUTE
    own = [e for e in events if e["conference_id"] == announced["conference_id"]]
    joined, left = (sum(e["type"] == step for e in own) for step in ("joined", "left"))
    assert 180 <= joined < 204
    assert abs(joined - left) < 12
    during = announced["starts_at"] + 20 * MINUTE
    said = province().between(during, during + 15 * SECOND)
    states = [m.payload for m in said if kind(m) == "vc" and channel(m) == "state"]
    in_call = [s for s in states if s["in_call"]]
    assert len(in_call) > 0.9 * len(states)
    assert all(s["conference_id"] == announced["conference_id"] and s["rx_kbps"] > 150 for s in in_call)


def test_a_cut_line_takes_its_endpoints_down_and_brings_them_back():
    day, district = day_with_a_cut()
    cut = fibre_cuts(1, day, PEOPLE.areas)[district]
    told = province()
    line = next(site for site in PEOPLE.of("link") if site.key.org == district)
    behind = [site for site in PEOPLE.of("vc") if site.line == district]
    middle = (cut.start + cut.end) // 2
    assert told.state(line, middle).payload["up"] is False
    assert told.state(line, cut.end + 1).payload["up"] is True
    assert not any(told.present(site, middle) for site in behind)
    goodbyes = [
        m
        for m in told.happened(cut.start, cut.start + 25 * SECOND)
        if channel(m) == "status" and not m.payload["online"] and m.topic.split("/")[2].startswith(district)
    ]
    assert len(goodbyes) > 0.8 * len(behind)
    back = sum(told.present(site, cut.end + 45 * SECOND) for site in behind)
    assert back > 0.8 * len(behind)


def everything_said() -> list:
    """A working day's hours of interest, a night, the beginning, and a piece of the past."""
    told = province()
    said = told.begin(at(MONDAY, 9 * 60))
    for day, minutes in ((MONDAY, 8 * 60), (MONDAY, 11 * 60 + 25), (MONDAY, 14 * 60), (SATURDAY, 23 * 60 + 58)):
        said += told.between(at(day, minutes), at(day, minutes + 4))
    return said


def test_the_contract_takes_every_word():
    orgs = OrgTree(Org(row["code"], row["name"], row["kind"], row["parent"] or None) for row in ORGS)
    decoder = Decoder(specs(scan("connectors.kinds")), Inventory(orgs))
    arrived = [Received(m.at, m.topic, IDENTITY.encode(m.payload), m.retain) for m in everything_said()]
    batch = decoder.batch(Run(1, arrived))
    assert batch.bad == []
    assert batch.refused == []
    assert len(batch.good) == len(arrived) > 2_000
    assert all(one.simulated for one in batch.good)
    assert {leniency for one in batch.good for leniency in one.leniencies} == set()


ORGS = list(csv.DictReader(roster.packaged("ha-giang", "orgs.csv").splitlines()))


def test_nothing_said_names_a_person():
    privacy = Privacy(PRIVATE_KEYS)
    for message in everything_said():
        assert privacy.strip(IDENTITY.encode(message.payload))[1] is False
        assert not {"clerk_id", "assignee", "head_name"} & message.payload.keys()


def test_the_past_is_bounded_and_within_what_the_contract_keeps():
    now = at(MONDAY, 9 * 60)
    past = [message for batch in history(province(), None, now) for message in batch]
    assert 10_000 < len(past) < 40_000
    states = [m for m in past if channel(m) == "state"]
    assert all(now - 7 * DAY < m.at < now for m in states)
    assert all(in_office(m.at) for m in states if kind(m) == "queue")
    assert {kind(m) for m in past} == {"queue", "service", "dossier"}
    later = [m for batch in history(province(), now - 30 * MINUTE, now) for m in batch]
    assert 0 < len(later) < 100
