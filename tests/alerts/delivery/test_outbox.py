"""Each message at least once, extras only after a crash and with the same id; who heard FIRING hears the end."""

from itertools import pairwise

import pytest
import sqlalchemy as sa

from alerts import queries
from ioc.core.errors import Code, IocError
from ioc.platform.db.tables import notification
from tests.alerts.backlog import fill
from tests.alerts.conftest import OFFLINE

NOW = OFFLINE + "hold_s = 0\n"
AWAY = IocError(Code.SMTP_UNAVAILABLE, "nobody there")
REFUSED = IocError(Code.SMTP_REFUSED, "550 no such user")
POISON = """
[[receiver]]
name = "lanh-dao"
email = ["poison@example.vn", "chief@example.vn"]
[[route]]
receivers = ["lanh-dao"]
channels = ["mail"]
"""


class Killed(BaseException):
    """kill -9: nothing after it runs."""


def rows(s):
    with s.db.read() as conn:
        return conn.execute(sa.select(notification).order_by(notification.c.id)).mappings().all()


def down(s, path="xm/queue/k1"):
    kiosk = s.add(path)
    s.leaves(kiosk)
    return kiosk


def test_killed_between_deciding_and_sending_is_still_delivered(stage, monkeypatch):
    s = stage(NOW)
    down(s)
    monkeypatch.setattr(type(s.outbox), "step", lambda *_: False)
    s.run(15)
    assert [row["state"] for row in rows(s)] == ["waiting"]
    monkeypatch.undo()
    s.start()
    s.run(2)
    assert len(s.pocket.messages) == 1


def test_killed_while_sending_is_sent_again_under_the_same_id(stage):
    s = stage(NOW)
    down(s)
    s.pocket.failures = [Killed()]
    with pytest.raises(Killed):
        s.run(15)
    row = rows(s)[0]
    assert row["state"] == "sending"
    s.start()
    s.run(2)
    assert [message.ref for message in s.pocket.messages] == [row["ref"]]


def test_killed_after_sending_before_marking_sends_one_extra_with_the_same_id(stage, monkeypatch):
    s = stage(NOW)
    down(s)

    def die(*_, **__):
        raise Killed

    monkeypatch.setattr(type(s.outbox), "mark", die)
    with pytest.raises(Killed):
        s.run(15)
    monkeypatch.undo()
    s.start()
    s.run(60, 5)
    first, extra = s.pocket.messages
    assert first.ref == extra.ref
    assert rows(s)[0]["state"] == "delivered"


@pytest.mark.parametrize("method", ["firing", "ended"])
def test_killed_while_deciding_leaves_all_or_nothing(stage, monkeypatch, method):
    s = stage(NOW)
    kiosk = down(s)
    if method == "ended":
        s.run(15)
    before = s.states, len(rows(s))

    def die(*_, **__):
        raise Killed

    monkeypatch.setattr(type(s.engine.notifier), method, die)
    s.returns(kiosk) if method == "ended" else s.leaves(kiosk)
    with pytest.raises(Killed):
        s.run(5)
    assert (s.states, len(rows(s))) == before
    monkeypatch.undo()
    s.start()
    s.run(15)
    assert len(s.pocket.messages) == (2 if method == "ended" else 1)


def test_a_restart_restores_the_running_hold(stage):
    s = stage()
    down(s)
    s.run(60)
    assert s.states == ["pending"]
    s.start()
    s.run(50)
    assert s.states == ["pending"]
    s.run(20)
    assert s.states == ["firing"]
    assert len(s.pocket.messages) == 1


def test_a_holder_that_lost_its_lease_writes_and_sends_nothing(stage):
    s = stage(NOW)
    old_engine, old_outbox = s.engine, s.outbox
    s.start()
    down(s)
    with pytest.raises(IocError, match="another process"):
        old_engine.tick()
    assert s.alerts == []
    s.engine.tick()
    s.clock.advance(11)
    s.engine.tick()
    with pytest.raises(IocError, match="another process"):
        old_outbox.step("mail")
    assert s.pocket.messages == []


def test_a_server_that_is_away_is_tried_again_with_growing_waits(stage):
    s = stage(NOW)
    down(s)
    s.pocket.failures = [AWAY] * 5
    s.run(120)
    assert len(s.pocket.messages) == 1
    with s.db.read() as conn:
        history = queries.history(conn, s.world.inventory.orgs.scope(None), s.alerts[0].id)
    attempts = [row["at"] for row in history.notifications[0].deliveries]
    gaps = [(b - a) / 1000 for a, b in pairwise(attempts)]
    assert gaps == [2, 4, 8, 16, 30]
    assert [bool(row["ok"]) for row in history.notifications[0].deliveries] == [False] * 5 + [True]


def test_a_refused_receiver_fails_at_once_and_blocks_nobody(stage):
    s = stage(NOW + POISON)
    down(s)
    s.pocket.failures = [None, REFUSED]
    s.run(15)
    assert {(row["address"], row["state"]) for row in rows(s)} == {
        ("truc@example.vn", "delivered"),
        ("poison@example.vn", "failed"),
        ("chief@example.vn", "delivered"),
    }


def test_an_end_is_told_only_to_whom_the_beginning_was(stage):
    s = stage(NOW)
    kiosk = down(s)
    s.pocket.failures = [REFUSED]
    s.run(15)
    assert rows(s)[0]["state"] == "failed"
    assert rows(s)[0]["receipt"] == "smtp_refused: 550 no such user"
    s.returns(kiosk)
    s.run(30)
    assert s.pocket.messages == []
    assert len(rows(s)) == 1


