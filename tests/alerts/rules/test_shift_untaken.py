"""A shift that nobody takes, and a rota with a gap ahead, are told in time."""

import pytest

from alerts.people import shifts
from alerts.people.shifts import Desk, PinProof
from tests.alerts.conftest import ms

ROTA = """
[[receiver]]
name = "lan"
phone = ["0912345678"]
[[receiver]]
name = "hung"
email = ["hung@example.vn"]
[[rota]]
name = "truc-ioc"
org = "hg"
shifts = [
  { days = "mon-sun", hours = "07:00-19:00", who = ["lan"] },
  { days = "mon-sun", hours = "19:00-07:00", who = ["hung"] },
]
"""
UNTAKEN = ROTA + '[[rule]]\nid = "shift-untaken"\nkind = "shift_untaken"\nrota = "truc-ioc"\ndesk = "ban-truc"\n'
GAP = '[[rule]]\nid = "rota-gap"\nkind = "rota_gap"\n'


def take(story, person="hung"):
    now = story.clock.now_ms()
    shifts.set_pin(story.db, person, "2468", now, "test")
    shifts.take(story.db, Desk("ban-truc", None), PinProof(person, "2468"), now)


def pass_until(story, text):
    """The time passes without anybody looking, then at its end."""
    story.clock.advance((ms(text) - story.clock.now_ms()) / 1000)
    story.run(2)


def untaken(story):
    return [alert for alert in story.alerts if alert.rule == "shift-untaken" and alert.open]


def test_nobody_takes_it_for_a_quarter_of_an_hour(stage):
    story = stage(UNTAKEN)
    take(story, "lan")
    pass_until(story, "2026-11-20 19:14")
    assert untaken(story) == []
    pass_until(story, "2026-11-20 19:17")
    (alert,) = untaken(story)
    assert (alert.org, alert.params["rota"], alert.params["at"]) == ("hg", "truc-ioc", "19:00 20/11")
    take(story)
    story.run(20, step=10)
    assert untaken(story) == []


def test_taken_in_time_nothing_is_said(stage):
    story = stage(UNTAKEN)
    take(story, "lan")
    pass_until(story, "2026-11-20 18:50")
    take(story)
    pass_until(story, "2026-11-20 20:00")
    assert story.alerts == []


@pytest.mark.parametrize(("day", "told"), [("2026-11-26", True), ("2026-11-29", False)])
def test_a_gap_in_a_rota_is_told_a_week_ahead(stage, day, told):
    hole = f'dates = [ {{ date = "{day}", hours = "09:00-19:00", who = ["lan"] }} ]\nshifts'
    story = stage(ROTA.replace("shifts", hole) + GAP)
    story.run(5)
    assert [(alert.rule, alert.params["at"]) for alert in story.alerts] == (
        [("rota-gap", f"07:00 {day[8:]}/11/2026")] if told else []
    )
