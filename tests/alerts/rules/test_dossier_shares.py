"""Dossiers near their due date, and orgs with too many beyond it: each with what it is of."""

import pytest

from ioc.core.errors import UsageError
from tests.alerts.conftest import ms
from tests.alerts.rules.test_threshold import Registry

NEAR = """
[[rule]]
id = "near"
kind = "dossier_near_due"
[[rule]]
id = "today"
kind = "dossier_near_due"
due = "today"
at_least = 2
severity = "critical"
"""
SHARE = """
[[rule]]
id = "share"
kind = "org_overdue_share"
above = 30
recover_below = 20
at_least = 10
hold_s = 0
"""


def test_what_is_due_soon_and_what_is_due_today_are_told_apart(stage):
    s = stage(NEAR)
    registry = Registry(s, first_seen=0)
    for n in range(2):
        registry.write(f"today-{n}", "xm", ms("2026-11-20 17:00"))
    registry.write("monday", "xm", ms("2026-11-23 09:00"))
    registry.write("later", "xm", ms("2026-11-27 17:00"))
    registry.write("calm", "mv", ms("2026-11-27 17:00"))
    s.run(60, 5)
    assert sorted((alert.rule, alert.org, dict(alert.params)["n"]) for alert in s.alerts) == [
        ("near", "xm", 3),
        ("today", "xm", 2),
    ]
    texts = "".join(message.text for message in s.pocket.messages)
    assert "3/4 hồ sơ đang giải quyết sắp đến hạn, trong đó 2 hồ sơ phải trả hôm nay, sớm nhất lúc 17:00 20/11" in texts
    registry.write("today-0", "xm", ms("2026-11-20 17:00"), status=9)
    s.run(30, 5)
    assert {alert.rule: str(alert.state) for alert in s.alerts} == {"near": "firing", "today": "resolved_unseen"}


def test_what_has_passed_its_date_is_near_no_more(stage):
    s = stage(NEAR)
    Registry(s, first_seen=0).write("a", "xm", s.clock.now_ms() + 60_000)
    s.run(30, 5)
    assert s.states == ["firing"]
    s.run(90, 5)
    assert s.states == ["resolved_unseen"]


def test_a_large_share_of_overdue_dossiers_is_told_with_n_of_n(stage):
    s = stage(SHARE)
    registry = Registry(s, first_seen=0)
    now = s.clock.now_ms()
    for n in range(10):
        registry.write(f"x{n}", "xm", now + (-60_000 if n < 4 else 86_400_000))
        registry.write(f"m{n}", "mv", now + (-60_000 if n < 3 else 86_400_000))
    s.run(60, 5)
    assert [(alert.state, alert.org) for alert in s.alerts] == [("firing", "xm")]
    said = "Hồ sơ đang giải quyết đã quá hạn 40 % (4/10) (ngưỡng 30 %)"
    assert said in s.pocket.messages[0].text
    registry.write("x0", "xm", now - 60_000, status=9)
    registry.write("more", "xm", now + 86_400_000)
    s.run(30, 5)
    assert s.states == ["firing"], "30 % is not below the recovery value"
    for n in (1, 2):
        registry.write(f"x{n}", "xm", now - 60_000, status=9)
        registry.write(f"more-{n}", "xm", now + 86_400_000)
    s.run(30, 5)
    assert s.states == ["resolved_unseen"]


def test_few_open_dossiers_say_nothing(stage):
    s = stage(SHARE)
    registry = Registry(s, first_seen=0)
    for n in range(9):
        registry.write(f"x{n}", "xm", s.clock.now_ms() - 60_000)
    s.run(60, 5)
    assert s.alerts == []


def test_a_source_that_still_tells_its_past_makes_no_share(stage):
    s = stage(SHARE)
    registry = Registry(s, first_seen=0)
    for n in range(10):
        registry.write(f"x{n}", "xm", s.clock.now_ms() - 60_000)
    s.hear(registry.system, complete=False)
    s.run(120, 5)
    assert s.alerts == []
    s.hear(registry.system, complete=True)
    s.run(30, 5)
    assert s.states == ["firing"]


def test_a_recovery_above_the_limit_is_refused(stage):
    with pytest.raises(UsageError, match=r"rule\[0\]: recover_below needs an above that is not smaller"):
        stage(SHARE.replace("20", "40"))
    with pytest.raises(UsageError, match=r"rule\[0\]\.above: 130"):
        stage(SHARE.replace("30", "130"))
