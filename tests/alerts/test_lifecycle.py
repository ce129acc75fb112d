"""The life of an alert with people in it: taken for a time, put aside for a time, reminded of, closed."""

import pytest
import sqlalchemy as sa

from alerts.model import AlertState
from ioc.core.errors import IocError
from ioc.platform.db.tables import alert_entry
from tests.alerts import acts
from tests.alerts.conftest import OFFLINE, ROUTES

NOW = OFFLINE + "hold_s = 0\n"
MINUTE = 60_000


@pytest.fixture
def fired(stage):
    """A kiosk that is down and was told of."""
    s = stage(NOW)
    s.leaves(s.add("xm/queue/k1"))
    s.run(15)
    assert heard(s) == ["NGHIÊM TRỌNG"]
    return s


def act(s, action, **said):
    return acts.act(s.db, action, the(s).id, now=s.clock.now_ms(), **said)


def the(s):
    return s.alerts[-1]


def heard(s):
    """What each message began with, oldest first."""
    return [subject.removeprefix("[IOC] ").split(" · ")[0] for subject in s.subjects]


def history(s):
    with s.db.read() as conn:
        rows = conn.execute(sa.select(alert_entry).order_by(alert_entry.c.id)).mappings()
        return [(row["what"], row["actor"], row["detail"]) for row in rows]


def minutes(s, n):
    s.run(n * 60, step=60)


def test_an_acknowledgement_ends_and_the_alert_is_loud_one_level_up(fired):
    s = fired
    act(s, "acknowledge")
    minutes(s, 59)
    assert (the(s).state, heard(s)) == (AlertState.ACKNOWLEDGED, ["NGHIÊM TRỌNG"])
    minutes(s, 2)
    assert (the(s).state, the(s).level, the(s).acknowledged_until) == (AlertState.FIRING, 1, None)
    assert heard(s) == ["NGHIÊM TRỌNG", "NHẮC LẠI NGHIÊM TRỌNG"]
    assert the(s).owner == "truc-ban", "it stays with who had it"
    assert history(s)[-1] == ("acknowledgement_ended", "engine", {"level": 1})
    minutes(s, 30)
    assert len(heard(s)) == 2
    act(s, "acknowledge")
    s.returns(the(s).subject)
    s.run(15, each=lambda: s.hear(the(s).subject))
    assert the(s).state is AlertState.RESOLVED
    assert heard(s)[2:] == ["ĐÃ KHẮC PHỤC"], "one end, however often it was told"


def test_no_acknowledgement_without_a_fault_in_it_ends_early(fired):
    s = fired
    act(s, "acknowledge")
    s.returns(the(s).subject)
    s.run(70 * 60, step=60, each=lambda: s.hear(the(s).subject))
    assert (the(s).level, heard(s)) == (0, ["NGHIÊM TRỌNG", "ĐÃ KHẮC PHỤC"])


def test_an_appointment_with_another_unit_holds_until_its_hour(fired):
    s = fired
    until = s.clock.now_ms() + 3 * 60 * MINUTE
    act(s, "acknowledge", until=until, comment="chờ VNPT Hà Giang")
    assert history(s)[-1] == ("acknowledged", "truc-ban", {"owner": "truc-ban", "until": until})
    assert act(s, "acknowledge", until=until, comment="chờ VNPT Hà Giang") == 0
    minutes(s, 178)
    assert len(heard(s)) == 1
    minutes(s, 3)
    assert (the(s).state, len(heard(s))) == (AlertState.FIRING, 2)


def test_nothing_is_put_off_for_longer_than_its_limit(fired):
    s = fired
    now = s.clock.now_ms()
    for action, hours in (("acknowledge", 8), ("shelve", 168)):
        for until in (now, now + hours * 60 * MINUTE + 1):
            with pytest.raises(IocError) as refused:
                act(s, action, until=until)
            assert str(hours) in refused.value.params["detail"]
        assert act(s, action, until=now + hours * 60 * MINUTE) == 1


def test_who_confirms_has_it_for_as_long_again(fired):
    s = fired
    act(s, "acknowledge")
    minutes(s, 50)
    assert [act(s, "confirm"), act(s, "confirm")] == [1, 0]
    minutes(s, 55)
    assert (the(s).state, len(heard(s))) == (AlertState.ACKNOWLEDGED, 1)
    minutes(s, 10)
    assert (the(s).state, len(heard(s))) == (AlertState.FIRING, 2)


