"""Quiet hours hold what is not critical until they end; a cap makes one message of what is more; nothing is lost."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.releasing import HOUR_MS, allowance
from alerts.model import AlertState
from ioc.platform.db.tables import alert
from tests.alerts.conftest import ms
from tests.alerts.people.test_ladders import PEOPLE, fail, short, told

SLOW = """
[[rule]]
id = "slow"
kind = "threshold"
on = { kind = "service", metric = "latency_ms" }
above = 100
severity = "warning"
[[receiver]]
name = "mai"
email = ["mai@example.vn"]
quiet = "22:00-06:00"
[[route]]
receivers = ["mai", "hung"]
channels = ["mail"]
"""


def slow(s, path):
    key = s.add(path)
    s.hear(key, latency_ms=500)
    s.tick()
    s.run(2, each=lambda: s.hear(key, latency_ms=500))
    return key


def test_a_warning_waits_for_the_end_of_the_quiet_hours_and_is_told_then(stage):
    s = stage(SLOW, PEOPLE, at="2026-11-20 23:00")
    key = slow(s, "xm/service/mot-cua")
    assert [message.address for message in s.pocket.messages] == ["hung@example.vn"]
    s.until("2026-11-21 06:01", 60, each=lambda: s.hear(key, latency_ms=500))
    assert [message.address for message in s.pocket.messages] == ["hung@example.vn", "mai@example.vn"]
    assert s.pocket.messages[1].at >= ms("2026-11-21 06:00")
    assert "CẢNH BÁO" in s.pocket.messages[1].subject, "itself, not a summary of a backlog"


@pytest.mark.parametrize("by", ["acknowledged", "over"])
def test_what_somebody_took_or_what_is_over_by_then_is_not_told(stage, by):
    s = stage(SLOW, PEOPLE, at="2026-11-20 23:00")
    key = slow(s, "xm/service/mot-cua")
    if by == "acknowledged":
        with s.db.write() as conn:
            conn.execute(sa.update(alert).values(state=AlertState.ACKNOWLEDGED))
    s.until("2026-11-21 06:01", 60, each=lambda: s.hear(key, latency_ms=500 if by == "acknowledged" else 5))
    assert "mai@example.vn" not in [message.address for message in s.pocket.messages]


def test_a_critical_alert_is_told_at_once_and_takes_what_waits_with_it(stage):
    s = stage(SLOW, PEOPLE, at="2026-11-20 23:00")
    key = slow(s, "xm/service/mot-cua")
    s.leaves(key)
    s.run(3)
    assert [message.address for message in s.pocket.messages].count("mai@example.vn") == 1


def test_an_end_wakes_nobody_either(stage):
    s = stage(SLOW, PEOPLE, at="2026-11-20 21:50")
    key = slow(s, "xm/service/mot-cua")
    assert len(s.pocket.messages) == 2
    s.until("2026-11-20 23:00", 60, each=lambda: s.hear(key, latency_ms=500))
    s.run(10, each=lambda: s.hear(key, latency_ms=5))
    assert [message.address for message in s.pocket.messages[2:]] == ["hung@example.vn"]
    s.until("2026-11-21 06:02", 120, each=lambda: s.hear(key, latency_ms=5))
    assert [message.address for message in s.pocket.messages[3:]] == ["mai@example.vn"]


CAPPED = """
[[receiver]]
name = "mai"
email = ["mai@example.vn"]
per_hour = 4
[[route]]
receivers = ["mai"]
channels = ["mail"]
"""


def test_what_is_more_than_a_receiver_is_told_in_an_hour_is_one_message(stage):
    s = stage(CAPPED, PEOPLE)
    keys = [s.add(f"xm/service/s{n}") for n in range(12)]
    for key in keys:
        s.leaves(key)
    s.tick()
    s.run(3)
    subjects = s.subjects
    assert len(subjects) == 4
    assert subjects[3].startswith("[IOC] … và 9 việc khác: 9 cảnh báo còn mở, 0 đã khắc phục")
    fail(s, "mv/service/late")
    assert len(s.subjects) == 4, "the next is allowed in a quarter of an hour"
    s.run(16 * 60, 20)
    assert len(s.subjects) == 5
    for key in keys:
        s.returns(key)
    s.run(100 * 60, 60, each=lambda: [s.returns(key) for key in keys])
    ended = [who for who, what, _step in short(s) if what == "resolved"]
    assert len(ended) == 12, "whoever was told is told the end, be it in one message"


@given(st.lists(st.integers(0, 3 * HOUR_MS), max_size=40), st.integers(1, 60))
def test_never_more_than_the_cap_and_never_never(sent, per_hour):
    now = 3 * HOUR_MS
    allowed = allowance(sent, per_hour, now)
    assert 0 <= allowed.messages <= per_hour
    assert allowed.messages or now < allowed.next_at <= now + max(1, len(sent)) * HOUR_MS
    if not allowed.messages:
        assert allowance(sent, per_hour, allowed.next_at + 1).messages >= 1


@given(st.integers(1, 30), st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_whatever_comes_no_hour_holds_more_than_twice_the_cap(per_hour, gaps):
    """A full allowance and what grows back in the hour."""
    now, sent = 0, []
    for minutes in gaps:
        now += minutes * 60_000
        sent += [now] * allowance([at for at in sent if at > now - HOUR_MS], per_hour, now).messages
    for at in sent:
        assert sum(at <= other < at + HOUR_MS for other in sent) <= 2 * per_hour


def test_everybody_told_by_steps_is_in_the_ledger(stage):
    s = stage(CAPPED, PEOPLE)
    fail(s)
    assert [(who, step) for who, _what, _at, step in told(s)] == [("mai", 1)]
