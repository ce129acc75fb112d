"""The proposal for an unknown topic: it loads, it means its topic, it shows every value with a path that finds it."""

import re
import tomllib

import msgspec
import pytest

from ioc.messages.mapping.declared import MapRule
from ioc.messages.mapping.formats import elements
from ioc.messages.mapping.maps import Maps
from ioc.messages.mapping.paths import Path
from ioc.messages.mapping.proposal import propose
from tests.live.worlds import kinds
from tests.messages.mapping.vendors import captured

SHOWN = re.compile(r"^# waiting = (.+?)   # ", re.MULTILINE)


@pytest.mark.parametrize("name", ["kiosk-text", "counters-array", "line-keyvalue"])
def test_a_captured_vendor_gets_a_map_that_can_be_finished(name):
    topic, payload = captured(name)[0]
    text = propose(topic, payload.decode(), "hg")
    (table,) = tomllib.loads(text)["map"]
    rule = msgspec.convert(table, MapRule)
    assert Maps([rule], kinds()).of(topic)
    for element in elements(rule, payload):
        for told in SHOWN.findall(text):
            assert Path(tomllib.loads(f"p = {told}")["p"]).of(element.value, element.top) is not None


def test_levels_lists_and_times_are_recognised():
    topic, payload = captured("kiosk-text")[0]
    text = propose(topic, payload.decode(), "hg")
    assert 'topic = "lsx/+site/+dev/thongtin"' in text
    assert 'time = { path = "gio", format = "%d/%m/%Y %H:%M:%S" }' in text
    topic, payload = captured("counters-array")[0]
    assert 'each = "quay"' in propose(topic, payload.decode(), "hg")
    assert 'format = "keyvalue"' in propose("a/b", "x=1;y=2", "hg")


def test_odd_names_are_quoted_as_both_languages_want():
    text = propose("a/1", '{"số chờ": {"x-y": 3}}', "hg")
    (told,) = SHOWN.findall(text)
    path = tomllib.loads(f"p = {told}")["p"]
    assert Path(path).of({"số chờ": {"x-y": 3}}, None) == 3
