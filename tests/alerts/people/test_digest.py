"""What is overdue is told once each working day in one message, and never one message a dossier."""

import sqlalchemy as sa

from ioc.core.model import Severity
from ioc.platform.db.tables import alert, notification
from tests.alerts.conftest import ms
from tests.alerts.people.test_ladders import PEOPLE

OVERDUE = """
[[rule]]
id = "qua-han"
kind = "dossier_overdue"
[[rule]]
id = "cham"
kind = "threshold"
on = { kind = "service", metric = "latency_ms" }
above = 100
[[route]]
org = "xm"
receivers = ["lan"]
channels = ["mail"]
continue = true
[[route]]
receivers = ["hung"]
channels = ["mail"]
"""


def overdue(s, org, total, rule="qua-han", state="firing"):
    row = {
        "fingerprint": f"{rule}|{org}", "rule": rule, "severity": Severity.WARNING, "state": state, "org": org,
        "title": "alert.dossier_overdue", "params": {"new": total, "total": total, "open": total, "days": 2},
        "since": ms("2026-11-19 10:00"), "fired_at": 1, "open": True,
    }  # fmt: skip
    with s.db.write() as conn:
        conn.execute(sa.insert(alert).values(row))


def digests(s):
    n = notification.c
    with s.db.read() as conn:
        rows = conn.execute(sa.select(n.receiver, n.created_at, n.payload).where(n.what == "digest").order_by(n.id))
        return [(row.receiver, row.created_at, row.payload["total"], row.payload["orgs"]) for row in rows]


def morning(stage, at, until, monkeypatch):
    s = stage(OVERDUE, PEOPLE, at=at)
    monkeypatch.setattr(s.rules["dossier_overdue"], "evaluate", lambda _view, _rule: 1 / 0)  # what is open stays open
    for org, total in (("xm", 3), ("mv", 5)):
        overdue(s, org, total)
    overdue(s, "hg", 9, rule="cham")
    s.until(until, 60)
    return s


def test_at_half_past_seven_everybody_hears_of_what_is_theirs(stage, monkeypatch):
    s = morning(stage, "2026-11-20 07:25", "2026-11-20 08:00", monkeypatch)
    found = digests(s)
    assert [(who, total, orgs) for who, _at, total, orgs in found] == [("lan", 3, 1), ("hung", 8, 2)]
    assert all(ms("2026-11-20 07:30") <= at <= ms("2026-11-20 07:32") for _, at, *_ in found)
    texts = [message for message in s.pocket.messages if "HỒ SƠ QUÁ HẠN" in message.subject]
    assert "8 hồ sơ tại 2 đơn vị" in texts[-1].subject
    assert "Mèo Vạc" in texts[-1].text


def test_once_a_day_also_over_a_restart(stage, monkeypatch):
    s = morning(stage, "2026-11-20 07:25", "2026-11-20 07:40", monkeypatch)
    s.start()
    s.until("2026-11-20 08:30", 60)
    assert len(digests(s)) == 2


def test_not_on_a_day_off_and_not_in_the_afternoon(stage, monkeypatch):
    assert digests(morning(stage, "2026-11-21 07:25", "2026-11-21 08:00", monkeypatch)) == []


def test_what_begins_after_noon_waits_for_the_next_morning(stage, monkeypatch):
    assert digests(morning(stage, "2026-11-20 12:05", "2026-11-20 13:00", monkeypatch)) == []
