"""Stories of maintenance windows: they come again, and hold back like a silence."""

import pytest

from ioc.core.errors import UsageError
from tests.alerts.conftest import OFFLINE

RULE = OFFLINE + "hold_s = 10\n"
NIGHTLY = """
[[maintenance]]
name = "sao-luu"
match = { org = "hg", kind = "queue" }
days = "mon-sun"
hours = "23:30-00:30"
"""


def watched(stage, path="hg/queue/kiosk-1"):
    key = stage.add(path)
    stage.hear(key, waiting=1)
    return key


def test_out_of_service_inside_it_and_told_at_its_end(stage):
    s = stage(RULE + NIGHTLY)
    s.until("2026-11-20 23:29", step=7_200)
    key = watched(s)
    s.tick()
    s.until("2026-11-20 23:31", step=10, each=lambda: s.hear(key, waiting=1))
    s.leaves(key)
    s.until("2026-11-21 00:29", step=60)
    assert (s.states, s.subjects) == (["out_of_service"], [])
    assert s.alerts[0].held_by == "maintenance:sao-luu"
    s.until("2026-11-21 00:31", step=10)
    assert (s.states, len(s.subjects)) == (["firing"], 1)


def test_what_nobody_touched_again_is_told_once_a_window_night_after_night(stage):
    s = stage(RULE + NIGHTLY)
    key = watched(s)
    s.tick()
    s.leaves(key)
    s.until("2026-11-20 23:29", step=600)
    assert len(s.subjects) == 1
    s.until("2026-11-21 02:00", step=300)
    assert len(s.subjects) == 2


def test_another_kind_is_told_inside_it(stage):
    s = stage(RULE + NIGHTLY)
    s.until("2026-11-20 23:35", step=7_200)
    key = watched(s, "hg/vc/phong-hop")
    s.tick()
    s.leaves(key)
    s.run(60, step=2)
    assert (s.states, len(s.subjects)) == (["firing"], 1)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('days = "fryday"', "maintenance[0]: days 'fryday': 'fryday' is none; allowed: mon-fri"),
        ('hours = "office"', "maintenance[0]: hours 'office'; allowed: HH:MM-HH:MM"),
        ("match = { }", "maintenance[0].match: match names nothing; allowed: org, kind, source, rule, severity"),
    ],
)
def test_a_window_that_cannot_be_is_refused_at_load(stage, line, told):
    key = line.split(" ")[0]
    kept = [text for text in NIGHTLY.strip().splitlines() if not text.startswith(key)]
    with pytest.raises(UsageError) as refused:
        stage("\n".join([*kept, line]))
    assert told in str(refused.value)