def test_an_end_does_not_overtake_its_beginning(stage):
    s = stage(NOW)
    kiosk = down(s)
    s.pocket.failures = [AWAY] * 5
    s.run(15)
    s.returns(kiosk)
    s.run(200, each=lambda: s.hear(kiosk))
    assert ["NGHIÊM TRỌNG" in subject for subject in s.subjects] == [True, False]


def test_an_end_whose_beginning_was_refused_meanwhile_is_dropped_by_name(stage):
    s = stage(NOW)
    kiosk = down(s)
    s.pocket.failures = [AWAY, AWAY, AWAY, REFUSED]
    s.run(15)
    s.returns(kiosk)
    s.run(60, each=lambda: s.hear(kiosk))
    assert [row["state"] for row in rows(s)] == ["failed", "dropped"]
    with s.db.read() as conn:
        assert queries.drop_counts(conn) == {"firing_not_delivered": 1}


def test_what_is_over_before_its_group_was_sent_is_told_to_nobody(stage):
    s = stage(NOW)
    kiosk = down(s)
    s.run(5)
    s.returns(kiosk)
    s.run(30)
    assert s.pocket.messages == []
    assert rows(s)[0]["state"] == "dropped"
    with s.db.read() as conn:
        assert queries.drop_counts(conn) == {"resolved_before_sent": 1}


def test_what_cannot_be_told_for_days_expires_with_its_summary_and_that_is_recorded(stage):
    s = stage(NOW)
    down(s)
    s.pocket.failures = [AWAY] * 10_000
    s.run(60)
    s.run(3 * 86_400, 3_600)
    firing, summary = rows(s)
    assert (firing["state"], firing["replaced_by"]) == ("replaced", summary["id"])
    assert (summary["what"], summary["state"]) == ("summary", "expired")
    with s.db.read() as conn:
        history = queries.history(conn, s.world.inventory.orgs.scope(None), s.alerts[0].id)
        assert queries.drop_counts(conn) == {"expired": 1}
    assert history.notifications[-1].deliveries[-1]["detail"] == "expired"


def test_several_alerts_on_one_source_are_one_message(stage):
    wait = '[[rule]]\nid = "w"\nkind = "threshold"\non = { kind = "queue", metric = "waiting" }\nabove = 5\n'
    wait2 = wait.replace('"w"', '"w2"').replace("waiting", "longest_wait_s")
    s = stage(wait + wait2)
    kiosk = s.add("xm/queue/k1")
    s.run(15, each=lambda: s.hear(kiosk, waiting=9, longest_wait_s=9))
    assert len(s.alerts) == 2
    assert len(s.pocket.messages) == 1
    assert s.subjects[0].endswith("(+1)")
    s.run(15, each=lambda: s.hear(kiosk, waiting=1, longest_wait_s=1))
    assert len(s.pocket.messages) == 2


def test_a_fault_of_ours_in_a_channel_is_tried_again(stage, caplog):
    s = stage(NOW)
    down(s)
    s.pocket.failures = [ZeroDivisionError("oops")]
    s.run(20)
    assert len(s.pocket.messages) == 1
    assert "channel mail failed" in caplog.text


def test_a_channel_taken_out_of_the_configuration_fails_its_messages_by_name(stage):
    s = stage(NOW)
    down(s)
    s.pocket.failures = [AWAY] * 100
    s.run(15)
    lonely = type(s.outbox)(s.db, s.clock, s.lease, {}, s.outbox.composer, s.outbox.limits)
    lonely.recover()
    assert rows(s)[0]["state"] == "failed"
    with s.db.read() as conn:
        assert queries.drop_counts(conn) == {"channel_gone": 1}


def test_a_claim_that_was_lost_with_the_database_is_sent_all_the_same(stage, monkeypatch):
    s = stage(NOW)
    down(s)
    away = IocError(Code.DATABASE_UNAVAILABLE, "gone for a moment")
    monkeypatch.setattr(type(s.lease), "ensure", lambda _: (_ for _ in ()).throw(away))
    with pytest.raises(IocError, match="gone for a moment"):
        s.run(15)
    assert [row["state"] for row in rows(s)] == ["sending"]
    monkeypatch.undo()
    s.run(10)
    assert [row["state"] for row in rows(s)] == ["delivered"]
    assert len(s.pocket.messages) == 1


def test_the_mark_of_a_holder_that_lost_its_lease_is_refused(stage):
    s = stage(NOW)
    down(s)
    old, send = s.outbox, s.pocket.send

    def overtaken(options, message):
        s.pocket.send = send
        s.start()  # frozen here; meanwhile another took over
        return send(options, message)

    s.pocket.send = overtaken
    for _ in range(12):
        s.clock.advance(1)
        s.engine.tick()
    with pytest.raises(IocError, match="another process"):
        old.step("mail")
    assert [row["state"] for row in rows(s)] == ["waiting"]
    s.run(5)
    assert [message.ref for message in s.pocket.messages] == [rows(s)[0]["ref"]] * 2


def test_critical_ones_go_first_then_the_oldest(stage):
    s = stage(NOW)
    for severity in ("warning", "critical", "info"):
        fill(s.db, 2, ["truc@example.vn"], channel="mail", severity=severity, at=s.clock.now_ms())
    s.run(3)
    assert [message.ref for message in s.pocket.messages] == ["ref3", "ref4", "ref1", "ref2", "ref5", "ref6"]
