"""Before a meeting and in it: who is missing of how many, told at each roll call, graver once it has begun."""

import pytest
import sqlalchemy as sa
from msgspec import structs

from ioc.core.errors import UsageError
from ioc.core.model import Severity
from ioc.live import meetings
from ioc.platform.db.tables import audit, conference
from tests.alerts.acts import act
from tests.alerts.conftest import ms

PRECHECK = """
[[rule]]
id = "precheck"
kind = "conference_precheck"
before_min = [60, 30]
during = "critical"
"""
MINUTE = 60_000


@pytest.fixture
def meeting(stage):
    """At 10:30 three sites meet; it is 09:20."""
    s = stage(PRECHECK)
    sites = [s.add(f"xm/vc/c{n}", hours="office") for n in range(3)]
    announce(s, sites)
    s.clock.advance(1_200)
    return s, sites


def announce(s, sites, name="giao-ban", starts="2026-11-20 10:30", ends="2026-11-20 11:30"):
    expected = [f"{key.org}/{key.source}" for key in sites]
    row = {"org": "hg", "conference_id": name, "title": "Giao ban", "expected": expected, "changed_at": 0}
    with s.db.write() as conn:
        conn.execute(sa.insert(conference).values(**row, starts_at=ms(starts), ends_at=ms(ends)))


def there(s, *keys):
    return lambda: [s.hear(key, registered=True) for key in keys]


def test_a_missing_site_is_told_at_each_roll_call_and_graver_in_the_meeting(meeting):
    s, (a, b, lost) = meeting
    s.until("2026-11-20 09:29", 40, there(s, a, b))
    assert s.alerts == [], "more than an hour before"
    s.until("2026-11-20 09:32", 40, there(s, a, b))
    assert [(alert.state, alert.severity, alert.org) for alert in s.alerts] == [("firing", "warning", "hg")]
    said = "1/3 điểm cầu chưa sẵn sàng cho cuộc họp lúc 10:30 20/11 (Giao ban): Nguồn c2 (chưa rõ)"
    assert said in s.pocket.messages[0].text
    s.until("2026-11-20 09:59", 40, there(s, a, b))
    assert len(s.pocket.messages) == 1
    s.until("2026-11-20 10:02", 40, there(s, a, b))
    assert len(s.pocket.messages) == 2, "told again half an hour before"
    s.until("2026-11-20 10:32", 40, there(s, a, b))
    assert [alert.severity for alert in s.alerts] == [Severity.CRITICAL]
    assert "NGHIÊM TRỌNG" in s.pocket.messages[2].subject
    assert "Đang họp, 1/3 điểm cầu không sẵn sàng" in s.pocket.messages[2].text
    s.until("2026-11-20 10:35", 40, there(s, a, b, lost))
    assert s.states == ["resolved_unseen"]
    assert len(s.pocket.messages) == 4


def test_when_all_are_there_nobody_is_told(meeting):
    s, sites = meeting
    s.until("2026-11-20 11:40", 30, there(s, *sites))
    assert s.alerts == []


def test_an_endpoint_without_a_registrar_is_missing(meeting):
    s, (a, b, c) = meeting

    def hear():
        there(s, a, b)()
        s.hear(c, registered=False)

    s.until("2026-11-20 09:31", 40, hear)
    assert "Nguồn c2 (chưa đăng ký)" in s.pocket.messages[0].text


def test_a_site_confirmed_by_hand_is_not_missing_until_the_word_is_taken_back(meeting):
    s, (a, b, c) = meeting
    s.until("2026-11-20 09:31", 40, there(s, a, b))
    assert s.states == ["firing"]
    with s.db.read() as conn:
        about = meetings.one(conn, "hg", "giao-ban")
    meetings.confirm(s.db, about, c, "lan", s.clock.now_ms(), "gọi điện, máy dự phòng")
    meetings.confirm(s.db, about, c, "hung", s.clock.now_ms())
    s.run(20, 5, there(s, a, b))
    assert s.states == ["resolved_unseen"]
    with s.db.read() as conn:
        assert meetings.confirmations(conn, about)[c].by == "lan"
        assert [row.actor for row in conn.execute(sa.select(audit))] == ["lan"]
    meetings.withdraw(s.db, about, c, "lan", s.clock.now_ms())
    s.run(20, 5, there(s, a, b))
    assert s.states == ["resolved", "firing"]


def test_an_acknowledged_one_is_loud_again_when_the_meeting_begins(meeting):
    s, (a, b, _) = meeting
    s.until("2026-11-20 10:10", 40, there(s, a, b))
    act(s.db, "acknowledge", s.alerts[0].id, now=s.clock.now_ms())
    s.until("2026-11-20 10:29", 40, there(s, a, b))
    assert s.states == ["acknowledged"]
    s.until("2026-11-20 10:31", 40, there(s, a, b))
    assert s.states == ["firing"]


def test_two_meetings_of_an_org_are_two_alerts(meeting):
    s, (a, b, c) = meeting
    other = s.add("mv/vc/d1")
    announce(s, [a, other], name="chieu", starts="2026-11-20 10:20")
    s.until("2026-11-20 09:31", 40, there(s, a, b))
    assert sorted(dict(alert.params)["of"] for alert in s.alerts) == [2, 3]
    s.until("2026-11-20 09:33", 40, there(s, a, b, c))
    assert sorted(s.states) == ["firing", "resolved_unseen"]


def test_a_cancelled_meeting_is_asked_no_more(meeting):
    s, _ = meeting
    s.until("2026-11-20 09:31", 20)
    assert s.states == ["firing"]
    with s.db.write() as conn:
        conn.execute(sa.update(conference).values(cancelled_at=1))
    s.run(10, 5)
    assert s.states == ["resolved_unseen"]


def test_silence_that_may_be_ours_misses_nobody(meeting):
    s, _ = meeting
    s.listening = False
    s.until("2026-11-20 09:45", 20)
    assert s.alerts == []


def test_a_site_is_asked_outside_its_office_hours_too(stage):
    s = stage(PRECHECK)
    site = s.add("xm/vc/c1", hours="office")
    announce(s, [site], starts="2026-11-20 20:00", ends="2026-11-20 21:00")
    s.until("2026-11-20 18:59", 60)
    s.until("2026-11-20 19:05", 40, there(s, site))
    assert s.alerts == []
    s.until("2026-11-20 19:10", 20)
    assert s.states == ["firing"]


def test_no_roll_call_at_all_is_refused(stage):
    with pytest.raises(UsageError, match=r"rule\[0\]\.before_min: \[\]"):
        stage(PRECHECK.replace("[60, 30]", "[]"))


def test_a_rule_that_becomes_graver_tells_what_stands_again(meeting):
    s, (a, b, _) = meeting
    s.until("2026-11-20 09:31", 40, there(s, a, b))
    rules = s.engine.evaluator.rules
    rules.rules = tuple(structs.replace(rule, severity="critical") for rule in rules.rules)
    s.run(20, 5, there(s, a, b))
    assert [alert.severity for alert in s.alerts] == [Severity.CRITICAL]
    assert len(s.pocket.messages) == 2
    rules.rules = tuple(structs.replace(rule, severity="warning") for rule in rules.rules)
    s.run(20, 5, there(s, a, b))
    assert [alert.severity for alert in s.alerts] == [Severity.WARNING]
    assert len(s.pocket.messages) == 2, "milder: nobody is told anew"
