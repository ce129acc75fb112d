"""The ready maps of docs/maps.md: they load as printed and read what those firmwares are documented to send."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from ioc.core.model import Refusal
from ioc.messages.mapping.declared import MapRule
from tests.messages.mapping.vendors import decoded, decoder

TEXT = (Path(__file__).parents[3] / "docs" / "maps.md").read_text(encoding="utf-8")
(PRINTED,) = re.findall(r"## Ready maps.*?```toml\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def ready():
    return decoder(*msgspec.convert(tomllib.loads(PRINTED)["map"], list[MapRule]))


def one(ready, topic, payload):
    batch = decoded(ready, payload.encode(), topic)
    assert batch.bad == []
    (good,) = batch.good
    assert str(good.key) == "hg/service/phong-may"
    return good


@pytest.mark.parametrize(("topic", "payload", "online"), [
    ("tele/phong-may/LWT", "Online", True),
    ("tele/phong-may/LWT", "Offline", False),
    ("zigbee2mqtt/phong-may/availability", '{"state": "offline"}', False),
])  # fmt: skip
def test_who_is_there(ready, topic, payload, online):
    assert one(ready, topic, payload).online is online


@pytest.mark.parametrize(("topic", "payload", "metrics"), [
    (
        "tele/phong-may/SENSOR",
        '{"Time": "2026-11-21T08:00:00", "AM2301": {"Temperature": 24.6, "Humidity": 58.2}, "TempUnit": "C"}',
        {"temp_c": 24.6, "humidity_pct": 58.2},
    ),
    (
        "tele/phong-may/SENSOR",
        '{"Time": "2026-11-21T08:00:00", "DS18B20": {"Id": "01144A0CB2AA", "Temperature": 31.0}, "TempUnit": "C"}',
        {"temp_c": 31.0},
    ),
    (
        "zigbee2mqtt/phong-may",
        '{"battery": 87, "humidity": 44.72, "linkquality": 120, "temperature": 27.34, "voltage": 2995}',
        {"temp_c": 27.34, "humidity_pct": 44.72, "battery_pct": 87},
    ),
])  # fmt: skip
def test_how_it_is_there(ready, topic, payload, metrics):
    assert one(ready, topic, payload).metrics == metrics


def test_what_they_say_otherwise_is_no_figure(ready):
    fahrenheit = '{"Time": "2026-11-21T08:00:00", "AM2301": {"Temperature": 76.3}, "TempUnit": "F"}'
    assert decoded(ready, fahrenheit.encode(), "tele/phong-may/SENSOR").refused == [Refusal.NOT_MEANT]
    button = decoded(ready, b'{"action": "single"}', "zigbee2mqtt/cong-tac")
    assert (button.refused, button.bad) == ([Refusal.NOT_MEANT], [])
