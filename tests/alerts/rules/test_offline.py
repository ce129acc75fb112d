"""Sources that leave, return, sleep at night and hang on one another: who is told what."""

from dataclasses import replace

import pytest

from alerts import sms
from ioc.core.model import Health
from tests.alerts.conftest import OFFLINE, ms

pytestmark = pytest.mark.slow

BUSY = OFFLINE + "hold_s = 0\n"


def test_one_message_after_the_hold_and_one_when_it_returns(stage):
    s = stage()
    kiosk = s.add("xm/queue/k1")
    s.returns(kiosk)
    s.leaves(kiosk)
    s.run(119)
    assert s.states == ["pending"]
    assert s.subjects == []
    s.run(12)
    assert s.states == ["firing"]
    assert s.subjects == ["[IOC] NGHIÊM TRỌNG · Xín Mần · Nguồn k1: Mất kết nối"]
    s.returns(kiosk)
    s.run(10, each=lambda: s.hear(kiosk))
    assert s.states == ["resolved_unseen"]
    assert s.subjects[1:] == ["[IOC] ĐÃ KHẮC PHỤC · Xín Mần · Nguồn k1: Mất kết nối"]
    s.run(300, 10, each=lambda: s.hear(kiosk))
    assert len(s.subjects) == 2


def test_twenty_drops_inside_the_hold_send_nothing_and_are_counted(stage):
    s = stage()
    kiosk = s.add("xm/queue/k1")
    s.returns(kiosk)
    for _ in range(20):
        s.leaves(kiosk)
        s.run(60, 5)
        s.returns(kiosk)
        s.run(10, 5)
    assert s.subjects == []
    assert s.states == ["closed"]
    assert s.alerts[0].flaps == 20


def test_a_return_between_two_looks_is_a_return(stage):
    """Of a short one no tick sees more than that it left again, later."""
    s = stage()
    kiosk = s.add("xm/queue/k1")
    s.returns(kiosk)
    for _ in range(20):
        s.leaves(kiosk)
        s.run(60, 5)
        s.returns(kiosk)
    assert s.alerts[0].flaps >= 19
    assert s.subjects == []
    s.leaves(kiosk)
    s.run(180, 5)
    assert len(s.subjects) == 1, "the one that lasts is told"


def test_silence_counts_from_missed_intervals(stage):
    s = stage(BUSY)
    kiosk = s.add("xm/queue/k1", interval_s=30)
    s.run(120, each=lambda: s.hear(kiosk, waiting=1))
    assert s.alerts == []
    heard = s.clock.now_ms()
    s.run(60)
    assert s.alerts == []
    s.run(2)
    assert s.states == ["firing"]
    assert s.alerts[0].since == heard + 60_000
    assert (s.alerts[0].title, s.world.health(s.world.inventory.sources[kiosk], s.clock.now_ms())) == (
        "alert.offline", Health.OFFLINE,
    )  # fmt: skip


def test_silence_on_a_living_connection_is_called_what_the_screens_call_it(stage):
    s = stage(BUSY)
    kiosk = s.add("xm/queue/k1", interval_s=30)
    s.returns(kiosk)
    s.hear(kiosk, waiting=1)
    s.run(65)
    assert (s.alerts[0].title, s.world.health(s.world.inventory.sources[kiosk], s.clock.now_ms())) == (
        "alert.silent", Health.STALE,
    )  # fmt: skip


def test_silence_of_our_own_is_not_theirs(stage):
    """While deltas do not reach the engine nobody is called silent, and afterwards each has its time again."""
    s = stage(BUSY)
    kiosk = s.add("xm/queue/k1")
    s.hear(kiosk)
    s.listening = False
    s.run(3600, 10)
    s.listening = True
    s.run(100)
    assert s.alerts == []
    s.run(30)
    assert s.states == ["firing"]


def test_nothing_is_raised_in_the_startup_grace(stage):
    s = stage(BUSY)
    s.engine.startup_grace_s = 20
    s.engine.__post_init__()
    kiosk = s.add("xm/queue/k1")
    s.leaves(kiosk)
    s.run(18)
    assert s.alerts == []
    s.run(4)
    assert s.states == ["firing"]


