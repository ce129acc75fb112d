"""What the rule kinds say: limits with recovery, unknown never OK, dossiers counted an org."""

import pytest
import sqlalchemy as sa
from msgspec import structs

from alerts.rules.threshold import MetricSelector, Options
from ioc.core.errors import UsageError
from ioc.core.model import SourceStatus
from ioc.live.deltas import Patch
from ioc.platform.db.tables import org, source
from tests.alerts.conftest import ms
from tests.domain.dossiers.events import event, tell

WAIT = """
[[rule]]
id = "long-wait"
kind = "threshold"
on = { kind = "queue", metric = "longest_wait_s" }
above = 1800
recover_below = 1500
hold_s = 60
"""
DOWN = """
[[rule]]
id = "service-down"
kind = "threshold"
on = { kind = "service", metric = "up" }
equals = false
severity = "critical"
"""
OVERDUE = """
[[rule]]
id = "overdue"
kind = "dossier_overdue"
"""


def test_a_figure_fires_after_its_hold_and_recovers_at_its_own_value(stage):
    s = stage(WAIT)
    kiosk = s.add("xm/queue/k1")
    s.run(50, 5, lambda: s.hear(kiosk, longest_wait_s=1900))
    assert s.states == ["pending"]
    s.run(30, 5, lambda: s.hear(kiosk, longest_wait_s=1920))
    assert s.states == ["firing"]
    assert s.pocket.messages[0].subject.endswith("32 phút (ngưỡng 30 phút)")
    s.run(60, 5, lambda: s.hear(kiosk, longest_wait_s=1600))
    assert s.states == ["firing"]
    s.run(10, 5, lambda: s.hear(kiosk, longest_wait_s=1499))
    assert s.states == ["resolved_unseen"]


YEARLY = """
[[rule]]
id = "par-low"
kind = "threshold"
on = { kind = "feed", metric = "par_index" }
below = 80
"""


def test_a_figure_of_a_period_is_low_since_that_period_and_an_old_one_is_no_alarm(stage):
    s = stage(YEARLY)
    feed = s.add("hg/feed/par", hours="office", interval_s=0)

    def told(year, value):
        end = ms(f"{year}-12-31T23:59:59")
        s.world.merge([Patch(feed, {"par_index": (end, value)}, {"period": (end, year)}, None, s.clock.now_ms())])

    told("2017", 70)
    s.run(30, 5)
    assert s.states == [], "it says nothing of today"
    told("2025", 70)
    s.run(30, 5)
    (alert,) = s.alerts
    assert (alert.state, alert.since) == ("firing", ms("2025-12-31T23:59:59"))
    assert "kỳ 2025" in s.pocket.messages[0].subject


def test_easing_inside_the_hold_is_a_return(stage):
    s = stage(WAIT)
    kiosk = s.add("xm/queue/k1")
    s.run(30, 5, lambda: s.hear(kiosk, longest_wait_s=1900))
    s.run(60, 5, lambda: s.hear(kiosk, longest_wait_s=1700))
    assert s.states == ["closed"]
    assert s.pocket.messages == []


def test_a_stale_reading_does_not_resolve(stage):
    s = stage(WAIT)
    kiosk = s.add("xm/queue/k1")
    s.run(70, 5, lambda: s.hear(kiosk, longest_wait_s=1900))
    s.run(900, 30)
    assert s.states == ["firing"]
    assert len(s.pocket.messages) == 1


def test_a_stale_reading_does_not_fire(stage):
    s = stage(WAIT.replace("hold_s = 60", "hold_s = 300"))
    kiosk = s.add("xm/queue/k1")
    s.hear(kiosk, longest_wait_s=1900)
    s.run(900, 30)
    assert s.states == ["pending"]
    s.run(5, 5, lambda: s.hear(kiosk, longest_wait_s=100))
    assert s.states == ["closed"]
    assert s.pocket.messages == []


def test_yesterdays_reading_says_nothing_at_opening(stage):
    s = stage(WAIT)
    s.clock.set(ms("2026-11-19 16:50"))
    s.start()
    kiosk = s.add("xm/queue/k1", hours="office", interval_s=0)
    s.hear(kiosk, longest_wait_s=1000)
    s.until("2026-11-19 16:59", 60)
    s.hear(kiosk, longest_wait_s=1900)
    s.until("2026-11-20 08:30", 300)
    assert s.pocket.messages == []