def test_a_shelf_ends_by_itself_and_is_told_then(fired):
    s = fired
    act(s, "shelve", until=s.clock.now_ms() + 30 * MINUTE, comment="thay thiết bị")
    assert (the(s).state, the(s).held_by) == (AlertState.SHELVED, "shelved:truc-ban")
    minutes(s, 29)
    assert (the(s).state, len(heard(s))) == (AlertState.SHELVED, 1)
    minutes(s, 2)
    assert (the(s).state, the(s).held_by, the(s).shelved_until) == (AlertState.FIRING, None, None)
    assert heard(s) == ["NGHIÊM TRỌNG"] * 2
    minutes(s, 30)
    assert len(heard(s)) == 2


def test_a_shelf_under_which_it_got_well_is_told_as_an_end(fired):
    s = fired
    act(s, "shelve")
    s.returns(the(s).subject)
    s.run(15, each=lambda: s.hear(the(s).subject))
    assert the(s).state is AlertState.RESOLVED
    assert heard(s) == ["NGHIÊM TRỌNG", "ĐÃ KHẮC PHỤC"]


def test_who_had_it_in_hand_has_it_after_the_shelf_too(fired):
    s = fired
    act(s, "acknowledge")
    act(s, "shelve", until=s.clock.now_ms() + 30 * MINUTE)
    minutes(s, 32)
    assert (the(s).state, len(heard(s))) == (AlertState.ACKNOWLEDGED, 1)
    minutes(s, 30)
    assert (the(s).state, the(s).level, len(heard(s))) == (AlertState.FIRING, 1, 2)


def test_an_acknowledgement_that_ran_out_on_the_shelf_is_loud_when_the_shelf_ends(fired):
    s = fired
    act(s, "acknowledge")
    act(s, "shelve", until=s.clock.now_ms() + 90 * MINUTE)
    minutes(s, 88)
    assert (the(s).state, len(heard(s))) == (AlertState.SHELVED, 1)
    minutes(s, 3)
    assert (the(s).state, the(s).level, heard(s)[1:]) == (AlertState.FIRING, 1, ["NHẮC LẠI NGHIÊM TRỌNG"])


def test_off_the_shelf_by_hand_is_told_once(fired):
    s = fired
    act(s, "shelve")
    assert [act(s, "unshelve"), act(s, "unshelve")] == [1, 0]
    assert the(s).state is AlertState.FIRING
    minutes(s, 5)
    assert heard(s) == ["NGHIÊM TRỌNG"] * 2
    assert [what for what, *_ in history(s)] == ["raised", "fired", "shelved", "unshelved"]


def test_who_is_reminded_and_who_is_not(fired):
    s = fired
    assert [act(s, "remind", actor="lanh-dao", operates=False) for _ in range(2)] == [1, 0]
    s.run(5)
    assert act(s, "remind", actor="lanh-dao", operates=False) == 0, "the same wish within a minute"
    s.run(65)
    assert heard(s) == ["NGHIÊM TRỌNG", "NHẮC LẠI NGHIÊM TRỌNG"]
    act(s, "shelve")
    with pytest.raises(IocError) as held:
        act(s, "remind", actor="lanh-dao", operates=False)
    assert held.value.code == "alert_muted"


LEADER = """
[[receiver]]
name = "lanh-dao"
email = ["lanh-dao@example.vn"]
"""


def test_leaders_hear_of_it_when_a_person_reports_it_and_of_its_end(stage):
    s = stage(LEADER + NOW, ROUTES.replace("[alerts]", '[alerts]\nleaders = ["lanh-dao"]'))
    kiosk = s.add("xm/queue/k1")
    s.leaves(kiosk)
    s.run(15)
    assert [message.address for message in s.pocket.messages] == ["truc@example.vn"], "no ladder goes so far by itself"
    assert [act(s, "escalate") for _ in range(2)] == [1, 0]
    s.run(5)
    last = s.pocket.messages[-1]
    assert (last.address, heard(s)[-1]) == ("lanh-dao@example.vn", "BÁO CÁO LÃNH ĐẠO NGHIÊM TRỌNG")
    s.returns(kiosk)
    s.run(30)
    ends = {message.address for message in s.pocket.messages if "ĐÃ KHẮC PHỤC" in message.subject}
    assert ends == {"truc@example.vn", "lanh-dao@example.vn"}


