"""A drill goes the way of a real incident, says that it is one, is counted nowhere, and gives way to what is real."""

import pytest

from alerts import drills, queries, sms
from alerts.drills import DrillScene
from ioc.core.errors import IocError
from ioc.core.model import Severity
from ioc.domain.inventory import Scope

EVERYTHING = Scope(None, frozenset())


def play(stage, what="Đứt cáp quang Xín Mần", minutes=10.0, source=None, org="xm"):
    scenes = drills.invented(stage.world.inventory, org, source, Severity.CRITICAL, what)
    return start(stage, org, scenes, minutes)


def start(stage, org, scenes, minutes=10.0):
    with stage.db.write() as conn:
        return drills.start(conn, org, scenes, minutes, stage.clock.now_ms(), "truc-ban")


def now_of(stage, drill):
    with stage.db.read() as conn:
        return next(row for row in drills.log(conn, EVERYTHING, 1, 9)[0] if row.id == drill.id)


def test_it_is_told_like_a_real_one_and_begins_with_its_word(stage):
    story = stage()
    play(story)
    story.run(20)
    (message,) = story.pocket.messages
    assert message.subject.startswith("DIEN TAP [IOC] NGHIÊM TRỌNG · Xín Mần")
    assert sms.joined(message.sms).startswith("DIEN TAP ")
    assert message.text.startswith("DIEN TAP ")
    assert "Đứt cáp quang Xín Mần" in message.text


def test_its_end_is_told_too(stage):
    story = stage()
    play(story, minutes=2)
    story.run(150)
    assert [subject.partition(" · ")[0] for subject in story.subjects] == [
        "DIEN TAP [IOC] NGHIÊM TRỌNG",
        "DIEN TAP [IOC] ĐÃ KHẮC PHỤC",
    ]


def test_it_is_in_no_count(stage):
    story = stage()
    play(story)
    story.run(20)
    with story.db.read() as conn:
        assert story.states == ["firing"]
        assert queries.counts(conn, EVERYTHING) == {}
        assert queries.alert_counts(conn) == {}


def test_a_real_critical_ends_it_and_is_told(stage):
    story = stage()
    line = story.add("mv/link/cap")
    story.hear(line, up=True)
    story.returns(line)
    drill = play(story)
    story.run(20)
    story.leaves(line)
    story.run(140)
    over = now_of(story, drill)
    assert over.ended_by == drills.REAL_ALERT
    assert over.ended_at < drill.ended_at
    assert {alert.rule: str(alert.state) for alert in story.alerts} == {"drill": "resolved_unseen", "offline": "firing"}
    assert any(not subject.startswith("DIEN TAP") for subject in story.subjects)


def test_a_real_warning_leaves_it_running(stage):
    story = stage('[[rule]]\nid = "offline"\nkind = "offline"\nseverity = "warning"\n')
    line = story.add("mv/link/cap")
    story.returns(line)
    drill = play(story)
    story.leaves(line)
    story.run(140)
    assert now_of(story, drill).ended_by is None
    assert {str(alert.state) for alert in story.alerts} == {"firing"}


def test_an_incident_that_was_is_played_at_its_own_pace(stage):
    story = stage()
    for name in ("a", "b"):
        story.add(f"xm/service/{name}")
    scenes = [
        DrillScene("xm", "service", "a", Severity.CRITICAL, "alert.offline", {"source": "A"}, 0, 60_000),
        DrillScene("xm", "service", "b", Severity.CRITICAL, "alert.offline", {"source": "B"}, 30_000, None),
    ]
    start(story, "xm", scenes)
    story.run(10)
    assert [alert.source for alert in story.alerts] == ["a"]
    story.run(30)
    assert [alert.source for alert in story.alerts] == ["a", "b"]
    story.run(30)
    assert story.states == ["resolved_unseen", "firing"]


def test_one_at_a_time_of_an_org(stage):
    story = stage()
    drill = play(story)
    with pytest.raises(IocError, match="runs already"):
        play(story)
    with story.db.write() as conn:
        drills.end(conn, story.world.inventory.orgs.reach(None), drill.id, story.clock.now_ms(), "truc-ban")
    play(story)


def test_a_restart_in_the_middle_repeats_nothing(stage):
    story = stage()
    play(story)
    story.run(20)
    story.start()
    story.run(30)
    assert len(story.pocket.messages) == 1
