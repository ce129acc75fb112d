"""Our own trouble is an alert like any other: raised after its hold, ended by itself."""

import pytest

from ioc.platform.beat import Beat

SYSTEM = """
[[rule]]
id = "system"
kind = "system"
severity = "critical"
hours = "always"
"""


@pytest.fixture
def line(stage):
    s = stage(SYSTEM)
    beat = Beat(s.db, "ingest", s.clock)

    def live(seconds, ok=True, **detail):
        beat.say(ok, detail)
        s.run(seconds, 2, beat.write)

    return s, live


def test_a_metric_store_that_refuses_entry_is_said_in_its_own_words(line):
    s, live = line
    live(10, metric_store=None)
    assert s.states == []
    live(60, ok=False, metric_store="InfluxDB at 127.0.0.1: 401 unauthorized; check store.token")
    assert s.states == ["firing"]
    assert "401 unauthorized; check store.token" in s.pocket.messages[0].subject
    live(30, metric_store=None)
    assert s.states == ["resolved_unseen"]
    assert len(s.pocket.messages) == 2


def test_a_short_trouble_is_not_announced(line):
    s, live = line
    live(20, ok=False, records="database is locked")
    live(20)
    assert s.states == ["closed"]
    assert s.pocket.messages == []


def test_an_ingest_without_a_sign_of_life_is_announced(line):
    s, live = line
    live(10)
    s.run(60, 2)
    assert s.states == ["firing"]
    assert "không có tín hiệu" in s.pocket.messages[0].subject


def test_connectors_that_fall_silent_are_announced_those_that_left_are_not(line):
    s, live = line
    connectors = Beat(s.db, "connectors", s.clock)
    connectors.write()
    connectors.forget()
    live(60)
    assert s.states == []
    connectors.write()
    live(60)
    assert s.states == ["firing"]
    assert "bộ phận thăm dò không có tín hiệu" in s.pocket.messages[0].subject


def test_an_installation_that_never_had_an_ingest_is_quiet(stage):
    s = stage(SYSTEM)
    s.run(60, 2)
    assert s.states == []


@pytest.mark.parametrize(("detail", "words"), [
    ({"broker": "away"}, "không nối được với broker"),
    ({"lost": "2026-11-30T20:00:00+07:00: the broker forgot the session"}, "có tin nhắn đã mất"),
    ({"set_aside": "inbox.sqlite.damaged-20261130T130000Z"}, "đã được để riêng"),
])  # fmt: skip
def test_what_was_lost_and_a_broker_that_is_away_are_announced(line, detail, words):
    s, live = line
    live(10, broker="connected")
    assert s.states == []
    live(60, **detail)
    assert s.states == ["firing"]
    assert words in s.pocket.messages[0].subject


def test_a_store_of_messages_that_is_full_is_announced_until_it_is_emptied(line):
    s, live = line
    live(10)
    broker = Beat(s.db, "broker", s.clock)
    broker.say(False, {"full": "120 messages wait, as many as mqtt.max_bytes allows"})
    for _ in range(30):
        broker.write()
        live(2)
    assert "nơi giữ tin nhắn đã đầy" in s.pocket.messages[0].subject
    broker.say(True, {"full": None})
    broker.write()
    live(20)
    assert s.states == ["resolved_unseen"]
