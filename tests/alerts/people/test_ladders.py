"""Ladders: step after step until somebody acts, in the time of the clock or of the org, by the rota of the instant."""

from datetime import date

import sqlalchemy as sa

from alerts.model import AlertState
from ioc.platform.db.tables import alert, notification
from tests.alerts.conftest import ms

PEOPLE = """
[alerts]
startup_grace_s = 0
group_wait_s = 0
[[channel]]
name = "mail"
kind = "pocket"
[[receiver]]
name = "lan"
email = ["lan@example.vn"]
[[receiver]]
name = "hung"
email = ["hung@example.vn"]
[[receiver]]
name = "hoa"
email = ["hoa@example.vn"]
[[receiver]]
name = "dien-thoai"
phone = ["0912345678"]
[[rule]]
id = "offline"
kind = "offline"
severity = "critical"
hold_s = 0
hours = "always"
"""
LADDER = """
[[escalation]]
name = "su-co"
clock = "{clock}"
repeat_min = 30
steps = [
  {{ after_min = 0, receivers = ["lan"], channels = ["mail"] }},
  {{ after_min = {second}, receivers = ["{who}"], channels = ["mail"], keep = {keep} }},
]
[[route]]
name = "gat"
escalation = "su-co"
"""


def ladder(clock="always", second=15, who="hung", keep="false"):
    return LADDER.format(clock=clock, second=second, who=who, keep=keep)


def told(s):
    """Whom, what and when, in order."""
    with s.db.read() as conn:
        n = notification.c
        rows = conn.execute(sa.select(n.receiver, n.what, n.created_at, n.step).order_by(n.id)).all()
    return [(who, str(what), at, step) for who, what, at, step in rows]


def short(s):
    return [(who, what, step) for who, what, _at, step in told(s)]


def acknowledge(s, **values):
    acknowledged = {"state": AlertState.ACKNOWLEDGED, "acknowledged_at": s.clock.now_ms(), **values}
    with s.db.write() as conn:
        conn.execute(sa.update(alert).where(alert.c.state == AlertState.FIRING).values(acknowledged))


def fail(s, path="xm/service/mot-cua", **options):
    key = s.add(path, **options)
    s.leaves(key)
    s.tick()
    s.run(2)
    return key


def test_each_step_is_told_in_its_time_and_the_last_again_and_again(stage):
    s = stage(ladder(), PEOPLE)
    fail(s)
    began = told(s)[0][2]
    s.run(76 * 60, 10)
    minutes = [(who, what, round((at - began) / 60_000)) for who, what, at, _step in told(s)]
    assert minutes == [("lan", "firing", 0), ("hung", "firing", 15), ("hung", "reminder", 45), ("hung", "reminder", 75)]


def test_it_rests_once_somebody_took_it_and_goes_on_where_it_stood(stage):
    s = stage(ladder(), PEOPLE)
    fail(s)
    s.run(10 * 60, 10)
    acknowledge(s)
    s.run(60 * 60, 30)
    assert short(s) == [("lan", "firing", 1)]
    with s.db.write() as conn:
        conn.execute(sa.update(alert).values(state=AlertState.FIRING))
    s.run(4 * 60, 10)
    assert short(s) == [("lan", "firing", 1)], "five minutes were left"
    s.run(90, 10)
    assert short(s) == [("lan", "firing", 1), ("hung", "firing", 2)]


def test_an_acknowledgement_that_ran_out_makes_the_next_step_due_at_once(stage):
    s = stage(ladder(second=120), PEOPLE)
    fail(s)
    acknowledge(s)
    s.run(60, 10)
    with s.db.write() as conn:
        conn.execute(sa.update(alert).values(state=AlertState.FIRING, level=1))
    s.run(2)
    assert short(s) == [("lan", "firing", 1), ("hung", "firing", 2)]


def test_a_step_that_is_kept_is_told_though_somebody_took_it(stage):
    s = stage(ladder(keep="true"), PEOPLE)
    fail(s)
    acknowledge(s)
    s.run(16 * 60, 20)
    assert short(s) == [("lan", "firing", 1), ("hung", "firing", 2)]


def test_a_step_that_reaches_nobody_is_skipped_at_once(stage):
    steps = ladder().replace('receivers = ["lan"]', 'receivers = ["truc"]')
    rota = '[[rota]]\nname = "truc"\npart_time = true\n' \
           'shifts = [{ days = "mon-fri", hours = "01:00-02:00", who = ["lan"] }]\n'  # fmt: skip
    s = stage(rota + steps, PEOPLE)
    fail(s)
    assert short(s) == [("hung", "firing", 2)]


