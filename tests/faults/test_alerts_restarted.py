"""The role dies while alerts pend, fire, are held back, shelved, acknowledged and mid-ladder: no word of it is heard.

A story of two hours is told twice, with restarts and without; both must come to the same, to the second.
`scripts/long alerts-restarted` kills it fifty times.
"""

import random
from collections import Counter

import sqlalchemy as sa

from alerts.model import AlertState
from alerts.mutes import silences
from alerts.mutes.silences import Silence
from ioc.config.alerting import MuteMatch
from ioc.platform.db.tables import alert, alert_entry, notification
from tests.alerts.acts import act
from tests.alerts.conftest import Stage
from tests.long import size

EACH = 33  # alerts in each of six states
RESTARTS = size("alerts-restarted", 5, 50)
MINUTE = 60_000
STEP_S = 120
STEPS = 60
RULES = """
[alerts.acknowledged_min]
critical = 40
[[rule]]
id = "gone"
kind = "offline"
severity = "critical"
org = "xm"
hold_s = 0
[[rule]]
id = "slow"
kind = "offline"
severity = "critical"
org = "mv"
hold_s = 1800
[[escalation]]
name = "su-co"
steps = [{ after_min = 0, receivers = ["truc-ban"], channels = ["mail"] },
         { after_min = 45, receivers = ["lanh-dao"], channels = ["mail"] }]
[[receiver]]
name = "lanh-dao"
email = ["lanh-dao@example.vn"]
[[route]]
escalation = "su-co"
severity = ["critical"]
"""
GROUPS = ("firing", "acknowledged", "shelved", "silenced", "over", "pending")


def test_the_story_is_the_same_with_restarts_and_without(tmp_path):
    told = {times: story(tmp_path / str(times), times) for times in (0, RESTARTS)}
    messages, states, entries = told[0]
    assert set(states) >= {"pending", "firing", "acknowledged", "shelved", "suppressed", "resolved_unseen"}
    assert len({what for _, what, _ in entries} & {"acknowledgement_ended", "unshelved", "fired", "resolved"}) == 4
    at_once = Counter((receiver, subject, at) for _what, receiver, subject, _state, at in messages)
    assert max(at_once.values()) == 1, "one message of one thing to one person at a time"
    assert Counter(receiver for what, receiver, *_ in messages if what == "firing") == {
        "truc-ban": 7 * EACH,  # what fired, and anew what came off the shelf
        "lanh-dao": 5 * EACH,  # the second step, of all that nobody had
    }
    assert told[RESTARTS] == told[0]


def story(folder, restarts):
    """All messages, the states in the middle, and every transition with its instant."""
    folder.mkdir()
    s = Stage(folder, RULES)
    keys = {group: [s.add(path(group, n), interval_s=36_000) for n in range(EACH)] for group in GROUPS}
    for each in keys.values():
        for key in each:
            s.leaves(key)
    silence(s)
    s.run(30, step=10)
    people(s)
    for key in keys["over"]:
        s.returns(key)
    s.run(30, step=10)
    states = sorted(set(s.states))
    deaths = set(random.Random(5).sample(range(STEPS - 5), restarts))
    for step in range(STEPS):
        if step in deaths:
            s.start()
        else:
            s.clock.advance(7)
        s.run(STEP_S, step=STEP_S)
    found = ledger(s), states, history(s)
    s.db.close()
    return found


def path(group, n):
    return f"{'mv' if group == 'pending' else 'xm'}/{'vc' if group == 'silenced' else 'queue'}/{group}-{n}"


def silence(s):
    now = s.clock.now_ms()
    wanted = Silence(0, MuteMatch(kind="vc"), now, now + 70 * MINUTE, "truc-ban", "thay thiết bị", now)
    with s.db.write() as conn:
        silences.add(conn, wanted, now)


def people(s):
    now = s.clock.now_ms()
    by_group = {group: [a.id for a in s.alerts if (a.source or "").startswith(group)] for group in GROUPS}
    assert act(s.db, "acknowledge", *by_group["acknowledged"], now=now) == EACH
    assert act(s.db, "shelve", *by_group["shelved"], now=now, until=now + 55 * MINUTE) == EACH
    assert {a.state for a in s.alerts if a.id in by_group["pending"]} == {AlertState.PENDING}


def ledger(s):
    n = notification.c
    with s.db.read() as conn:
        rows = conn.execute(sa.select(n.what, n.receiver, n.subject, n.state, n.created_at).order_by(n.id)).all()
    return [tuple(row) for row in rows]


def history(s):
    query = sa.select(alert.c.fingerprint, alert_entry.c.what, alert_entry.c.at).join(
        alert, alert.c.id == alert_entry.c.alert_id
    )
    with s.db.read() as conn:
        return sorted(tuple(row) for row in conn.execute(query))
