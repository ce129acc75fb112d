"""Captured files: both forms of a line, times of receipt, bad lines named before anything is sent."""

import json

import pytest
import sqlalchemy as sa

from ioc import cli
from ioc.core.errors import UsageError
from ioc.ingest.inbox import Inbox
from ioc.ops import capture
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import quarantine
from tests.servers import free_port

NOW = 1_780_000_000_000
TOPIC = "ioc/v1/hg/queue/k1/state"


def read(tmp_path, *lines: str):
    path = tmp_path / "day.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(capture.read(path, NOW))


def test_json_lines_keep_the_time_they_were_received(tmp_path):
    ours = json.dumps({"received_at": NOW - 5000, "topic": TOPIC, "payload": {"waiting": 3}})
    mosquitto = json.dumps(
        {"tst": "2026-05-28T20:26:35.000000+0700", "topic": TOPIC, "qos": 1, "payload": '{"waiting":4}'}
    )
    first, second = read(tmp_path, ours, "", mosquitto)
    assert (first.received_at, json.loads(first.payload)) == (NOW - 5000, {"waiting": 3})
    assert (second.received_at, second.payload) == (1_779_974_795_000, b'{"waiting":4}')


def test_plain_lines_count_as_received_now(tmp_path):
    (message,) = read(tmp_path, f'{TOPIC} {{"waiting": 3}}')
    assert (message.received_at, message.topic, message.payload) == (NOW, TOPIC, b'{"waiting": 3}')


@pytest.mark.parametrize(
    "bad", ["{not json", '{"topic": "a/b"}', "words without a topic", '{"topic": 1, "payload": 2}']
)
def test_a_bad_line_is_named(tmp_path, bad):
    with pytest.raises(UsageError, match="line 2: neither"):
        read(tmp_path, f"{TOPIC} 1", bad)


def test_without_a_broker_a_file_goes_into_the_inbox(tmp_path, capsys):
    day, data = tmp_path / "day.jsonl", tmp_path / "data"
    payload = {"waiting": 3, "ho_ten": "x"}
    day.write_text(json.dumps({"received_at": NOW, "topic": TOPIC, "payload": payload}) + "\n")
    config = tmp_path / "ioc.toml"
    config.write_text(f"data_dir = {json.dumps(str(data))}\n[mqtt]\nport = {free_port()}\n")
    assert cli.main(["replay", str(day), "--config", str(config)]) == 0
    assert "1 in the inbox" in capsys.readouterr().out
    (message,) = Inbox(data / "inbox.sqlite").after(0, 10).messages
    assert (message.received_at, message.topic) == (NOW, TOPIC)
    assert json.loads(message.payload) == {"waiting": 3}, "what names a person is dropped before it is written"


def test_without_a_broker_the_quarantine_goes_into_the_inbox_once(tmp_path, capsys):
    where = ("--data-dir", str(tmp_path))
    config = tmp_path / "ioc.toml"
    config.write_text(f"data_dir = {json.dumps(str(tmp_path))}\n[mqtt]\nport = {free_port()}\n")
    assert cli.main(["migrate", *where]) == 0
    kept = {"inbox": "a", "seq": 1, "element": 0, "received_at": NOW, "topic": TOPIC, "payload": b'{"waiting": 3}'}
    db = Database(sqlite_url(tmp_path / "ioc.sqlite"))
    with db.write() as conn:
        conn.execute(sa.insert(quarantine).values(**kept, reason="unknown_org", detail=""))
    for sent in (1, 0):
        assert cli.main(["replay", "--quarantine", "--config", str(config)]) == 0
        assert f"{sent} in the inbox" in capsys.readouterr().out
    (message,) = Inbox(tmp_path / "inbox.sqlite").after(0, 10).messages
    assert (message.received_at, message.topic, message.payload) == (NOW, TOPIC, kept["payload"])


def test_what_to_replay_must_be_said(tmp_path, capsys):
    assert cli.main(["replay", "--data-dir", str(tmp_path)]) == 2
    assert "give a FILE or --quarantine" in capsys.readouterr().err
