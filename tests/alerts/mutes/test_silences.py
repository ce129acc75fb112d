"""Stories of silences: telling rests, watching goes on, nothing is lost."""

from alerts.mutes import silences
from alerts.mutes.silences import Silence
from ioc.config.alerting import MuteMatch
from ioc.core.errors import Code, IocError
from tests.alerts.conftest import OFFLINE

RULE = OFFLINE + "hold_s = 10"
KIOSK = "hg/queue/kiosk-1"


def silence(stage, seconds, after=0, **match):
    now = stage.clock.now_ms()
    wanted = Silence(0, MuteMatch(**match), now + after * 1000, now + (after + seconds) * 1000, "lan", "thay cáp", now)
    with stage.db.write() as conn:
        return silences.add(conn, wanted, now)


def end(stage, one):
    with stage.db.write() as conn:
        silences.end(conn, one, "lan", stage.clock.now_ms())


def watched(stage):
    key = stage.add(KIOSK)
    stage.hear(key, waiting=1)
    stage.tick()
    return key


def test_held_while_it_holds_and_told_when_it_ends(stage):
    s = stage(RULE)
    key = watched(s)
    made = silence(s, 600, source="kiosk-1")
    s.leaves(key)
    s.run(300, step=5.0)
    assert (s.states, s.subjects) == (["suppressed"], [])
    assert s.alerts[0].held_by == f"silence:{made.id}"
    s.run(320, step=5.0)
    assert s.states == ["firing"]
    assert len(s.subjects) == 1
    s.run(600, step=5.0)
    assert len(s.subjects) == 1


def test_over_inside_it_nobody_is_told_of_what_nobody_heard(stage):
    s = stage(RULE)
    key = watched(s)
    silence(s, 600, org="hg")
    s.leaves(key)
    s.run(200, step=5.0)
    s.returns(key)
    s.run(600, 5.0, each=lambda: s.hear(key, waiting=1))
    assert (s.states, s.subjects) == (["resolved"], [])


def test_whoever_got_firing_gets_resolved_inside_it(stage):
    s = stage(RULE)
    key = watched(s)
    s.leaves(key)
    s.run(120, step=2.0)
    assert len(s.subjects) == 1
    silence(s, 3_600, rule="offline")
    s.run(10)
    assert s.states == ["suppressed"]
    s.returns(key)
    s.run(30)
    assert s.states == ["resolved_unseen"]
    assert len(s.subjects) == 2


def test_what_was_not_sent_yet_is_withdrawn(stage):
    s = stage(RULE)
    key = watched(s)
    s.leaves(key)
    while "firing" not in s.states:
        s.run(1)
    made = silence(s, 600, kind="queue")
    s.run(60)
    assert (s.states, s.subjects) == (["suppressed"], [])
    end(s, made)
    s.run(15)
    assert (s.states, len(s.subjects)) == (["firing"], 1)


def test_what_waits_for_another_try_is_withdrawn_too(stage):
    s = stage(RULE)
    key = watched(s)
    s.pocket.failures = [IocError(Code.GATEWAY_UNAVAILABLE, "no")] * 2
    s.leaves(key)
    while s.pocket.failures:
        s.run(1)
    silence(s, 600, severity="critical")
    s.run(500, step=5.0)
    assert (s.states, s.subjects) == (["suppressed"], [])
    s.run(200, step=5.0)
    assert len(s.subjects) == 1


def test_two_that_overlap_hold_until_the_last_ends(stage):
    s = stage(RULE)
    key = watched(s)
    first = silence(s, 300, source="kiosk-1")
    second = silence(s, 600, org="hg")
    s.leaves(key)
    s.run(200, step=5.0)
    assert s.alerts[0].held_by == f"silence:{first.id}"
    s.run(200, step=5.0)
    assert (s.alerts[0].held_by, s.subjects) == (f"silence:{second.id}", [])
    s.run(300, step=5.0)
    assert len(s.subjects) == 1


def test_a_restart_repeats_nothing(stage):
    s = stage(RULE)
    key = watched(s)
    silence(s, 600, source="kiosk-1")
    s.leaves(key)
    s.run(200, step=5.0)
    s.start()
    s.run(500, step=5.0)
    s.start()
    s.run(60)
    assert len(s.subjects) == 1


def test_another_org_kind_source_rule_or_severity_is_told(stage):
    s = stage(RULE)
    key = watched(s)
    for match in ({"org": "xm"}, {"kind": "vc"}, {"source": "kiosk-2"}, {"rule": "late"}, {"severity": "warning"}):
        silence(s, 600, **match)
    s.leaves(key)
    s.run(120, step=2.0)
    assert len(s.subjects) == 1


def test_what_hangs_on_a_dead_line_says_so(stage):
    s = stage(RULE)
    line = s.add("hg/link/cap-quang", interval_s=30)
    kiosk = s.add(KIOSK, parent=str(line))
    for key in (line, kiosk):
        s.hear(key, up=1)
    s.leaves(kiosk)
    s.leaves(line)
    s.run(120, step=2.0)
    held = {str(alert.subject): alert.held_by for alert in s.alerts}
    assert held == {"hg/link/cap-quang": None, KIOSK: "source:hg/link/cap-quang"}