@pytest.mark.parametrize("jump_s", [3600, -3600])
def test_a_wall_clock_that_is_set_fires_and_resolves_nothing(stage, jump_s):
    s = stage(BUSY)
    alive, dead = s.add("xm/queue/alive"), s.add("xm/queue/dead")
    s.hear(dead)
    s.run(240, 5, each=lambda: s.hear(alive))
    assert [a.source for a in s.alerts] == ["dead"]
    s.clock.set(s.clock.now_ms() + jump_s * 1000)
    s.run(600, 5, each=lambda: s.hear(alive))
    assert s.states == ["firing"]
    assert len(s.subjects) == 1


def office_day(s, kiosks, off_at):
    """Kiosks speak while their hours run and are switched off at closing, a little before the hour."""

    def each():
        for kiosk in kiosks:
            opened = s.world.opened_at(s.world.inventory.sources[kiosk], s.clock.now_ms())
            if opened is not None and s.clock.now_ms() < off_at:
                s.returns(kiosk)

    return each


def test_a_weekend_with_kiosks_switched_off_at_closing_is_quiet(stage):
    s = stage()
    s.clock.set(ms("2026-11-20 16:00"))
    s.start()
    kiosks = [s.add(f"xm/queue/k{i}", hours="office") for i in range(3)]
    s.until("2026-11-20 16:59", each=office_day(s, kiosks, ms("2026-11-20 16:59")))
    for kiosk in kiosks:
        s.leaves(kiosk)
    s.until("2026-11-23 07:20", 300)
    s.until("2026-11-23 07:31")
    s.until("2026-11-23 08:00", each=lambda: [s.returns(kiosk) for kiosk in kiosks])
    assert s.subjects == []
    assert [alert for alert in s.alerts if alert.fired_at] == []


def test_one_still_off_on_monday_morning_is_one_alert(stage):
    s = stage()
    s.clock.set(ms("2026-11-20 16:00"))
    s.start()
    kiosks = [s.add(f"xm/queue/k{i}", hours="office") for i in range(3)]
    s.until("2026-11-20 17:00", each=office_day(s, kiosks, ms("2026-11-20 17:00")))
    for kiosk in kiosks:
        s.leaves(kiosk)
    s.until("2026-11-23 07:20", 300)
    s.until("2026-11-23 07:30")
    s.until("2026-11-23 07:45", each=lambda: [s.returns(kiosk) for kiosk in kiosks[1:]])
    assert [(a.source, str(a.state)) for a in s.alerts if a.fired_at] == [("k0", "firing")]
    assert len(s.subjects) == 1


def test_an_alert_open_at_closing_waits_for_the_next_opening(stage):
    s = stage()
    s.clock.set(ms("2026-11-20 16:00"))
    s.start()
    kiosk = s.add("xm/queue/k1", hours="office")
    s.returns(kiosk)
    s.leaves(kiosk)
    s.until("2026-11-20 16:30")
    assert s.states == ["firing"]
    s.until("2026-11-23 07:20", 300)
    s.until("2026-11-23 07:31")
    assert s.states == ["firing"]
    assert len(s.subjects) == 1
    s.returns(kiosk)
    s.until("2026-11-23 07:32", 5)
    assert s.states == ["resolved_unseen"]
    assert len(s.subjects) == 2


def line_with_endpoints(s, n=18):
    link = s.add("hg/link/fibre", interval_s=10)
    points = [s.add(f"xm/vc/p{i}", parent="hg/link/fibre") for i in range(n)]
    for key in (link, *points):
        s.returns(key)
    return link, points


def test_a_cut_line_is_one_message_and_its_repair_one(stage):
    s = stage()
    link, points = line_with_endpoints(s)
    for point in points:
        s.leaves(point)
    s.run(3)
    s.leaves(link)
    s.run(240)
    assert s.subjects == [
        "[IOC] NGHIÊM TRỌNG · Hà Giang · Nguồn fibre: Mất kết nối; 18/18 điểm cầu phía sau mất liên lạc"
    ]
    assert s.states.count("suppressed") == 18
    s.returns(link)
    for point in points:
        s.returns(point)
    s.run(30, each=lambda: [s.hear(key) for key in (link, *points)])
    assert s.subjects[1:] == ["[IOC] ĐÃ KHẮC PHỤC · Hà Giang · Nguồn fibre: Mất kết nối"]
    assert sorted(set(s.states)) == ["resolved", "resolved_unseen"]


