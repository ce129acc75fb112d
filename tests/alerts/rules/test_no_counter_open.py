"""A centre without an open counter: told after ten minutes of its hours, never at night."""

from tests.alerts.conftest import ms

CLOSED = """
[[rule]]
id = "no-counter"
kind = "no_counter_open"
severity = "critical"
"""


def test_ten_minutes_without_a_counter_is_told_with_those_who_wait(stage):
    s = stage(CLOSED)
    kiosk, calm = s.add("xm/queue/k1", hours="office"), s.add("mv/queue/k2", hours="office")

    def hear():
        s.hear(kiosk, open_counters=0, waiting=12)
        s.hear(calm, open_counters=1, waiting=12)

    s.run(590, 10, hear)
    assert s.states == ["pending"]
    s.run(60, 10, hear)
    assert [(alert.state, alert.org) for alert in s.alerts] == [("firing", "xm")]
    assert "không có quầy nào mở, 12 người đang chờ" in s.pocket.messages[0].text
    s.run(20, 10, lambda: s.hear(kiosk, open_counters=2, waiting=12))
    assert s.states == ["resolved_unseen"]


def test_outside_its_hours_and_over_noon_nobody_is_told(stage):
    s = stage(CLOSED)
    kiosk = s.add("xm/queue/k1", hours="office")
    s.clock.advance((ms("2026-11-20 11:24") - s.clock.now_ms()) / 1000)
    s.until("2026-11-20 13:38", 30, lambda: s.hear(kiosk, open_counters=0))
    assert s.pocket.messages == []


def test_of_a_kiosk_that_says_nothing_nothing_is_claimed(stage):
    s = stage(CLOSED)
    kiosk = s.add("xm/queue/k1", hours="office")
    s.hear(kiosk, open_counters=0)
    s.run(1_800, 30)
    assert s.states == ["pending"]
    assert s.pocket.messages == []
