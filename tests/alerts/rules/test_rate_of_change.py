"""A figure that rises too fast: per minute or hour over its window, also over a restart, and never from too little."""

import pytest

from alerts.engine.recent import RecentReadings
from ioc.core.errors import Code, IocError, UsageError
from ioc.core.model import Sample
from ioc.metrics import ranges
from ioc.metrics.embedded import EmbeddedStore

RISES = """
[[rule]]
id = "rises"
kind = "rate_of_change"
on = { kind = "queue", metric = "waiting" }
per = "minute"
window_min = 10
above = 2
recover_below = 1
"""


def climb(s, key, per_minute, minutes, start=0, each=lambda: None):
    for n in range(minutes):
        s.run(60, 60, lambda n=n: (s.hear(key, waiting=start + per_minute * n), each()))


def test_a_rise_beyond_its_limit_is_told_with_the_rate(stage):
    s = stage(RISES)
    kiosk, calm = s.add("xm/queue/k1"), s.add("mv/queue/k2")
    climb(s, kiosk, 3, 12, each=lambda: s.hear(calm, waiting=40))
    assert [(alert.state, alert.org) for alert in s.alerts] == [("firing", "xm")]
    assert "Đang chờ thay đổi mỗi phút 3 (ngưỡng 2)" in s.pocket.messages[0].text
    climb(s, kiosk, 1.5, 12, start=33)
    assert s.states == ["firing"], "1,5 is not yet past the recovery value"
    climb(s, kiosk, 0, 12, start=50)
    assert s.states == ["resolved_unseen"]


def test_a_slow_rise_and_a_fall_are_no_alarm(stage):
    s = stage(RISES)
    kiosk, falling = s.add("xm/queue/k1"), s.add("mv/queue/k2")
    left = iter(range(1_000, 0, -20))
    climb(s, kiosk, 1, 20, each=lambda: s.hear(falling, waiting=next(left)))
    assert s.alerts == []


def test_a_fall_is_negative_and_counted_by_the_hour(stage):
    s = stage(RISES.replace("minute", "hour").replace("above = 2", "below = -60").replace("recover_below = 1\n", ""))
    kiosk = s.add("xm/queue/k1")
    climb(s, kiosk, -2, 8, start=100)
    assert "Đang chờ thay đổi mỗi giờ -120 (ngưỡng -60)" in s.pocket.messages[0].text


def test_a_jump_within_less_than_half_the_window_proves_nothing(stage):
    s = stage(RISES)
    kiosk = s.add("xm/queue/k1")
    climb(s, kiosk, 50, 4)
    assert s.alerts == []


def test_a_figure_that_stays_away_neither_fires_nor_resolves(stage):
    s = stage(RISES)
    kiosk = s.add("xm/queue/k1")
    climb(s, kiosk, 3, 12)
    s.run(1_200, 60)
    assert s.states == ["firing"]


def test_after_a_restart_what_was_before_comes_from_the_store(stage, tmp_path):
    s = stage(RISES)
    kiosk = s.add("xm/queue/k1")
    store = EmbeddedStore(tmp_path / "metrics.sqlite", writer=True)
    now = s.clock.now_ms()
    store.write([Sample(kiosk, now - n * 60_000, {"waiting": 100 - 3 * n}) for n in range(10)])
    s.engine.evaluator.recent = RecentReadings(lambda queries: ranges(store, queries))
    s.run(60, 60, lambda: s.hear(kiosk, waiting=103))
    assert s.states == ["firing"], "it need not be watched for ten minutes more"
    store.close()


def test_a_store_that_is_away_is_asked_once_and_holds_up_nothing(stage):
    s = stage(RISES)
    kiosk = s.add("xm/queue/k1")
    asked = []

    def away(queries):
        asked.append(queries)
        raise IocError(Code.STORE_UNAVAILABLE, "away")

    s.engine.evaluator.recent = RecentReadings(away)
    climb(s, kiosk, 3, 12)
    assert (s.states, len(asked)) == (["firing"], 1)


def test_yesterdays_figures_are_not_this_mornings_rise(stage):
    s = stage(RISES)
    kiosk = s.add("xm/queue/k1", hours="09:06-17:00")
    climb(s, kiosk, 10, 5)
    climb(s, kiosk, 0, 12, start=200)
    assert s.alerts == []


@pytest.mark.parametrize(("wrong", "why"), [("above = 2", "one of above, below"), ("window_min = 10", "window_min: 0")])
def test_a_rate_without_a_limit_or_a_window_is_refused(stage, wrong, why):
    change = "" if "above" in wrong else "window_min = 0"
    with pytest.raises(UsageError, match=why):
        stage(RISES.replace(wrong, change).replace("recover_below = 1\n", ""))
