"""Acts on alerts by the API: one or many as one, for whom, with what, and what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import force_setattr

from ioc.config.alerting import AlertOptions
from ioc.core.model import SourceKey
from ioc.platform.db import Database
from ioc.platform.db.tables import alert, alert_entry, audit
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, raise_alert

HOUR = 3_600_000
LATER = "2026-11-21T12:30:00+07:00"  # two and a half hours ahead


def do(province: Province, alert_id: int, action: str, who: str = "operator", **body: Any) -> Any:
    return province.post(f"/api/v1/alerts/{alert_id}/{action}", who, body)


def bulk(province: Province, ids: list[int], action: str, who: str = "operator", **body: Any) -> Any:
    return province.post("/api/v1/alerts/bulk", who, {"ids": ids, "action": action, **body})


def many(province: Province, n: int, **values: Any) -> list[int]:
    """Alerts of as many kiosks."""
    when = {"since": SATURDAY, "fired_at": SATURDAY, "open": True}
    what = {"rule": "gone", "severity": "critical", "state": "firing", "title": "alert.offline", "params": {}}
    rows = [
        {**what, **when, "org": NORTH, "kind": "queue", "fingerprint": f"gone|{i}", "source": f"k{i}", **values}
        for i in range(n)
    ]
    with province.db.write() as conn:
        conn.execute(sa.insert(alert), rows)
        return list(conn.scalars(sa.select(alert.c.id).order_by(alert.c.id)))


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """What is executed inside."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)


def test_who_takes_an_alert_has_it_for_as_long_as_its_severity_allows(province: Province) -> None:
    taken = do(province, raise_alert(province, KIOSKS[NORTH]), "acknowledge").json
    assert (taken["state"], taken["owner"], taken["acknowledged_by"]) == ("acknowledged", "operator", "operator")
    assert taken["acknowledged_until"] == "2026-11-21T11:00:00+07:00"
    grave = raise_alert(province, KIOSKS[SOUTH], severity="warning")
    assert (
        do(province, grave, "acknowledge", owner="Lý A Sùng").json["acknowledged_until"] == "2026-11-21T18:00:00+07:00"
    )
    assert province.get(f"/api/v1/alerts/{grave}").json["owner"] == "Lý A Sùng"


def test_an_appointment_is_kept_and_shown_in_the_history(province: Province) -> None:
    one = raise_alert(province, KIOSKS[NORTH])
    for _ in range(2):
        answer = do(province, one, "acknowledge", until=LATER, comment="chờ đơn vị ngoài").json
    assert (answer["acknowledged_until"], len(answer["history"])) == (LATER, 1)
    assert answer["history"][0]["detail"] == {"owner": "operator", "until": LATER}
    late = do(province, one, "acknowledge", until="2026-11-21T18:00:01+07:00")
    assert (late.status_code, late.json["error"]["code"]) == (422, "invalid_value")
    assert "8" in late.json["error"]["message"]


@pytest.mark.parametrize(
    ("action", "body", "state"),
    [
        ("acknowledge", {}, "acknowledged"),
        ("assign", {"owner": "lan", "due_at": "2026-11-23"}, "firing"),
        ("comment", {"comment": "đang xem"}, "firing"),
        ("seen", {}, "firing"),
        ("remind", {}, "firing"),
        ("confirm", {}, "acknowledged"),
        ("result", {"text": "đã thay nguồn"}, "firing"),
        ("shelve", {"until": LATER}, "shelved"),
        ("unshelve", {}, "firing"),
        ("close", {"comment": "máy dự phòng"}, "closed"),
        ("noise", {"reason": "ngắt điện mỗi tối"}, "closed"),
    ],
)
def test_each_act_can_be_sent_twice_and_is_written_once(
    province: Province, action: str, body: dict[str, Any], state: str
) -> None:
    one = raise_alert(province, KIOSKS[NORTH])
    if action == "unshelve":
        do(province, one, "shelve")
    first, second = (do(province, one, action, **body) for _ in range(2))
    assert (first.status_code, first.json["state"]) == (200, state), first.json
    assert second.json == first.json
    with province.db.read() as conn:
        entries = sa.select(sa.func.count()).select_from(alert_entry)
        written = (conn.scalar(entries), conn.scalar(sa.select(sa.func.count()).select_from(audit)))
    assert written[0] == 1 + (action == "unshelve")
    assert province.get("/api/v1/audit").json["items"][0]["action"] == f"alert.{first.json['history'][-1]['what']}"


def test_a_report_to_leaders_needs_somebody_named_and_is_the_operators(province: Province) -> None:
    one = raise_alert(province, KIOSKS[NORTH])
    refused = do(province, one, "escalate")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "no_leaders")
    assert do(province, one, "escalate", "leader").status_code == 403
    force_setattr(province.site.context.settings, "alerts", AlertOptions(leaders=("lanh-dao",)))
    reported = do(province, one, "escalate").json
    assert (reported["state"], reported["history"][-1]["what"]) == ("firing", "escalated")


def test_the_five_of_every_alert_are_set_and_shown(province: Province) -> None:
    one = raise_alert(province, KIOSKS[NORTH])
    do(province, one, "assign", "leader", owner="lan", due_at="2026-11-21T17:00:00+07:00")
    do(province, one, "result", text="đã thay nguồn")
    (item,) = province.get("/api/v1/alerts").json["items"]
    assert (item["owner"], item["due_at"], item["result"]) == ("lan", "2026-11-21T17:00:00+07:00", "đã thay nguồn")
    assert {"title", "accountable"} <= item.keys()


def test_a_day_as_due_time_means_its_end(province: Province) -> None:
    one = raise_alert(province, KIOSKS[NORTH])
    assert do(province, one, "assign", owner="lan", due_at="2026-11-23").json["due_at"] == "2026-11-24T00:00:00+07:00"


