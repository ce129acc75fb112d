"""What is told of an incident: what is news, to whom, and the one all-clear."""

import pytest

from alerts import drills
from alerts.actions.act import Act, Action
from alerts.actions.of_incident import perform
from ioc.config.alerting import AlertOptions
from ioc.core.model import Severity
from tests.alerts.conftest import OFFLINE

PORTAL = """
[[rule]]
id = "down"
kind = "threshold"
on = { kind = "service", metric = "up" }
equals = false
severity = "critical"
[[rule]]
id = "slow"
kind = "threshold"
on = { kind = "service", metric = "response_ms" }
above = 3000
severity = "warning"
"""
LEADER = """
[[receiver]]
name = "lanh-dao"
email = ["lanhdao@example.vn"]
[[route]]
severity = ["critical"]
receivers = ["lanh-dao"]
channels = ["mail"]
"""
DUTY, CHIEF = "truc@example.vn", "lanhdao@example.vn"


def told(s, address=DUTY):
    """What a receiver was told, by its first words, and of which alerts."""
    return [
        (str(message.event), sorted({line["title"] for line in message.payload["lines"]}))
        for message in s.pocket.messages
        if message.address == address
    ]


def says(s, key, seconds=15, **metrics):
    s.run(seconds, 1, lambda: s.hear(key, **metrics))


def test_a_portal_that_is_down_and_slow_is_one_incident_one_message_and_one_all_clear(stage):
    s = stage(PORTAL)
    portal = s.add("hg/service/portal")
    says(s, portal, up=True, response_ms=100)
    assert s.pocket.messages == [], "nothing is wrong, nobody is told"
    says(s, portal, up=False, response_ms=9000)
    assert told(s) == [("firing", ["alert.down", "alert.plain.above"])]
    assert {alert.incident_id for alert in s.alerts} == {1}
    says(s, portal, up=True, response_ms=100)
    assert told(s)[1:] == [("resolved", ["alert.down", "alert.plain.above"])]


def test_what_is_no_graver_and_no_other_cause_is_no_news(stage):
    s = stage(PORTAL)
    portal = s.add("hg/service/portal")
    says(s, portal, up=False, response_ms=100)
    says(s, portal, up=False, response_ms=9000)
    assert told(s) == [("firing", ["alert.down"])]
    says(s, portal, up=True, response_ms=9000)
    assert len(told(s)) == 1, "the portal is not over"
    says(s, portal, up=True, response_ms=100)
    assert told(s)[1:] == [("resolved", ["alert.down", "alert.plain.above"])]


def test_what_is_graver_is_told_again_and_to_whom_only_that_concerns(stage):
    s = stage(PORTAL + LEADER)
    portal = s.add("hg/service/portal")
    says(s, portal, up=True, response_ms=9000)
    assert (told(s), told(s, CHIEF)) == ([("firing", ["alert.plain.above"])], [])
    says(s, portal, up=False, response_ms=9000)
    assert told(s)[1:] == [("firing", ["alert.down"])]
    assert told(s, CHIEF) == [("firing", ["alert.down"])]
    says(s, portal, up=True, response_ms=9000)
    assert told(s, CHIEF)[1:] == [("resolved", ["alert.down"])], "all that one was told of is over"
    assert len(told(s)) == 2
    says(s, portal, up=True, response_ms=100)
    assert told(s)[2:] == [("resolved", ["alert.down", "alert.plain.above"])]


def test_children_told_before_their_line_are_told_once_more_by_its_name_and_once_of_the_end(stage):
    s = stage(OFFLINE + "hold_s = 0\n")
    link = s.add("hg/link/cap", interval_s=10)
    points = [s.add(f"xm/vc/p{i}", parent="hg/link/cap") for i in range(3)]
    for key in (link, *points):
        s.returns(key)
    for key in points:
        s.leaves(key)
    s.run(15, each=lambda: s.hear(link))
    assert len(told(s)) == 3, "three causes, as far as anybody knows"
    s.leaves(link)
    s.run(15)
    (found,) = s.pocket.messages[3:]
    assert "Nguồn cap: Mất kết nối; 3/3 điểm cầu" in found.subject
    s.returns(points[0])
    s.run(15, each=lambda: s.hear(points[0]))
    assert len(told(s)) == 4, "the cause goes on"
    for key in (link, *points):
        s.returns(key)
    s.run(15, each=lambda: [s.hear(key) for key in (link, *points)])
    (clear,) = s.pocket.messages[4:]
    assert (str(clear.event), len(clear.payload["lines"]), clear.payload["left"]) == ("resolved", 4, 0)


def test_a_line_that_is_back_is_told_although_one_told_before_it_stays_dead(stage):
    s = stage(OFFLINE + "hold_s = 0\n")
    link = s.add("hg/link/cap", interval_s=10)
    point = s.add("xm/vc/p0", parent="hg/link/cap")
    s.returns(link)
    s.leaves(point)
    s.run(15, each=lambda: s.hear(link))
    s.leaves(link)
    s.run(15)
    s.returns(link)
    s.run(20, each=lambda: s.hear(link))
    clear = s.pocket.messages[-1]
    assert (clear.event, clear.payload["left"]) == ("resolved", 1)
    assert "Chưa khôi phục: 1" in clear.text
    s.returns(point)
    s.run(15, each=lambda: [s.hear(key) for key in (link, point)])
    assert [str(message.event) for message in s.pocket.messages] == ["firing", "firing", "resolved", "resolved"]


def test_who_takes_a_cut_line_is_told_what_stays_dead(stage):
    s = stage(OFFLINE + "hold_s = 0\n")
    link, point = s.add("hg/link/cap", interval_s=10), s.add("xm/vc/p0", parent="hg/link/cap")
    for key in (link, point):
        s.returns(key)
    for key in (link, point):
        s.leaves(key)
    s.run(15)
    act = Act(Action.ACKNOWLEDGE, "lan", operates=True, now=s.clock.now_ms())
    assert perform(s.db, s.world.inventory.orgs.scope(None), 1, act, AlertOptions()) == 1
    s.returns(link)
    s.run(30, each=lambda: s.hear(link))
    assert [str(message.event) for message in s.pocket.messages] == ["firing", "resolved", "firing"]


def test_a_drill_and_what_is_real_are_never_one(stage):
    s = stage(OFFLINE + "hold_s = 0\n")
    kiosk = s.add("xm/queue/k1")
    s.returns(kiosk)
    scene = drills.invented(s.world.inventory, "xm", kiosk, Severity.WARNING, "Mất điện")
    with s.db.write() as conn:
        drills.start(conn, "xm", scene, 10, s.clock.now_ms(), "mai")
    s.run(5, each=lambda: s.hear(kiosk))
    s.leaves(kiosk)
    s.run(2)
    assert sorted((alert.rule, alert.incident_id) for alert in s.alerts) == [("drill", 1), ("offline", 2)]


@pytest.mark.parametrize("mute", ["silence", None])
def test_what_a_silence_held_back_is_told_when_it_ends_although_the_incident_was_told(stage, mute):
    window = '[[maintenance]]\nname = "m"\nmatch = { rule = "slow" }\nhours = "08:00-09:01"\n' if mute else ""
    s = stage(PORTAL + window)
    portal = s.add("hg/service/portal")
    says(s, portal, up=False, response_ms=9000)
    assert told(s) == [("firing", ["alert.down"] if mute else ["alert.down", "alert.plain.above"])]
    says(s, portal, 90, up=False, response_ms=9000)
    assert told(s)[1:] == ([("firing", ["alert.plain.above"])] if mute else [])