def test_a_boolean_that_is_false_takes_its_children_down(stage):
    s = stage(DOWN)
    portal = s.add("hg/service/portal")
    api = s.add("hg/service/api", parent="hg/service/portal")
    s.run(130, 5, lambda: (s.hear(portal, up=False), s.hear(api, up=False)))
    assert [message.subject for message in s.pocket.messages] == [
        "[IOC] NGHIÊM TRỌNG · Hà Giang · Nguồn portal: Ngừng hoạt động; 1/1 nguồn phía sau gián đoạn"
    ]
    assert sorted(s.states) == ["firing", "suppressed"]


@pytest.mark.parametrize(
    ("cause", "said"),
    [("carrier", "Ngừng hoạt động (nhà mạng)"), ("", "Ngừng hoạt động"), ("sét đánh", "Ngừng hoạt động (sét đánh)")],
)
def test_what_is_down_says_whose_trouble_it_is(stage, cause, said):
    s = stage(DOWN)
    portal = s.add("hg/service/portal")

    def down():
        now = s.clock.now_ms()
        s.world.merge([Patch(portal, {"up": (now, False)}, {"cause": (now, cause)}, None, now)])

    s.run(20, 5, down)
    assert s.pocket.messages[0].subject.endswith(f"Nguồn portal: {said}")


def test_a_word_that_is_bad(stage):
    s = stage(DOWN.replace('"service", metric = "up"', '"queue", metric = "paper"').replace("false", '"out"'))
    kiosk = s.add("xm/queue/k1")

    def say(word):
        return lambda: s.world.merge(
            [Patch(kiosk, texts={"paper": (s.clock.now_ms(), word)}, heard_at=s.clock.now_ms())]
        )

    s.run(15, 5, say("low"))
    assert s.alerts == []
    s.run(20, 5, say("out"))
    assert s.states == ["firing"]
    assert s.pocket.messages[0].subject.endswith("Nguồn k1: Hết giấy in")
    s.run(10, 5, say("ok"))
    assert s.states == ["resolved_unseen"]


def test_a_rule_that_breaks_keeps_its_alerts_and_spares_the_others(stage, caplog):
    s = stage(DOWN + WAIT)
    portal, kiosk = s.add("hg/service/portal"), s.add("xm/queue/k1")
    s.run(20, 5, lambda: s.hear(portal, up=False))
    assert s.states == ["firing"]
    rules = s.engine.evaluator.rules
    broken = structs.replace(rules.rules[0], options=None)
    rules.rules = (broken, *rules.rules[1:])
    s.run(90, 5, lambda: (s.hear(portal, up=True), s.hear(kiosk, longest_wait_s=1900)))
    assert s.states == ["firing", "firing"]
    assert "service-down could not be evaluated" in caplog.text


def test_a_rule_that_is_gone_closes_its_alerts(stage):
    s = stage(DOWN)
    portal = s.add("hg/service/portal")
    s.run(20, 5, lambda: s.hear(portal, up=False))
    s.engine.evaluator.rules.rules = ()
    s.run(5)
    assert s.states == ["closed"]


@pytest.mark.parametrize(
    "wrong",
    [{"above": 1, "recover_below": 2}, {"below": 1, "recover_above": 0}, {"equals": True, "above": 1}],
)
def test_contradictory_limits_are_refused(wrong):
    with pytest.raises(ValueError, match=r"need|alone"):
        Options(on=MetricSelector(kind="queue", metric="waiting"), **wrong)


def test_the_configuration_names_the_contradiction(stage):
    with pytest.raises(UsageError, match=r"rule\[0\]: recover_below needs an above"):
        stage(WAIT.replace("above = 1800", "below = 1800"))


class Registry:
    """The dossiers of one-stop systems, as ingest would have written them."""

    def __init__(self, s, first_seen):
        self.s = s
        self.system = s.add("hg/dossier/motcua", interval_s=0)
        with s.db.write() as conn:
            conn.execute(sa.insert(org), [{"code": o.code, "name": o.name} for o in s.world.inventory.orgs])
            row = {"id": 1, "org": "hg", "kind": "dossier", "source": "motcua", "status": SourceStatus.ACTIVE}
            conn.execute(sa.insert(source).values(**row, first_seen=first_seen))

    def write(self, code, receiving, due_at, **said):
        received = min(due_at, self.s.clock.now_ms()) - 86_400_000
        told = event(code, self.s.clock.now_ms(), receiving_org=receiving, received_at=received, due_at=due_at, **said)
        tell(self.s.db, told, inventory=self.s.world.inventory)