def test_everybody_who_was_told_is_told_the_end_and_the_ladder_with_it(stage):
    s = stage(ladder(), PEOPLE)
    key = fail(s)
    s.run(16 * 60, 10)
    s.returns(key)
    s.run(30)
    s.run(60 * 60, 30, each=lambda: s.returns(key))
    assert short(s) == [
        ("lan", "firing", 1), ("hung", "firing", 2), ("lan", "resolved", None), ("hung", "resolved", None)
    ]  # fmt: skip


def test_who_is_on_duty_at_the_instant_is_told(stage):
    rota = (
        '[[rota]]\nname = "truc"\norg = "hg"\n'
        'shifts = [{ days = "mon-sun", hours = "07:00-09:10", who = ["hung"] },'
        ' { days = "mon-sun", hours = "09:10-07:00", who = ["hoa"] }]\n'
    )
    s = stage(rota + ladder(who="truc"), PEOPLE)
    fail(s)
    s.run(16 * 60, 10)
    assert short(s) == [("lan", "firing", 1), ("hoa", "firing", 2)]
    with s.db.read() as conn:
        row = conn.execute(sa.select(notification).order_by(notification.c.id.desc())).mappings().first()
    assert (row["route"], row["escalation"], row["rota"], row["incident_id"]) == ("gat", "su-co", "truc", 1)


def test_over_tet_the_second_level_hears_when_its_working_time_has_passed(stage):
    """Tết 2027 is off from Thursday 4 to Wednesday 10 February (five days around the first, and Saturday).

    It begins on Wednesday 3 February at 16:30: half an hour until 17:00; then Thursday 11 February from 07:30 on:
    half an hour more of sixty minutes is 08:00.
    """
    s = stage(ladder("working", 60), PEOPLE, at="2027-02-03 16:30")
    fail(s)
    assert s.world.inventory.calendar("xm").is_working_day(date(2027, 2, 11))
    began = told(s)[0][2]
    s.until("2027-02-11 07:30", 3600)
    s.until("2027-02-11 07:59", 20)
    assert short(s) == [("lan", "firing", 1)]
    s.until("2027-02-11 08:01", 5)
    who, what, at, step = told(s)[-1]
    assert (who, what, step) == ("hung", "firing", 2)
    assert 0 <= at - (ms("2027-02-11 08:00") + began - ms("2027-02-03 16:30")) <= 5_000


def test_the_clock_goes_on_over_tet_where_it_is_told_to(stage):
    s = stage(ladder("always", 60), PEOPLE, at="2027-02-03 16:30")
    fail(s)
    s.run(61 * 60, 30)
    assert short(s) == [("lan", "firing", 1), ("hung", "firing", 2)]


def test_a_restart_repeats_nothing_and_forgets_nothing(stage):
    s = stage(ladder(), PEOPLE)
    fail(s)
    for _ in range(5):
        s.run(150, 10)
        s.start()
    s.run(170, 10)
    assert short(s) == [("lan", "firing", 1), ("hung", "firing", 2)]


def test_routes_by_kind_rule_and_hours(stage):
    routes = """
[[route]]
name = "mang"
kind = ["link"]
receivers = ["lan"]
channels = ["mail"]
[[route]]
name = "dem"
hours = "18:00-06:00"
receivers = ["hoa"]
channels = ["mail"]
[[route]]
name = "con-lai"
rule = ["offline"]
receivers = ["hung"]
channels = ["mail"]
"""
    s = stage(routes, PEOPLE)
    fail(s, "xm/link/cap")
    fail(s, "mv/service/mot-cua")
    s.until("2026-11-20 19:00", 600)
    fail(s, "hg/service/portal")
    assert [who for who, *_ in told(s)] == ["lan", "hung", "hoa"]


def test_a_person_on_two_routes_gets_one_message_at_a_time(stage):
    other = '[[route]]\nname = "khac"\nreceivers = ["lan"]\nchannels = ["mail"]\ncontinue = true\n'
    s = stage(other + ladder(), PEOPLE)
    fail(s)
    assert [(who, what) for who, what, *_ in told(s)] == [("lan", "firing")]


def test_a_chain_goes_from_channel_to_channel_and_then_to_the_next_person(stage):
    chained = ladder().replace(
        'receivers = ["lan"], channels = ["mail"]', 'receivers = ["lan"], fallback = ["mail", "tin"]'
    )
    second = PEOPLE.replace("[[receiver]]", '[[channel]]\nname = "tin"\nkind = "pocket"\n[[receiver]]', 1)
    s = stage(chained, second)
    fail(s)
    with s.db.read() as conn:
        row = conn.execute(sa.select(notification.c.channel, notification.c.fallback)).one()
    assert row.channel == "mail"
    assert [(to["receiver"], to["channel"]) for to in row.fallback] == [("lan", "tin"), ("hung", "mail")]
