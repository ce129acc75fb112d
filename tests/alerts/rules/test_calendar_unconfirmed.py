"""Next year's days off: asked for from November on, and no longer once somebody has imported them."""

from dataclasses import replace
from datetime import date

import pytest

from ioc.domain.calendar import Calendars, DayKind, Special
from tests.alerts.conftest import ms

UNCONFIRMED = """
[[rule]]
id = "calendar"
kind = "calendar_unconfirmed"
"""
TET = {date(2027, 2, 4): Special(DayKind.OFF, note="Nghỉ Tết", source="Thông báo của tỉnh")}


def at(s, text):
    """The story begins here."""
    s.clock.advance((ms(text) - s.clock.now_ms()) / 1000)
    return s


def import_days(s, org, rows):
    s.world.inventory = replace(s.world.inventory, calendars=Calendars({org: rows}), _calendar={})


@pytest.mark.parametrize(
    ("today", "options", "states"),
    [
        ("2026-11-20 09:00", "", ["firing"]),
        ("2026-11-20 09:00", 'from = "12-01"', []),
        ("2026-12-01 00:01", 'from = "12-01"', ["firing"]),
        ("2026-11-20 09:00", 'org = "xm"', ["firing"]),
        ("2026-11-20 09:00", 'org = "gone"', []),
    ],
)
def test_from_the_day_of_the_rule_on_somebody_is_asked(stage, today, options, states):
    s = at(stage(UNCONFIRMED + options), today)
    s.run(30)
    assert s.states == states


def test_it_says_which_year_once_and_counts_from_november(stage):
    s = stage(UNCONFIRMED)
    s.run(60)
    (alert,) = s.alerts
    assert (alert.org, alert.source, str(alert.severity)) == ("hg", None, "warning")
    assert alert.since == ms("2026-11-01 00:00")
    assert len(s.subjects) == 1
    assert "Lịch nghỉ Tết năm 2027 chưa được xác nhận" in s.subjects[0]


def test_it_ends_by_itself_once_the_days_of_tet_are_in(stage):
    s = stage(UNCONFIRMED)
    s.run(30)
    import_days(s, "xm", TET)
    s.run(30)
    assert s.states == ["firing"], "what one district says does not hold for the province"
    import_days(s, "hg", {date(2027, 5, 3): Special(DayKind.OFF)})
    s.run(30)
    assert s.states == ["firing"], "another holiday says nothing of Tết"
    import_days(s, "hg", TET)
    s.run(30)
    assert s.states == ["resolved_unseen"]


def test_the_new_year_goes_on_with_the_alert_of_the_old(stage):
    s = at(stage(UNCONFIRMED), "2026-12-31 23:59")
    s.run(120, 10)
    (alert,) = s.alerts
    assert (str(alert.state), alert.params["year"]) == ("firing", 2027)