def test_children_heard_before_their_parent_are_held_back_when_the_group_is_sent(stage):
    s = stage(BUSY)
    link, points = line_with_endpoints(s, 3)
    for point in points:
        s.leaves(point)
    s.run(8)
    assert s.states == ["firing"] * 3
    s.leaves(link)
    s.run(15)
    assert s.subjects == [
        "[IOC] NGHIÊM TRỌNG · Hà Giang · Nguồn fibre: Mất kết nối; 3/3 điểm cầu phía sau mất liên lạc"
    ]
    assert s.states.count("suppressed") == 3


def test_a_child_that_is_really_dead_is_announced_after_settling(stage):
    s = stage(BUSY)
    link, points = line_with_endpoints(s, 3)
    for key in (link, *points):
        s.leaves(key)
    s.run(60)
    s.returns(link)
    back = (link, *points[1:])
    for key in points[1:]:
        s.returns(key)
    s.run(9, each=lambda: [s.hear(key) for key in back])
    assert s.states.count("suppressed") == 1
    s.run(15, each=lambda: [s.hear(key) for key in back])
    assert s.subjects[2:] == ["[IOC] NGHIÊM TRỌNG · Xín Mần · Nguồn p0: Mất kết nối"]


def test_a_retired_source_closes_its_alert_and_says_so(stage):
    s = stage(BUSY)
    kiosk = s.add("xm/queue/k1")
    s.leaves(kiosk)
    s.run(15)
    del s.world.inventory.sources[kiosk]
    s.run(15)
    assert s.states == ["closed"]
    assert len(s.subjects) == 2


def test_pending_sources_are_under_no_rule(stage):
    s = stage(BUSY)
    s.leaves(s.add("xm/queue/new", status="pending"))
    s.run(60)
    assert s.alerts == []


def test_a_simulated_source_says_so_in_its_message(stage):
    s = stage(BUSY)
    s.leaves(s.add("xm/queue/k1", simulated=True))
    s.run(15)
    message = s.pocket.messages[0]
    assert message.subject.startswith("[MÔ PHỎNG] [IOC] NGHIÊM TRỌNG")
    assert "[MÔ PHỎNG]" in message.text
    assert "[MÔ PHỎNG]" in sms.joined(message.sms)
    assert s.alerts[0].simulated


def test_what_was_imported_and_never_spoke_is_told_as_such_and_cuts_nobody_off(stage):
    s = stage(BUSY)
    link, child = s.add("hg/link/fibre"), s.add("xm/vc/p0", parent="hg/link/fibre")
    s.world.inventory.sources[link] = replace(s.world.inventory.sources[link], agreed_at=s.clock.now_ms())
    s.run(100, 10, lambda: s.hear(child))
    assert s.alerts == []
    s.run(60, 10, lambda: s.hear(child))
    assert s.subjects == [
        "[IOC] NGHIÊM TRỌNG · Hà Giang · Nguồn fibre: Chưa từng có tín hiệu (phải có từ ngày 20/11/2026)"
    ]
    s.leaves(child)
    s.run(60, 10)
    assert s.subjects[1:] == ["[IOC] NGHIÊM TRỌNG · Xín Mần · Nguồn p0: Mất kết nối"]
    s.run(30, 10, lambda: s.hear(link))
    assert "ĐÃ KHẮC PHỤC" in s.subjects[2]


def test_after_a_start_of_ours_what_never_spoke_has_its_time_again(stage):
    s = stage(BUSY)
    key = s.add("hg/link/fibre")
    s.world.inventory.sources[key] = replace(s.world.inventory.sources[key], agreed_at=ms("2026-11-01 08:00"))
    s.run(110, 10)
    assert s.alerts == []
    s.run(40, 10)
    assert s.states == ["firing"]


PROMISED = OFFLINE + "hold_s = 0\n"


@pytest.mark.parametrize(("option", "told"), [("too", ["new", "old"]), ("only", ["new"]), ("no", ["old"])])
def test_what_never_came_is_late_too_or_a_matter_of_its_own_rule(stage, option, told):
    s = stage(PROMISED + f'never_heard = "{option}"\n')
    agreed = ms("2026-11-19 08:00")
    for name in ("new", "old"):
        key = s.add(f"xm/queue/{name}")
        s.world.inventory.sources[key] = replace(s.world.inventory.sources[key], agreed_at=agreed)
    s.returns(key)
    s.run(400, 5)
    assert sorted(alert.source for alert in s.alerts) == told
    never = "Chưa từng có tín hiệu (phải có từ ngày 19/11/2026)"
    assert any(never in subject for subject in s.subjects) is ("new" in told)
