"""A source's own totals: told wrong, one alert names the line; put right, the alert ends."""

import json

import pytest

from connectors.kinds.dossier import SPEC
from ioc.core.model import Reason
from ioc.ingest.decode.state import read_state
from ioc.live.deltas import Patch
from ioc.messages.wire import Fields, Rejected
from tests.alerts.conftest import TZ, ms
from tests.alerts.rules.test_threshold import Registry
from tests.domain.dossiers.events import event, tell

RULE = """
[[rule]]
id = "reconciliation"
kind = "dossier_reconciliation"
hold_s = 60
"""
DAY = "2026-11-19"


def state(**said):
    """The figures of a state as they came over the bus."""
    metrics, texts = {}, {}
    read_state(SPEC, Fields(json.loads(json.dumps(said)), TZ), metrics, texts)
    return metrics


def say(s, system, **said):
    now = s.clock.now_ms()
    metrics = state(as_of=now, **said)
    s.world.merge([Patch(system, {name: (now, value) for name, value in metrics.items()}, {}, None, now)])


@pytest.fixture
def yesterday(stage):
    """Three dossiers came in; one is done in time, two go on."""
    s = stage(RULE)
    registry = Registry(s, first_seen=0)
    for n in range(3):
        at = ms(f"{DAY} 09:0{n}")
        done = {"finished_at": at + 3_600_000} if n == 0 else {}
        told = event(f"d-{n}", at, received_at=at, due_at=ms(f"{DAY} 17:00"), receiving_org="xm", **done)
        tell(s.db, told, inventory=s.world.inventory)
    return s, registry.system


RIGHT = {"from": DAY, "to": DAY, "received": 3, "carried_over": 0, "resolved": 1, "open": 2, "open_overdue": 2}


def test_totals_that_add_up_say_nothing(yesterday):
    s, system = yesterday
    say(s, system, totals=RIGHT)
    s.run(600, 30)
    assert s.alerts == []


def test_one_alert_names_the_line_and_ends_when_it_is_put_right(yesterday):
    s, system = yesterday
    say(s, system, totals={**RIGHT, "received": 4, "open_overdue": 1})
    s.run(300, 30)
    (alert,) = s.alerts
    assert (alert.org, alert.kind, alert.source, str(alert.severity)) == ("hg", "dossier", "motcua", "warning")
    assert (alert.params["said"], alert.params["found"], alert.params["n"]) == ("4", "3", 3)
    (message,) = s.pocket.messages
    assert "không khớp (3/6 dòng): hồ sơ tiếp nhận: nguồn báo 4, đếm được 3" in message.text
    say(s, system, totals=RIGHT)
    s.run(300, 30)
    assert s.states == ["resolved_unseen"]


def test_dossiers_that_come_in_behind_their_totals_are_waited_for(yesterday):
    s, system = yesterday
    say(s, system, totals={**RIGHT, "received": 4, "open": 3, "open_overdue": 3})
    s.run(30, 10)
    assert s.states == ["pending"]
    at = ms(f"{DAY} 10:00")
    tell(s.db, event("late", at, received_at=at, due_at=at), inventory=s.world.inventory)
    s.run(120, 30)
    assert s.pocket.messages == []
    assert s.states == ["closed"]


def test_totals_are_not_held_against_a_system_that_still_tells_its_past(yesterday):
    s, system = yesterday
    say(s, system, complete=False, totals={**RIGHT, "received": 4})
    s.run(300, 30)
    assert s.alerts == []
    say(s, system, complete=True, totals={**RIGHT, "received": 4})
    s.run(300, 30)
    assert s.states == ["firing"]


def test_old_totals_are_not_held_against_what_came_since_and_end_nothing(yesterday):
    s, system = yesterday
    say(s, system, totals={**RIGHT, "received": 4})
    s.run(300, 30)
    assert s.states == ["firing"]
    tell(s.db, event("late", ms(f"{DAY} 10:00"), received_at=ms(f"{DAY} 10:00")), inventory=s.world.inventory)
    s.run(49 * 3600, 1800)
    assert s.states == ["firing"]


def test_what_was_not_repeated_is_not_compared(yesterday):
    s, system = yesterday
    say(s, system, totals={**RIGHT, "received": 4})
    s.clock.advance(1)
    say(s, system, totals={"from": DAY, "to": DAY, "open": 2})
    s.run(300, 30)
    assert s.alerts == []


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        ([], Reason.WRONG_TYPE),
        ({"from": DAY}, Reason.MISSING_FIELD),
        ({"from": DAY, "to": "2026-11-18"}, Reason.BAD_VALUE),
        ({"from": "2026-13-01", "to": DAY}, Reason.BAD_TIME),
        ({**RIGHT, "received": 1.5}, Reason.BAD_VALUE),
        ({**RIGHT, "received": -1}, Reason.BAD_VALUE),
        ({**RIGHT, "pct": {"late": 101}}, Reason.BAD_VALUE),
    ],
)
def test_totals_that_cannot_be_are_refused_with_a_reason(totals, reason):
    with pytest.raises(Rejected) as refused:
        state(totals=totals)
    assert refused.value.reason is reason
