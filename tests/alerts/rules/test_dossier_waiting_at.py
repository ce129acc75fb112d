"""Stuck with the agency that has it: by its working days, without the citizen's own, and its name on it."""

import pytest

from tests.alerts.conftest import ms
from tests.alerts.rules.test_threshold import Registry
from tests.domain.dossiers.events import event, tell

STUCK = """
[[rule]]
id = "stuck"
kind = "dossier_waiting_at"
working_days = 3
"""


@pytest.fixture
def registry(stage):
    """It is Friday, 2026-11-20, 09:00."""
    s = stage(STUCK)
    return s, Registry(s, first_seen=0)


def write(s, code, *steps):
    """A dossier that `xm` took in, and what was said of it later: (instant, fields)."""
    for at, said in steps:
        tell(s.db, event(code, ms(at), **said), inventory=s.world.inventory)


def taken(at, **more):
    return at, {"receiving_org": "xm", "received_at": ms(at), "status": 4, **more}


def found(s):
    s.run(70, 5)
    return {alert.org: dict(alert.params)["n"] for alert in s.alerts if alert.open}


def test_it_is_told_of_the_agency_that_has_it_since_it_came_there(registry):
    s, _ = registry
    write(s, "old", taken("2026-11-09 08:00"), ("2026-11-16 08:00", {"handling_org": "mv"}))
    write(s, "fresh", taken("2026-11-09 08:00"), ("2026-11-17 08:00", {"handling_org": "mv"}))
    write(s, "calm", taken("2026-11-18 08:00"))
    assert found(s) == {"mv": 1}
    (alert,) = s.alerts
    said = "1/2 hồ sơ đang ở đơn vị này chậm luân chuyển quá 3 ngày làm việc, lâu nhất 4 ngày"
    assert said in s.pocket.messages[0].text
    assert alert.since == ms("2026-11-20 00:00"), "Tuesday, Wednesday and Thursday were its three days"
    write(s, "old", ("2026-11-20 09:00", {"handling_org": "xm"}))
    assert found(s) == {}


def test_nights_and_days_off_are_nobodys_delay(registry):
    s, _ = registry
    write(s, "a", taken("2026-11-19 08:00"))
    s.until("2026-11-25 23:55", 600)
    assert found(s) == {}
    s.until("2026-11-26 00:05", 300)
    assert found(s) == {"xm": 1}


def test_days_in_which_the_citizen_is_waited_for_do_not_count(registry):
    s, _ = registry
    asked = ("2026-11-12 09:00", {"status": 5, "supplement_requested_at": ms("2026-11-12 09:00")})
    answered = ("2026-11-17 09:00", {"status": 4, "supplement_received_at": ms("2026-11-17 09:00")})
    write(s, "waits", taken("2026-11-11 08:00"), asked)
    write(s, "back", taken("2026-11-11 08:00"), asked, answered)
    write(s, "long", taken("2026-11-02 08:00"), asked, answered)
    assert found(s) == {"xm": 2}
    write(s, "later", taken("2026-11-13 08:00"), ("2026-11-13 09:00", asked[1]), answered)
    assert found(s) == {"xm": 2}, "three of its five days were the citizen's"


def test_a_dossier_that_is_done_or_that_its_system_has_not_told_of_since_is_not_stuck(registry):
    s, one_stop = registry
    write(s, "done", taken("2026-11-02 08:00"), ("2026-11-19 08:00", {"status": 9}))
    write(s, "night", taken("2026-11-16 08:00"))
    s.hear(one_stop.system, as_of=ms("2026-11-19 23:00"), complete=True)
    assert found(s) == {}, "it may have moved on since last night"
    s.hear(one_stop.system, as_of=ms("2026-11-20 08:55"), complete=True)
    assert found(s) == {"xm": 1}
