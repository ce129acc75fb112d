"""The daily proof goes out once a day to everybody who is meant, over every channel that reaches them."""

import pytest

from alerts.configured.entry import Grounds
from alerts.proof import DailyProof
from ioc.config import read
from ioc.core.errors import UsageError
from tests.alerts.conftest import OFFLINE, ms

PEOPLE = """
[[receiver]]
name = "hung"
email = ["hung@example.vn", "hung2@example.vn"]
lang = "en"
[[receiver]]
name = "to-truc"
members = ["truc-ban", "hung"]
"""


@pytest.fixture
def proof(stage):
    s = stage(OFFLINE + PEOPLE)
    made = DailyProof(
        s.db, s.clock, s.lease, lambda: s.world, Grounds.of(s.context.settings, s.rules, {"pocket": s.pocket}), "07:00",
        ["to-truc"],
    )  # fmt: skip
    return s, made


def at(s, proof, text):
    s.clock.set(ms(text))
    proof.run()
    s.tick()
    return [(message.address, message.subject) for message in s.pocket.messages]


def test_once_a_day_to_each_address(proof):
    s, made = proof
    assert at(s, made, "2026-11-21 06:59") == []
    first = at(s, made, "2026-11-21 07:00")
    assert sorted(address for address, _ in first) == ["hung2@example.vn", "hung@example.vn", "truc@example.vn"]
    assert len(at(s, made, "2026-11-21 23:00")) == 3
    assert len(at(s, made, "2026-11-22 06:00")) == 3
    assert len(at(s, made, "2026-11-22 07:30")) == 6


def test_it_says_by_which_channel_it_came_and_what_is_open(proof):
    s, made = proof
    told = dict(at(s, made, "2026-11-21 07:00"))
    assert "07:00 21/11/2026: kênh mail hoạt động, 0 cảnh báo đang mở" in told["truc@example.vn"]
    assert "channel mail works" in told["hung@example.vn"]


def test_a_proof_that_cannot_go_out_in_time_is_not_sent_at_night(proof):
    s, made = proof
    s.pocket.failures = [ZeroDivisionError()] * 300
    at(s, made, "2026-11-21 07:00")
    s.run(3_700, 100)
    s.pocket.failures = []
    s.run(300, 60)
    assert s.pocket.messages == []


def test_who_does_not_hold_the_duty_sends_none(proof):
    s, made = proof
    s.lease.token = None
    s.clock.set(ms("2026-11-21 07:00"))
    made.run()
    s.lease.keep()
    s.tick()
    assert s.pocket.messages == []


def test_a_receiver_that_is_not_there_is_refused_at_load():
    with pytest.raises(UsageError, match=r"alerts\.proof_receivers: 'ai-do' is not defined"):
        read.parse({"data_dir": "nowhere", "alerts": {"proof_receivers": ["ai-do"]}}, {}, {})
