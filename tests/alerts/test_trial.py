"""A rule tried on the past finds what it would have found at the time: the same alerts, from the readings alone."""

from dataclasses import replace

import pytest

from alerts import trial
from alerts.model import Condition, View
from alerts.past import ConditionTrack, FiringSpan, firings
from ioc.core.errors import IocError
from ioc.core.model import Sample
from ioc.metrics import ranges
from ioc.metrics.embedded import EmbeddedStore
from ioc.platform.observed import Watched
from tests.alerts.conftest import ms

BAD, EASING, UNKNOWN, CLOSED = Condition.BAD, Condition.EASING, Condition.UNKNOWN, Condition.CLOSED
DAY = 86_400_000
MINUTE = 60_000
WAIT = """
[[rule]]
id = "wait"
kind = "threshold"
on = { kind = "queue", metric = "longest_wait_s" }
above = 1800
recover_below = 1500
hold_s = 120
"""
NO_SHOWS = """
[[rule]]
id = "no-shows"
kind = "ratio"
on = { kind = "queue", metric = "no_show_today", of = "issued_today" }
above = 20
at_least = 30
hold_s = 0
"""
RISES = """
[[rule]]
id = "rises"
kind = "rate_of_change"
on = { kind = "queue", metric = "waiting" }
above = 2
hold_s = 0
"""
LOST = """
[[rule]]
id = "lost"
kind = "offline"
on = { kind = "queue" }
hold_s = 120
"""
COUNTERS = """
[[rule]]
id = "counters"
kind = "no_counter_open"
"""
MANY = """
[[rule]]
id = "many"
kind = "ratio"
on = { kind = "queue", states = ["offline", "stale"] }
above = 40
at_least = 2
hold_s = 60
"""


@pytest.fixture
def rehearsal(stage, tmp_path):
    """A stage whose readings are kept as the metric store keeps them, and the trial of its rule."""
    opened = []

    def make(config):
        opened.append(Rehearsal(stage(config), tmp_path / "metrics.sqlite"))
        return opened[-1]

    yield make
    for each in opened:
        each.store.close()


class Rehearsal:
    def __init__(self, s, path):
        self.s, self.store, self.asked = s, EmbeddedStore(path, writer=True), 0
        self.kept = []

    def hear(self, key, **metrics):
        self.s.hear(key, **metrics)
        self.kept.append(Sample(key, self.s.clock.now_ms(), metrics))

    def read(self, queries):
        self.asked += len(queries)
        return ranges(self.store, queries)

    def try_it(self, days=1, listened=None):
        self.store.write(self.kept)
        self.kept = []
        s = self.s
        (rule,) = s.context.settings.rule
        view = View(s.world, s.clock.now_ms(), None, s.db)
        self.plan = trial.plan(view, rule, s.rules, days, s.world.inventory.orgs.scope(None))
        readings = trial.read(self.plan, self.read, s.clock.monotonic)
        heard = [Watched(self.plan.times.start, self.plan.times.stop)] if listened is None else listened
        return trial.judge(self.plan, readings, view, heard)


def same(found, alerts, tolerance=2 * MINUTE):
    """The subjects and times of would-be and real alerts, to the step."""
    real = sorted((str(one.subject), one.raised_at or one.since, one.ended_at) for one in alerts if one.fired_at)
    assert sorted(str(one.subject) for one in found) == [subject for subject, *_ in real]
    for one, (_, since, until) in zip(sorted(found, key=lambda one: (str(one.subject), one.since)), real, strict=True):
        assert abs(one.since - since) <= tolerance
        assert (one.until is None) == (until is None)
        assert until is None or abs(one.until - until) <= tolerance


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ([None, BAD, BAD, BAD, None], [(1, 4)]),
        ([BAD, BAD, None, BAD], []),
        ([BAD, BAD, EASING, BAD, BAD, BAD], [(3, None)]),
        ([BAD, BAD, BAD, EASING, EASING, None], [(0, 5)]),
        ([BAD, BAD, UNKNOWN, BAD, CLOSED, None], [(0, 5)]),
        ([BAD, BAD, CLOSED, BAD, BAD], []),
        ([UNKNOWN, CLOSED, None], []),
    ],
)
def test_what_outlasts_its_hold_fires_and_what_is_well_again_ends_it(conditions, found):
    spans = firings(range(len(conditions)), ConditionTrack("hg", conditions), 2)
    assert list(spans) == [FiringSpan("hg", *span) for span in found]


def test_a_threshold_fires_in_the_past_when_it_did(rehearsal):
    r = rehearsal(WAIT)
    busy, calm = r.s.add("xm/queue/k1"), r.s.add("mv/queue/k2")
    waits = [1000] * 10 + [1900] * 1 + [1000] * 5 + [1900] * 6 + [1600] * 5 + [1400] * 10 + [2000] * 8
    for wait in waits:
        r.s.run(60, 60, lambda w=wait: (r.hear(busy, longest_wait_s=w), r.hear(calm, longest_wait_s=1799)))
    found = r.try_it()
    assert len(found) == 2, "one minute does not outlast its hold, the recovery value is honoured"
    same(found, r.s.alerts)
    assert r.plan.times.step == MINUTE