def test_a_leader_gives_reminds_and_sees_but_does_not_take(province: Province) -> None:
    one = raise_alert(province, KIOSKS[NORTH])
    for action, body in (("seen", {}), ("remind", {}), ("assign", {"owner": "mai"})):
        assert do(province, one, action, "leader", **body).status_code == 200
    bad = {"until": "hôm nào đó", "comment": ""}
    for action in ("acknowledge", "comment", "confirm", "result", "shelve", "unshelve", "close", "noise"):
        refused = do(province, one, action, "leader", **bad)
        assert (refused.status_code, refused.json["error"]["code"]) == (403, "forbidden"), action
        assert bulk(province, [one], action, "leader", comment="thôi").status_code == 403
    assert do(province, one, "acknowledge", "wall").status_code == 403


def test_who_an_alert_was_given_to_may_take_it(province: Province) -> None:
    one, other = raise_alert(province, KIOSKS[NORTH]), raise_alert(province, KIOSKS[SOUTH])
    do(province, one, "assign", owner="leader")
    assert do(province, one, "acknowledge", "leader").json["owner"] == "leader"
    assert do(province, other, "acknowledge", "leader").status_code == 403
    assert bulk(province, [one, other], "acknowledge", "leader").status_code == 403


def test_many_as_one_or_none(province: Province) -> None:
    ids = many(province, 3)
    waiting = raise_alert(province, KIOSKS[NORTH], state="pending", fired_at=None)
    for others, status in (([waiting], 409), ([999_999], 404)):
        assert bulk(province, [*ids, *others], "acknowledge").status_code == status
    elsewhere = raise_alert(province, KIOSKS[SOUTH])
    assert bulk(province, [*ids, elsewhere], "acknowledge", "operator-north").status_code == 404
    assert province.get("/api/v1/alerts?state=acknowledged").json["total"] == 0
    assert bulk(province, ids[:1], "acknowledge").json == {"changed": 1}
    assert bulk(province, ids, "acknowledge", comment="đã cử người").json == {"changed": 3}, "a comment is news too"
    assert bulk(province, ids, "acknowledge", comment="đã cử người").json == {"changed": 0}
    for body in ({"ids": [], "action": "seen"}, {"ids": ids, "action": "delete"}, {"ids": ids}):
        assert province.post("/api/v1/alerts/bulk", "operator", body).status_code == 422
    assert bulk(province, ids, "seen", until=LATER).status_code == 422


def test_a_night_of_recoveries_is_seen_with_one_action(province: Province) -> None:
    ids = many(province, 45, state="resolved_unseen", open=False, ended_at=SATURDAY)
    assert bulk(province, ids, "seen", "leader").json == {"changed": 45}
    assert province.get("/api/v1/alerts?state=resolved_unseen").json["total"] == 0
    rows = province.get("/api/v1/audit?per_page=100").json["items"]
    assert {(row["action"], row["actor"]) for row in rows if row["subject"] in map(str, ids)} == {
        ("alert.seen", "leader")
    }
    assert len([row for row in rows if row["action"] == "alert.seen"]) == 45


def test_five_hundred_cost_as_many_statements_as_five(province: Province) -> None:
    ids = many(province, 500)
    counted = []
    for some in (ids[:5], ids[5:]):
        with statements(province.db) as seen:
            assert bulk(province, some, "acknowledge", comment="đã báo nhà mạng").json == {"changed": len(some)}
        assert len([text for text in seen if text.startswith("BEGIN")]) <= 3
        counted.append(len([text for text in seen if "alert" in text or "audit" in text]))
    assert counted[0] == counted[1]


def test_the_list_puts_first_what_is_grave_and_nobody_has(province: Province) -> None:
    old, new = SATURDAY - 2 * HOUR, SATURDAY - HOUR
    rows = [
        ("firing", "warning", old),
        ("acknowledged", "critical", old),
        ("firing", "critical", new),
        ("resolved_unseen", "critical", old),
        ("firing", "critical", old),
        ("shelved", "critical", new),
    ]
    made = [
        raise_alert(province, SourceKey(NORTH, "queue", f"k{n}"), state=state, severity=severity, fired_at=at)
        for n, (state, severity, at) in enumerate(rows)
    ]
    items = province.get("/api/v1/alerts?sort=urgency").json["items"]
    assert [item["id"] for item in items] == [made[place] for place in (4, 2, 0, 1, 5, 3)]
    assert [item["id"] for item in province.get("/api/v1/alerts").json["items"]][-1] in (
        made[0],
        made[1],
        made[3],
        made[4],
    )
    refused = province.get("/api/v1/alerts?sort=mood")
    assert (refused.status_code, "newest, urgency" in refused.json["error"]["message"]) == (422, True)


def test_noise_is_counted_against_its_rule_of_all_that_fired(province: Province) -> None:
    ids = many(province, 3)
    do(province, ids[0], "noise", reason="ngắt điện mỗi tối")
    many(province, 1, fingerprint="long ago", fired_at=SATURDAY - 31 * 24 * HOUR, noise="cũ")
    (rule,) = province.get("/api/v1/rules").json["items"]
    assert (rule["noise"]["value"], rule["noise"]["of"], rule["noise"]["days"]) == (1, 3, 30)


def test_the_list_is_filtered_by_the_states_of_mutes(province: Province) -> None:
    one = raise_alert(province, KIOSKS[NORTH])
    do(province, one, "shelve", until=LATER)
    (item,) = province.get("/api/v1/alerts?state=shelved,out_of_service").json["items"]
    assert (item["id"], item["shelved_until"], item["held_by"]) == (one, LATER, "shelved:operator")
