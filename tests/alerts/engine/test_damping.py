"""Flapping: what comes and goes is told once as such, and its end when it stays well."""

import pytest

from alerts.model import NotificationType
from tests.alerts.conftest import OFFLINE, ROUTES

KIOSK = "hg/queue/kiosk-1"
RULE = OFFLINE + "hold_s = 10\n"
SMS_OF_FLAPPING = "chập chờn, lần thứ 4"


def flap(stage, key, times, down_s=60, up_s=60):
    """Down and up again, so many times."""
    for _ in range(times):
        stage.leaves(key)
        stage.run(down_s, step=12)
        stage.returns(key)
        stage.run(up_s, step=max(12, up_s / 5))


def told(stage):
    """What each message announced, in the order they were sent."""
    resolved = [message.subject.startswith("[IOC] ĐÃ KHẮC PHỤC") for message in stage.pocket.messages]
    return [NotificationType.RESOLVED if each else NotificationType.FIRING for each in resolved]


@pytest.fixture
def kiosk(stage):
    def make(config="", base=ROUTES):
        s = stage(config + RULE, base)
        key = s.add(KIOSK, interval_s=0)
        s.returns(key)
        s.tick()
        return s, key

    return make


def test_the_fourth_time_in_an_hour_is_told_as_flapping_and_nothing_after_it(kiosk):
    s, key = kiosk()
    flap(s, key, 12)
    assert told(s) == [NotificationType.FIRING, NotificationType.RESOLVED] * 3 + [NotificationType.FIRING]
    assert SMS_OF_FLAPPING in s.pocket.messages[-1].text
    flapping = s.alerts[-1]
    assert (str(flapping.state), flapping.flaps, len(s.alerts)) == ("firing", 3 + 8, 4)


def test_its_end_is_told_once_when_it_stays_well_and_bears_the_time_it_became_well(kiosk):
    s, key = kiosk()
    flap(s, key, 6, up_s=12)
    well_at = s.clock.now_ms()
    s.run(60 * 19, step=60)
    assert str(s.alerts[-1].state) == "firing"
    s.run(180, step=60)
    assert told(s)[-2:] == [NotificationType.FIRING, NotificationType.RESOLVED]
    ended = s.alerts[-1]
    assert str(ended.state) == "resolved_unseen"
    assert 0 <= ended.ended_at - well_at <= 60_000
    s.run(3_600, step=300)
    assert len(s.pocket.messages) == 8


def test_a_restart_forgets_neither_that_it_flaps_nor_since_when_it_is_calm(kiosk):
    s, key = kiosk()
    flap(s, key, 5)
    s.start()
    s.run(60 * 10, step=60)
    s.start()
    s.run(60 * 11, step=60)
    assert told(s) == [NotificationType.FIRING, NotificationType.RESOLVED] * 4


def test_three_times_in_an_hour_and_as_often_in_the_next_is_no_flapping(kiosk):
    s, key = kiosk()
    for _ in range(5):
        flap(s, key, 1, down_s=60, up_s=60 * 24)
    assert told(s) == [NotificationType.FIRING, NotificationType.RESOLVED] * 5


def test_it_can_be_switched_off(kiosk):
    s, key = kiosk(base=ROUTES.replace("[alerts]", "[alerts]\nflap_returns = 0"))
    flap(s, key, 8)
    assert len(s.pocket.messages) == 16


def test_what_a_mute_held_back_all_the_time_is_no_flapping(kiosk):
    s, key = kiosk('[[maintenance]]\nname = "bao-tri"\nmatch = { org = "hg" }\nhours = "08:00-09:30"\n')
    flap(s, key, 10)
    assert told(s) == []
    s.leaves(key)
    s.until("2026-11-20 09:31", step=30)
    assert told(s) == [NotificationType.FIRING]
    assert "chập chờn" not in s.pocket.messages[0].text
