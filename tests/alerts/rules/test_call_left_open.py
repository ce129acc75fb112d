"""An endpoint that stays in a call when no meeting explains it."""

import sqlalchemy as sa

from ioc.live.deltas import Patch
from ioc.platform.db.tables import conference

OPEN = """
[[rule]]
id = "left-open"
kind = "call_left_open"
hours = "always"
"""
HOUR = 3_600_000


def announce(s, starts, ends, *expected, name="giao-ban"):
    row = {"org": "hg", "conference_id": name, "starts_at": starts, "ends_at": ends, "expected": list(expected)}
    with s.db.write() as conn:
        conn.execute(sa.insert(conference).values(**row, changed_at=0))


def test_half_an_hour_outside_any_meeting_is_an_open_microphone(stage):
    s = stage(OPEN)
    left, calm = s.add("xm/vc/c1", hours="office"), s.add("mv/vc/c2", hours="office")
    began = s.clock.now_ms()
    announce(s, began - HOUR, began, "xm/c1", "mv/c2")

    def hear():
        s.hear(left, in_call=True, mic_muted=False, duration_s=(s.clock.now_ms() - began) / 1000)
        s.hear(calm, in_call=False)

    s.run(1_790, 10, hear)
    assert s.states == ["pending"]
    s.run(40, 10, hear)
    assert [(alert.state, alert.org, abs(alert.since - began) < 20_000) for alert in s.alerts] == [
        ("firing", "xm", True)
    ]
    assert "micro có thể đang mở" in s.pocket.messages[0].text
    s.run(20, 10, lambda: s.hear(left, in_call=False))
    assert s.states == ["resolved_unseen"]


def test_a_meeting_explains_a_call_by_its_roster_or_by_its_id(stage):
    s = stage(OPEN)
    expected, guest, early = s.add("xm/vc/c1"), s.add("mv/vc/c2"), s.add("mv/vc/c3")
    now = s.clock.now_ms()
    announce(s, now, now + 2 * HOUR, "xm/c1")
    announce(s, now + HOUR, now + 2 * HOUR, "mv/c3", name="chieu")

    def hear():
        at = s.clock.now_ms()
        s.hear(expected, in_call=True)
        s.hear(early, in_call=True)
        s.world.merge([Patch(guest, {"in_call": (at, True)}, {"conference_id": (at, "giao-ban")}, None, at)])

    s.run(2_400, 20, hear)
    assert s.alerts == []


def test_a_meeting_that_runs_late_goes_on_and_one_straggler_does_not_keep_it(stage):
    s = stage(OPEN)
    sites = [s.add(f"xm/vc/c{n}") for n in range(4)]
    now = s.clock.now_ms()
    announce(s, now - HOUR, now, *(f"xm/c{n}" for n in range(4)))

    def hear(still):
        return lambda: [s.hear(key, in_call=n < still) for n, key in enumerate(sites)]

    s.run(2_400, 20, hear(2))
    assert s.alerts == [], "half of them are still talking"
    s.run(1_900, 20, hear(1))
    assert [(alert.state, str(alert.subject)) for alert in s.alerts] == [("firing", "xm/vc/c0")]


def test_a_muted_one_says_so_and_a_silent_one_nothing(stage):
    s = stage(OPEN)
    muted, silent = s.add("xm/vc/c1"), s.add("mv/vc/c2")
    s.hear(silent, in_call=True)
    s.run(2_000, 20, lambda: s.hear(muted, in_call=True, mic_muted=True))
    assert len(s.pocket.messages) == 1
    assert "micro đang tắt" in s.pocket.messages[0].text
