"""What people do with alerts, who may see them, and what is written of it."""

import pytest
import sqlalchemy as sa

from alerts import queries
from alerts.model import AlertState
from ioc.core.errors import IocError
from ioc.core.model import Severity
from ioc.platform.db.tables import audit
from tests.alerts import acts
from tests.alerts.conftest import OFFLINE, ms

NOW = OFFLINE + "hold_s = 0\n"
MINUTE = 60_000


@pytest.fixture
def fired(stage):
    """Three kiosks down: two in Xín Mần, one in Mèo Vạc."""
    s = stage(NOW)
    for path in ("xm/queue/k1", "xm/queue/k2", "mv/queue/k3"):
        s.leaves(s.add(path))
    s.run(15)
    return s


def act(s, action, *ids, at=None, **said):
    """How many alerts it changed, now."""
    return acts.act(s.db, action, *ids, now=at or s.clock.now_ms(), **said)


def audited(s):
    with s.db.read() as conn:
        return [(row.actor, row.action, row.org) for row in conn.execute(sa.select(audit).order_by(audit.c.id))]


def of_xin_man(s):
    return next(alert for alert in s.alerts if alert.org == "xm")


def entries(s, alert_id):
    with s.db.read() as conn:
        history = queries.history(conn, s.world.inventory.orgs.scope(None), alert_id)
    return [(row["what"], row["actor"], row["comment"]) for row in history.entries]


def test_acknowledged_once_whoever_asks_again(fired):
    s = fired
    alert, now = of_xin_man(s), s.clock.now_ms()
    assert act(s, "acknowledge", alert.id, comment="đang xử lý") == 1
    assert act(s, "acknowledge", alert.id, comment="đang xử lý") == 0
    assert act(s, "acknowledge", alert.id, actor="truc-ban-2", at=now + 1_000) == 0
    taken = of_xin_man(s)
    assert (taken.state, taken.acknowledged_by, taken.owner) == (AlertState.ACKNOWLEDGED, "truc-ban", "truc-ban")
    assert (taken.acknowledged_at, taken.acknowledged_until) == (now, now + 60 * MINUTE)
    assert audited(s) == [("truc-ban", "alert.acknowledged", "xm")]
    assert entries(s, alert.id) == [
        ("raised", "engine", None),
        ("fired", "engine", None),
        ("acknowledged", "truc-ban", "đang xử lý"),
    ]


def test_what_was_acknowledged_ends_without_asking_to_be_seen(fired):
    s = fired
    acknowledged, unseen = of_xin_man(s), s.alerts[0]
    act(s, "acknowledge", acknowledged.id)
    for key in list(s.world.inventory.sources):
        s.returns(key)
    s.run(15)
    assert of_xin_man(s).state is AlertState.RESOLVED
    assert s.alerts[0].state is AlertState.RESOLVED_UNSEEN
    assert len(s.pocket.messages) == 6
    assert [act(s, "seen", unseen.id, actor=who) for who in ("truc-ban", "truc-ban-2")] == [1, 0]
    assert s.alerts[0].state is AlertState.RESOLVED
    assert [row[1] for row in audited(s)] == ["alert.acknowledged", "alert.seen"]


def test_an_unseen_round_is_superseded_when_it_fires_again(fired):
    s = fired
    key = of_xin_man(s).subject
    s.returns(key)
    s.run(15, each=lambda: s.hear(key))
    s.leaves(key)
    s.run(15)
    rounds = [alert for alert in s.alerts if alert.subject == key]
    assert [str(alert.state) for alert in rounds] == ["resolved", "firing"]
    assert rounds[1].flaps == 1


def test_what_cannot_be_done_says_why(stage):
    s = stage(OFFLINE)
    s.leaves(s.add("xm/queue/k1"))
    s.run(5)
    pending = of_xin_man(s).id
    for action, ids, said, code in (
        ("acknowledge", (pending,), {}, "alert_pending"),
        ("shelve", (pending,), {}, "alert_pending"),
        ("close", (pending,), {"comment": "thôi"}, "alert_pending"),
        ("comment", (pending, 999), {"comment": "?"}, "unknown_alert"),
        ("comment", (pending,), {}, "bad_comment"),
        ("assign", (pending,), {}, "missing_value"),
        ("assign", (pending,), {"owner": "a\nb"}, "invalid_value"),
        ("noise", (pending,), {}, "missing_value"),
        ("seen", (pending,), {"until": s.clock.now_ms() + MINUTE}, "invalid_value"),
    ):
        with pytest.raises(IocError) as refused:
            act(s, action, *ids, **said)
        assert refused.value.code == code, action
    assert audited(s) == []


def test_a_scope_sees_its_own_only(fired):
    s = fired
    orgs = s.world.inventory.orgs
    with s.db.read() as conn:
        assert queries.alerts(conn, orgs.scope(None))[1] == 3
        own, total = queries.alerts(conn, orgs.scope("mv"))
        assert ([alert.org for alert in own], total) == (["mv"], 1)
        assert queries.one(conn, orgs.scope("mv"), of_xin_man(s).id) is None
        assert queries.history(conn, orgs.scope("mv"), of_xin_man(s).id) is None
        assert queries.notifications(conn, orgs.scope("mv"))[1] == 1
        assert queries.notifications(conn, orgs.scope("hg"), receiver="truc-ban", states=["delivered"])[1] == 3
        assert queries.notifications(conn, orgs.scope("hg"), receiver="nobody")[1] == 0


def test_lists_are_filtered_and_paged(fired):
    s = fired
    everything = s.world.inventory.orgs.scope(None)
    act(s, "acknowledge", of_xin_man(s).id)
    with s.db.read() as conn:
        assert queries.alerts(conn, everything, states=[AlertState.ACKNOWLEDGED])[1] == 1
        assert queries.alerts(conn, everything, severities=[Severity.WARNING])[1] == 0
        page, total = queries.alerts(conn, everything, page=2, per_page=2)
        assert (len(page), total) == (1, 3)
        assert len(queries.shown(conn, everything)) == 3
        assert queries.alert_counts(conn) == {("acknowledged", "critical"): 1, ("firing", "critical"): 2}
        assert queries.notification_counts(conn) == {("mail", "delivered"): 3}
        assert queries.delivery_counts(conn) == {("mail", True): 3}


def test_returns_inside_the_hold_are_not_listed(stage):
    s = stage(OFFLINE)
    kiosk = s.add("xm/queue/k1")
    s.leaves(kiosk)
    s.run(5)
    s.returns(kiosk)
    s.run(5)
    with s.db.read() as conn:
        assert queries.alerts(conn, s.world.inventory.orgs.scope(None)) == ([], 0)
    assert of_xin_man(s).since <= ms("2026-11-20 09:01")
