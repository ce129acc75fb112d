"""A figure of our dossier counts in alerts: with what it is of, and told by the lowest org that explains it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import sms
from alerts.rules._root_cause import root_causes
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import Counts
from ioc.domain.dossiers.reporting import roll_up
from ioc.domain.inventory import Org, OrgTree
from tests.alerts.conftest import ms

IN_TIME = """
[[rule]]
id = "in-time"
kind = "threshold"
on = { kind = "feed", source = "ho-so", metric = "pct_in_time" }
below = 95
recover_above = 95.5
"""
OVERDUE = """
[[rule]]
id = "many"
kind = "threshold"
on = { kind = "feed", source = "ho-so", metric = "open_overdue" }
above = 100
"""


def counts(in_time: int, of: int) -> Counts:
    late = of - in_time
    return Counts({Bucket.RESOLVED_EARLY: in_time, Bucket.OPEN_OVERDUE: late, Bucket.MUST_RESOLVE: of})


def speaks(s, **orgs: Counts):
    """The roll-up tells each org with all below it; the province is the sum."""
    own = {**orgs, "hg": sum(orgs.values(), Counts())}
    for org, n in own.items():
        key = roll_up.key_of(org)
        if key not in s.world.inventory.sources:
            s.add(str(key))
        s.hear(key, **roll_up.metrics(n))


def lines(s) -> list[tuple[str, str]]:
    return [(alert.org, str(alert.state)) for alert in s.alerts if alert.fired_at]


def test_a_share_tells_what_it_is_of(stage):
    s = stage(IN_TIME)
    s.run(15, 5, lambda: speaks(s, xm=counts(1234, 1324), mv=counts(100_000, 100_000)))
    (message,) = s.pocket.messages
    sentence = "Tỷ lệ giải quyết đúng và trước hạn 93,2 % (1234/1324) (ngưỡng 95 %)"
    assert message.subject.endswith(sentence)
    assert sentence in message.text
    assert sentence in message.html
    assert "93,2 % (1234/1324)" in sms.joined(message.sms)


def test_a_count_tells_what_it_is_of(stage):
    s = stage(OVERDUE)
    s.run(15, 5, lambda: speaks(s, xm=counts(100, 220)))
    assert s.subjects[0].endswith("Hồ sơ đang giải quyết quá hạn 120/120 (ngưỡng 100)")


def test_a_centre_that_accounts_for_the_province_speaks_alone(stage):
    s = stage(IN_TIME)
    s.run(30, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(98, 100)))
    assert lines(s) == [("xm", "firing")]


def test_where_several_account_for_it_the_province_speaks_once(stage):
    s = stage(IN_TIME)
    s.run(30, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(85, 100)))
    assert lines(s) == [("hg", "firing")]


def test_a_count_that_one_centre_makes_is_told_by_it(stage):
    s = stage(OVERDUE)
    s.run(30, 5, lambda: speaks(s, xm=counts(0, 150), mv=counts(0, 20)))
    assert lines(s) == [("xm", "firing")]


def test_what_the_province_has_told_the_centre_does_not_tell_again(stage):
    s = stage(IN_TIME)
    s.run(30, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(85, 100)))
    s.run(60, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(100, 100)))
    assert lines(s) == [("hg", "firing")], "it is the centre's alone now, and told already"
    s.run(30, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(1000, 1000)))
    assert lines(s) == [("hg", "resolved_unseen"), ("xm", "firing")]


def test_a_second_centre_makes_it_the_provinces_and_takes_nothing_back(stage):
    s = stage(IN_TIME)
    s.run(30, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(100, 100)))
    s.run(30, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(85, 100)))
    assert lines(s) == [("xm", "firing"), ("hg", "firing")]
    assert not [subject for subject in s.subjects if "ĐÃ KHẮC PHỤC" in subject]


def test_what_another_speaks_for_inside_its_hold_is_not_told(stage):
    s = stage(IN_TIME + "hold_s = 30\n")
    s.run(20, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(100, 100)))
    s.run(60, 5, lambda: speaks(s, xm=counts(80, 100), mv=counts(85, 100)))
    assert lines(s) == [("hg", "firing")]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (1700, "Chờ lâu nhất 28 phút, từng vượt ngưỡng 30 phút"),
        (2700, "Chờ lâu nhất 45 phút (ngưỡng 30 phút)"),
        (1500, "Chờ lâu nhất 25 phút, từng vượt ngưỡng 30 phút"),
    ],
)
def test_the_text_of_an_open_alert_follows_the_figure(stage, left, said):
    """45 minutes when it was sent; the board says 28, and so does the alert, while the log keeps what was sent."""
    s = stage(
        '[[rule]]\nid = "wait"\nkind = "threshold"\n'
        'on = { kind = "queue", metric = "longest_wait_s" }\nabove = 1800\nrecover_below = 1500\n'
    )
    kiosk = s.add("xm/queue/k1")
    s.run(15, 5, lambda: s.hear(kiosk, longest_wait_s=2700))
    s.run(10, 5, lambda: s.hear(kiosk, longest_wait_s=left))
    (alert,) = s.alerts
    assert s.context.texts.render("vi", alert.title, alert.params) == said
    assert str(alert.state) == "firing"
    assert s.subjects == ["[IOC] CẢNH BÁO · Xín Mần · Nguồn k1: Chờ lâu nhất 45 phút (ngưỡng 30 phút)"]


def test_the_text_of_an_open_alert_follows_its_cause(stage):
    s = stage('[[rule]]\nid = "off"\nkind = "offline"\nhold_s = 0\n')
    kiosk = s.add("xm/queue/k1")
    s.returns(kiosk)
    s.run(150, 10)
    assert [alert.title for alert in s.alerts] == ["alert.silent"]
    s.leaves(kiosk)
    s.run(10, 5)
    assert [alert.title for alert in s.alerts] == ["alert.offline"]
    assert s.clock.now_ms() > ms("2026-11-20 09:00")


DISTRICTS = [f"d{i}" for i in range(4)]
COMMUNES = [f"{d}.c{i}" for d in DISTRICTS for i in range(3)]
TREE = OrgTree(
    [Org("p", "p")] + [Org(d, d, parent="p") for d in DISTRICTS] + [Org(c, c, parent=c[:2]) for c in COMMUNES]
)
few = st.integers(0, 30)


@given(st.dictionaries(st.sampled_from(COMMUNES), st.tuples(few, few), min_size=1))
@settings(deadline=None)
def test_every_breach_is_told_by_somebody_on_its_line_and_no_line_by_two_of_one_cause(own):
    held: dict[str, Counts] = {}
    for org, (good, bad) in own.items():
        for unit in TREE.path(org):
            held[unit.code] = held.get(unit.code, Counts()) + counts(good, good + bad)
    values = {org: roll_up.metrics(n) for org, n in held.items()}

    def is_bad(figure):
        return figure is not None and figure < 80

    def rest_is_bad(org, part):
        return is_bad(roll_up.rest("pct_in_time", values[org], values[part]))

    bad = [org for org in values if is_bad(values[org].get("pct_in_time"))]
    causes = root_causes(bad, TREE, rest_is_bad)
    own_causes = [org for org in bad if org not in causes]
    assert bool(own_causes) == bool(bad)
    for org, cause in causes.items():
        assert cause in bad
        while cause in causes:
            cause = causes[cause]
        line = {unit.code for unit in TREE.path(org)}
        assert cause in line or org in {unit.code for unit in TREE.path(cause)}
        if cause not in line:
            assert not rest_is_bad(org, causes[org]), "it is silent only where that one explains it"
    for org in own_causes:
        above = {unit.code for unit in TREE.path(org)[:-1]}
        assert not above & set(own_causes)