def test_dossiers_make_one_alert_an_org_and_the_first_load_none(stage):
    s = stage(OVERDUE)
    start = s.clock.now_ms()
    registry = Registry(s, first_seen=start)
    for i in range(50):
        registry.write(f"old-{i}", "xm", start - 86_400_000 * (i + 1))
    s.run(30, 5)
    assert s.alerts == []
    for i in range(7):
        registry.write(f"new-{i}", "xm", start + 60_000)
        registry.write(f"other-{i}", "mv", start + 90_000)
    for i in range(3):
        registry.write(f"in-term-{i}", "xm", start + 86_400_000)
    s.run(30, 5)
    assert s.alerts == []
    s.run(60, 5)
    assert [(a.org, a.kind, dict(a.params)["new"], dict(a.params)["total"]) for a in s.alerts] == [
        ("xm", None, 7, 57),
        ("mv", None, 7, 7),
    ]
    assert len(s.pocket.messages) == 2
    assert "7 hồ sơ mới quá hạn (quá hạn 57/60 hồ sơ đang giải quyết, lâu nhất 50 ngày)" in s.pocket.messages[0].text


def test_an_imported_system_is_first_seen_with_its_first_dossiers(stage):
    s = stage(OVERDUE)
    Registry(s, first_seen=None)
    now = s.clock.now_ms()
    due = {"overdue": now - 86_400_000, "today": now + 60_000}
    events = [event(code, now, due_at=at, receiving_org="xm") for code, at in due.items()]
    tell(s.db, *events, inventory=s.world.inventory)
    s.run(30, 5)
    assert s.alerts == []
    s.run(60, 5)
    assert [(dict(a.params)["new"], dict(a.params)["total"]) for a in s.alerts] == [(1, 2)]


def test_more_overdue_dossiers_change_the_count_and_send_nothing(stage):
    s = stage(OVERDUE)
    registry = Registry(s, first_seen=s.clock.now_ms())
    registry.write("a", "xm", s.clock.now_ms() + 1_000)
    s.run(30, 5)
    registry.write("b", "xm", s.clock.now_ms() + 1_000)
    s.run(90, 5)
    assert dict(s.alerts[0].params)["new"] == 2
    assert len(s.pocket.messages) == 1
    for code in "ab":
        registry.write(code, "xm", s.clock.now_ms() - 60_000, status=9)
    s.run(30, 5)
    assert s.states == ["resolved_unseen"]
    assert len(s.pocket.messages) == 2


def test_nothing_is_overdue_later_than_its_system_was_heard(stage):
    s = stage(OVERDUE)
    registry = Registry(s, first_seen=s.clock.now_ms())
    s.returns(registry.system)
    s.leaves(registry.system)
    registry.write("a", "xm", s.clock.now_ms() + 60_000)
    s.run(300, 10)
    assert s.alerts == []
    s.returns(registry.system)
    s.run(10, 5)
    assert s.states == ["firing"]


def test_nothing_is_overdue_later_than_a_batch_system_knows(stage):
    s = stage(OVERDUE)
    registry = Registry(s, first_seen=s.clock.now_ms())
    due = s.clock.now_ms() + 60_000
    registry.write("a", "xm", due)
    s.hear(registry.system, as_of=due - 1)
    s.run(300, 10)
    assert s.alerts == []
    s.hear(registry.system, as_of=due + 1)
    s.run(10, 5)
    assert s.states == ["firing"]


def test_a_line_that_is_down_is_out_of_reach_and_says_what_it_loses(stage):
    s = stage(DOWN.replace('kind = "service", metric', 'kind = "link", metric'))
    cable = s.add("hg/link/cap")
    s.run(20, 5, lambda: s.hear(cable, up=False, loss_pct=100.0))
    assert s.pocket.messages[0].subject.endswith("Nguồn cap: Mất liên lạc (mất gói 100 %)")


def test_days_are_said_as_days(stage):
    s = stage(DOWN.replace('"up"', '"cert_days_left"').replace("equals = false", "below = 7"))
    portal = s.add("hg/service/portal")
    s.run(20, 5, lambda: s.hear(portal, cert_days_left=5))
    assert s.pocket.messages[0].subject.endswith("Nguồn portal: Chứng thư số còn 5 ngày (ngưỡng 7 ngày)")