def test_a_reminder_goes_to_the_owner_where_that_is_a_receiver(stage):
    s = stage(NOW + '[[receiver]]\nname = "lan"\nemail = ["lan@example.vn"]\n')
    s.leaves(s.add("xm/queue/k1"))
    s.run(15)
    act(s, "assign", owner="lan", due_at=s.clock.now_ms() + 60 * MINUTE, actor="lanh-dao", operates=False)
    act(s, "remind", actor="lanh-dao", operates=False)
    s.run(5)
    assert [message.address for message in s.pocket.messages] == ["truc@example.vn", "lan@example.vn"]
    s.returns(the(s).subject)
    s.run(15, each=lambda: s.hear(the(s).subject))
    assert {message.address for message in s.pocket.messages[2:]} == {"truc@example.vn", "lan@example.vn"}


def test_closed_while_it_goes_on_is_quiet_until_it_is_over_and_comes_back_as_new(fired):
    s = fired
    key = the(s).subject
    with pytest.raises(IocError) as unexplained:
        act(s, "close")
    assert unexplained.value.code == "close_unexplained"
    assert act(s, "close", comment="đã chuyển sang máy dự phòng") == 1
    assert (the(s).state, the(s).open, the(s).ended_at) == (AlertState.CLOSED, False, None)
    minutes(s, 90)
    assert (len(s.alerts), len(heard(s))) == (1, 1)
    s.returns(key)
    s.run(15, each=lambda: s.hear(key))
    assert (the(s).state, the(s).dismissed, heard(s)[1:]) == (AlertState.CLOSED, False, ["ĐÃ KHẮC PHỤC"])
    assert the(s).ended_at is not None
    s.leaves(key)
    s.run(15)
    assert ([str(alert.state) for alert in s.alerts], heard(s)[2:]) == (["closed", "firing"], ["NGHIÊM TRỌNG"])


def test_noise_closes_with_its_reason(fired):
    s = fired
    assert [act(s, "noise", comment="bảo vệ ngắt điện mỗi tối") for _ in range(2)] == [1, 0]
    assert (the(s).state, the(s).noise) == (AlertState.CLOSED, "bảo vệ ngắt điện mỗi tối")
    minutes(s, 10)
    assert (len(s.alerts), len(heard(s))) == (1, 1)


def test_only_an_operator_or_who_was_given_it_takes_an_alert(fired):
    s = fired
    for action in ("acknowledge", "confirm", "result", "shelve", "unshelve", "close", "noise"):
        with pytest.raises(IocError) as refused:
            act(s, action, actor="lan", operates=False, comment="thôi")
        assert refused.value.code == "forbidden", action
    assert act(s, "seen", actor="lan", operates=False) == 1
    assert act(s, "assign", actor="lan", operates=False, owner="lan") == 1
    assert act(s, "acknowledge", actor="lan", operates=False) == 1
    with pytest.raises(IocError):
        act(s, "shelve", actor="lan", operates=False)


def test_the_five_are_set_by_any_act_and_stay(fired):
    s = fired
    due = s.clock.now_ms() + 60 * MINUTE
    act(s, "assign", owner="Nguyễn Văn A", due_at=due)
    assert act(s, "assign", owner="Nguyễn Văn A", due_at=due) == 0
    act(s, "result", comment="đã thay nguồn")
    assert act(s, "result", comment="đã thay nguồn") == 0
    assert (the(s).owner, the(s).due_at, the(s).result) == ("Nguyễn Văn A", due, "đã thay nguồn")
    act(s, "acknowledge", owner="Trần Thị B")
    assert (the(s).owner, the(s).acknowledged_by) == ("Trần Thị B", "truc-ban")
    assert [(what, detail) for what, _, detail in history(s)][2:] == [
        ("assigned", {"owner": "Nguyễn Văn A", "due_at": due}),
        ("reported", None),
        ("acknowledged", {"owner": "Trần Thị B"}),
    ]


def test_a_leader_who_has_seen_what_goes_on_stops_nothing(fired):
    s = fired
    assert [act(s, "seen", actor="lanh-dao", operates=False) for _ in range(2)] == [1, 0]
    assert the(s).state is AlertState.FIRING
    assert history(s)[-1] == ("seen", "lanh-dao", None)
