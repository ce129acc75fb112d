"""Dossiers through the running line: events in any order, doubled and over a kill make the same figures."""

import json
import random
import time
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from tests.flow.conftest import House, until

SYSTEM = "hg/dossier/mot-cua"
IN_ORDER, SHUFFLED = "hg.dong-van.lung-cu", "hg.meo-vac"
PERIOD = {"from": "2026-01-01", "to": "2026-06-30"}
DAY, HOUR = 86_400_000, 3_600_000
JANUARY = 1_767_315_600_000  # 2026-01-02T08:00+07:00
ZERO = ("received", "resolved_early", "resolved_on_time", "resolved_late", "open_overdue")


def life(dice: random.Random, code: str, org: str) -> list[dict[str, Any]]:
    """What one dossier goes through, in order."""
    received = JANUARY + dice.randrange(0, 120 * DAY, 60_000)
    days = dice.randrange(1, 12)
    first = {
        "status": 2,
        "received_at": received,
        "receiving_org": org,
        "submission": dice.choice(("online", "direct")),
    }
    promise = (
        {"due_at": received + days * DAY} if dice.random() < 0.6 else {"term": {"value": days, "unit": "working_day"}}
    )
    steps: list[tuple[int, dict[str, Any]]] = [(received, first | promise), (received + HOUR, {"status": 4})]
    for _ in range(dice.choice((0, 0, 0, 1, 2))):
        asked = received + dice.randrange(HOUR, 9 * DAY, 60_000)
        steps += [(asked, {"status": 5, "supplement_requested_at": asked})]
        steps += [(asked + 30 * HOUR, {"status": 4, "supplement_received_at": asked + 30 * HOUR})]
    if dice.random() < 0.8:
        done = received + dice.randrange(2 * HOUR, 16 * DAY, 60_000)
        steps += [(done, {"status": 9, "finished_at": done}), (done + HOUR, {"status": 10, "returned_at": done + HOUR})]
    return [{"event_id": f"{code}-{i}", "ts": ts, "code": code, **said} for i, (ts, said) in enumerate(steps)]


def lives(org: str) -> list[list[dict[str, Any]]]:
    dice = random.Random(5)
    return [life(dice, f"{org}/{n}", org) for n in range(120)]


def summary(house: House, org: str) -> bytes:
    answer = house.call("GET", "/dossiers/summary", params={"org": org, **PERIOD})
    assert answer.status_code == 200, answer.text
    return answer.content.replace(json.dumps(org).encode(), b'"ORG"')


def restart_ingest(house: House) -> None:
    before = house.running.pid("ingest")
    house.running.kill("ingest")
    until(lambda: house.running.pid("ingest") != before, "a new ingest")


def test_shuffled_doubled_and_over_a_kill_the_summary_is_the_same_to_the_byte(house: House) -> None:
    for one in lives(IN_ORDER):
        house.publish(f"{SYSTEM}/event", one)
    dice = random.Random(8)
    events = [event for one in lives(SHUFFLED) for event in one]
    events += dice.sample(events, len(events) // 3)
    dice.shuffle(events)
    for start in range(0, len(events), 50):
        house.publish(f"{SYSTEM}/event", events[start : start + 50])
        if start == 200:
            restart_ingest(house)
    until(lambda: house.get("/dossiers", org=SHUFFLED, per_page=1)["total"] == 120, "all shuffled dossiers")
    house.publish(f"{SYSTEM}/event", {"event_id": "last", "ts": JANUARY, "code": "last", "receiving_org": "hg"})
    until(lambda: house.call("GET", "/dossiers/last").status_code == 200, "everything before the last")
    told = summary(house, IN_ORDER)
    assert json.loads(told)["received"] == 120
    assert summary(house, SHUFFLED) == told


def test_each_count_lists_its_dossiers(house: House) -> None:
    answer = house.get("/dossiers/summary", org="hg", **PERIOD)
    for name in (
        "received",
        "resolved_early",
        "resolved_late",
        "open_overdue",
        "open_in_term",
        "paused",
        "must_resolve",
    ):
        listed = house.get("/dossiers", org="hg", bucket=name, per_page=500, **PERIOD)
        assert (listed["total"], len(listed["items"])) == (answer[name], answer[name]), name
    counts = ("resolved_early", "resolved_on_time", "resolved_late", "open_overdue")
    assert answer["must_resolve"] == sum(answer[name] for name in counts) == answer["pct"]["early"]["denominator"]
    assert all(share["value"] is None or 0 <= share["value"] <= 100 for share in answer["pct"].values())


def test_a_live_system_turns_a_dossier_overdue_at_its_instant(house: House) -> None:
    now = time.time_ns() // 1_000_000
    due = now + 2_500
    said = {"event_id": "soon-1", "ts": now, "code": "SOON", "status": 4, "received_at": now - DAY, "due_at": due}
    house.publish(f"{SYSTEM}/event", said)
    state = until(lambda: _known(house, "SOON"), "the dossier")["due_state"]
    assert (state == "open_in_term") == (time.time_ns() // 1_000_000 < due)
    turned = until(lambda: _known(house, "SOON", "open_overdue"), "its turning overdue")
    assert time.time_ns() // 1_000_000 >= due
    assert datetime.fromisoformat(turned["due_at"]) == datetime.fromtimestamp(due / 1000, UTC)
    assert turned["working_time_left_s"] <= 0


def test_a_quiet_office_has_no_percentages(house: House) -> None:
    answer = house.get("/dossiers/summary", org="hg.dong-van", **{"from": "2020-01-01", "to": "2020-01-31"})
    assert [answer[name] for name in ZERO] == [0] * len(ZERO)
    assert {name: share["value"] for name, share in answer["pct"].items()} == dict.fromkeys(answer["pct"])
    assert {share["denominator"] for share in answer["pct"].values()} == {0}


@pytest.mark.parametrize(
    "query",
    [
        {"bucket": "all"},
        {"from": "yesterday"},
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"org": "hg.nowhere"},
        {"sort": "colour"},
        {"status": "11"},
    ],
)
def test_a_question_that_cannot_be_answered_is_named(house: House, query: dict[str, str]) -> None:
    answer = house.call("GET", "/dossiers", params=query)
    assert answer.status_code in (404, 422)
    assert next(iter(query)) in answer.text or "hg.nowhere" in answer.text


def _known(house: House, code: str, state: str | None = None) -> dict[str, Any] | None:
    answer: httpx2.Response = house.call("GET", f"/dossiers/{code}")
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == 200 and state in (None, found["due_state"]) else None