def test_a_share_and_open_counters_fire_in_the_past_when_they_did(rehearsal):
    r = rehearsal(NO_SHOWS)
    kiosk = r.s.add("xm/queue/k1")
    for absent, issued in [(5, 10)] * 5 + [(9, 40)] * 5 + [(6, 41)] * 5:
        r.s.run(60, 60, lambda a=absent, i=issued: r.hear(kiosk, no_show_today=a, issued_today=i))
    same(r.try_it(), r.s.alerts)
    assert len(r.s.alerts) == 1


def test_a_rise_fires_in_the_past_when_it_did(rehearsal):
    r = rehearsal(RISES)
    kiosk = r.s.add("xm/queue/k1")
    waiting = [n for n in range(12)] + [12 + 4 * n for n in range(12)] + [60] * 15
    for n in waiting:
        r.s.run(60, 60, lambda n=n: r.hear(kiosk, waiting=n))
    found = r.try_it()
    assert len(found) == 1
    same(found, r.s.alerts)


def test_no_counter_fires_within_its_hours_only(rehearsal):
    r = rehearsal(COUNTERS)
    kiosk = r.s.add("xm/queue/k1", hours="office")
    r.s.until("2026-11-20 11:10", 60, lambda: r.hear(kiosk, open_counters=2))
    r.s.until("2026-11-20 13:25", 60, lambda: r.hear(kiosk, open_counters=0))
    r.s.until("2026-11-20 13:50", 60, lambda: r.hear(kiosk, open_counters=3))
    found = r.try_it()
    assert len(found) == 1
    same(found, r.s.alerts)


def test_silence_fires_in_the_past_when_it_did_and_our_own_absence_does_not(rehearsal):
    r = rehearsal(LOST)
    lost, calm = r.s.add("xm/queue/k1"), r.s.add("mv/queue/k2")
    for n in range(60):
        there = (lost, calm) if not 20 <= n < 40 else (calm,)
        r.s.run(60, 60, lambda keys=there: [r.hear(key, waiting=1) for key in keys])
    found = r.try_it()
    same(found, r.s.alerts, 3 * MINUTE)
    assert [str(one.subject) for one in found] == ["xm/queue/k1"]
    start, stop = r.plan.times.start, r.plan.times.stop
    gone = r.s.clock.now_ms() - 42 * MINUTE
    assert r.try_it(listened=[Watched(start, gone), Watched(gone + 26 * MINUTE, stop)]) == []


def test_a_share_of_silent_sources_fires_over_its_org(rehearsal):
    r = rehearsal(MANY)
    keys = [r.s.add(f"xm/queue/k{n}") for n in range(4)]
    for n in range(40):
        there = keys if not 10 <= n < 25 else keys[:2]
        r.s.run(60, 60, lambda heard=there: [r.hear(key, waiting=1) for key in heard])
    found = r.try_it()
    assert [one.subject for one in found] == ["hg"]
    same(found, r.s.alerts, 3 * MINUTE)


def test_many_series_are_looked_at_in_longer_steps_and_the_time_is_bounded(rehearsal, monkeypatch):
    r = rehearsal(WAIT)
    for n in range(6):
        r.s.add(f"xm/queue/k{n}")
    monkeypatch.setattr(trial, "MOST_VALUES", 6 * 288)
    assert r.try_it() == []
    assert (r.plan.times.step, r.asked) == (5 * MINUTE, 6)
    clock = iter([0.0, 1.0, 99.0])
    monkeypatch.setattr(trial, "AT_A_TIME", 1)
    assert len(trial.read(r.plan, r.read, lambda: next(clock)).sources) == 1, "the rest is not claimed to be well"


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (WAIT.replace("longest_wait_s", "paper").replace("above = 1800", 'equals = "out"'), "trial.words"),
        (MANY.replace('"offline", "stale"', '"critical"'), "trial.states"),
        ('[[rule]]\nid = "s"\nkind = "system"', "not_replayable"),
    ],
)
def test_what_the_past_does_not_hold_is_refused(rehearsal, config, why):
    config = config.replace("recover_below = 1500\n", "") if "paper" in config else config
    with pytest.raises(
        IocError, match=f"kind .*: {why}" if "." in why else "allowed: no_counter_open, offline"
    ) as told:
        rehearsal(config).try_it()
    assert told.value.code.status == 422


def test_a_source_of_another_district_is_not_looked_at(rehearsal):
    r = rehearsal(WAIT)
    kiosk = r.s.add("xm/queue/k1")
    r.s.run(600, 60, lambda: r.hear(kiosk, longest_wait_s=4000))
    assert len(r.try_it()) == 1
    (rule,) = r.s.context.settings.rule
    view = View(r.s.world, r.s.clock.now_ms(), None, r.s.db)
    assert trial.plan(view, rule, r.s.rules, 1, r.s.world.inventory.orgs.scope("mv")).sources == ()


def test_never_heard_before_its_contract_proves_nothing(rehearsal):
    r = rehearsal(LOST)
    new, promised = r.s.add("xm/queue/k1"), r.s.add("mv/queue/k2")
    sources = r.s.world.inventory.sources
    sources[promised] = replace(sources[promised], agreed_at=ms("2026-11-20 08:00"))
    r.s.run(60, 60, lambda: r.hear(new, waiting=1))
    found = r.try_it()
    assert [str(one.subject) for one in found] == ["mv/queue/k2"]
    assert abs(found[0].since - ms("2026-11-20 08:02")) <= 2 * MINUTE
