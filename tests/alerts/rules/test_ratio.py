"""Shares: n of N in the text, nothing said of too few, sources in a state counted over a subtree."""

import pytest

from alerts.rules.ratio import Options, RatioSelector
from ioc.core.errors import UsageError
from ioc.core.model import Health

NO_SHOWS = """
[[rule]]
id = "no-shows"
kind = "ratio"
on = { kind = "queue", metric = "no_show_today", of = "issued_today" }
above = 20
recover_below = 15
at_least = 30
hold_s = 0
"""
LOST = """
[[rule]]
id = "many-offline"
kind = "ratio"
on = { kind = "vc", states = ["offline", "stale"] }
each = "district"
above = 50
at_least = 3
hold_s = 0
"""


def test_a_share_of_two_metrics_says_what_it_is_of_and_recovers_at_its_own_value(stage):
    s = stage(NO_SHOWS)
    kiosk, calm = s.add("xm/queue/k1"), s.add("mv/queue/k2")

    def hear(absent):
        s.hear(kiosk, no_show_today=absent, issued_today=40)
        s.hear(calm, no_show_today=2, issued_today=40)

    s.run(30, 5, lambda: hear(9))
    assert [(alert.state, str(alert.subject)) for alert in s.alerts] == [("firing", "xm/queue/k1")]
    assert "Vắng mặt hôm nay / Số đã cấp hôm nay 22,5 % (9/40) (ngưỡng 20 %)" in s.pocket.messages[0].text
    s.run(30, 5, lambda: hear(7))
    assert s.states == ["firing"], "17,5 % is not yet past the recovery value"
    s.run(30, 5, lambda: hear(5))
    assert s.states == ["resolved_unseen"]


def test_too_small_a_sample_neither_fires_nor_resolves(stage):
    s = stage(NO_SHOWS)
    kiosk = s.add("xm/queue/k1")
    s.run(30, 5, lambda: s.hear(kiosk, no_show_today=20, issued_today=29))
    assert s.alerts == []
    s.run(30, 5, lambda: s.hear(kiosk, no_show_today=20, issued_today=30))
    assert s.states == ["firing"]
    s.run(30, 5, lambda: s.hear(kiosk, no_show_today=0, issued_today=3))
    assert s.states == ["firing"]


def test_a_quotient_is_said_as_it_is(stage):
    s = stage(NO_SHOWS.replace('"no_show_today", of = "issued_today"', '"waiting", of = "open_counters"')
              .replace("above = 20", "percent = false\nabove = 8").replace("15", "5").replace("30", "1"))  # fmt: skip
    kiosk = s.add("xm/queue/k1")
    s.run(30, 5, lambda: s.hear(kiosk, waiting=27, open_counters=2))
    assert "Đang chờ / Quầy mở 13,5 (27/2) (ngưỡng 8)" in s.pocket.messages[0].text


def test_sources_in_a_state_are_counted_over_each_org_of_a_kind(stage):
    s = stage(LOST)
    here = [s.add(f"xm/vc/c{n}") for n in range(3)]
    there = [s.add(f"mv/vc/d{n}") for n in range(4)]

    def hear():
        for key in (here[0], *there[:2]):
            s.hear(key, registered=True)

    for key in (*here, *there):
        s.hear(key, registered=True)
    s.run(110, 10, hear)
    assert s.alerts == [], "sources are given time to be heard after we were away"
    s.run(120, 10, hear)
    assert [(alert.state, alert.org, alert.kind) for alert in s.alerts] == [("firing", "xm", None)]
    said = "Điểm cầu: Mất kết nối hoặc Không có số liệu mới 66,67 % (2/3) (ngưỡng 50 %)"
    assert said in s.pocket.messages[0].text
    s.run(30, 10, lambda: (hear(), s.hear(here[1], registered=True)))
    assert s.states == ["resolved_unseen"], "half is not beyond the limit, nor was the other district"


def test_silence_that_may_be_ours_proves_nothing(stage):
    s = stage(LOST)
    for n in range(3):
        s.hear(s.add(f"xm/vc/c{n}"), registered=True)
    s.listening = False
    s.run(600, 30)
    assert s.alerts == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"metric": "waiting"}, "metric and of go together"),
        ({}, "one of states, or metric with of"),
        ({"metric": "waiting", "of": "serving", "states": (Health.OFFLINE,)}, "one of states, or metric with of"),
        ({"states": (Health.CLOSED,)}, "closed stands in no denominator; allowed: critical"),
    ],
)
def test_a_figure_that_is_none_is_refused(wrong, why):
    with pytest.raises(ValueError, match=why):
        RatioSelector(kind="queue", **wrong)


def test_a_share_beyond_the_whole_is_refused(stage):
    with pytest.raises(UsageError, match=r"rule\[0\]: above 120: a percentage from 0 to 100"):
        stage(LOST.replace("50", "120"))
    with pytest.raises(ValueError, match="always in per cent"):
        Options(on=RatioSelector(kind="vc", states=(Health.OFFLINE,)), above=1, percent=False)
