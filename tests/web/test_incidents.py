"""Incidents by the API: what is affected, how long it took, what helped last time, and who may see which."""

from typing import Any

import pytest
import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.platform.db.tables import alert, incident
from tests.alerts.acts import act
from tests.web.conftest import NORTH, SOUTH, Province, begin_incident, raise_alert

INCIDENTS = "/api/v1/incidents"
LINE = SourceKey(SOUTH, "link", "cap-1")
POINTS = [SourceKey("hg.dong-van.lung-cu", "vc", "cau-1"), SourceKey(SOUTH, "vc", "cau-2")]
HELD = {"state": "suppressed", "held_by": f"source:{LINE}", "fired_at": None}


def cut(province: Province, **values: Any) -> int:
    """A line that is down, with what hangs on it."""
    number = begin_incident(province, LINE, **values)
    cause = raise_alert(province, LINE, incident_id=number)
    for point in POINTS:
        raise_alert(province, point, incident_id=number, **HELD)
    with province.db.write() as conn:
        conn.execute(sa.update(incident).where(incident.c.id == number).values(cause_alert=cause))
    return number


def test_one_has_the_shape_of_the_contract(province: Province) -> None:
    number = cut(province)
    (item,) = province.get(INCIDENTS).json["items"]
    assert item["id"] == number
    assert item["title"] == f"link {SOUTH}: Mất kết nối"
    assert item["cause"] | {"alert": 1, "org": SOUTH, "source": "cap-1"} == item["cause"]
    assert (item["state"], item["severity"], item["alerts"]) == ("open", "critical", 3)
    assert [(row["org"], row["n"], row["of"]) for row in item["affected"]] == [
        ("hg.bac-quang", 1, 1), ("hg.dong-van.lung-cu", 1, 1)
    ]  # fmt: skip
    assert (item["detect_s"], item["acknowledge_s"], item["recover_s"]) == (0, None, None)


def test_the_whole_has_its_alerts_and_what_holds_them_back(province: Province) -> None:
    whole = province.get(f"{INCIDENTS}/{cut(province)}").json
    assert [(row["state"], row["held_by"], row["incident"]) for row in whole["alerts"]] == [
        ("firing", None, 1), ("suppressed", f"source:{LINE}", 1), ("suppressed", f"source:{LINE}", 1)
    ]  # fmt: skip
    assert whole["last_time"] is None
    assert province.get(f"{INCIDENTS}/99").json["error"]["code"] == "unknown_incident"


def test_to_take_its_alert_takes_it_and_how_long_that_took_is_told(province: Province) -> None:
    number = cut(province)
    province.clock.advance(90)
    province.post("/api/v1/alerts/1/acknowledge", "operator")
    whole = province.get(f"{INCIDENTS}/{number}").json
    assert (whole["state"], whole["owner"], whole["acknowledge_s"]) == ("taken", "operator", 90)
    assert [entry["what"] for entry in whole["log"]] == ["acknowledged"]
    assert province.get(f"{INCIDENTS}?state=taken").json["total"] == 1
    assert province.get(f"{INCIDENTS}?state=open,over").json["total"] == 0
    assert province.get(f"{INCIDENTS}?state=asleep").status_code == 422


def test_what_helped_last_time_is_told(province: Province) -> None:
    former = cut(province, state="over", open=False, ended_at=province.clock.now_ms() + 600_000, owner="mai")
    with province.db.write() as conn:
        conn.execute(sa.update(alert).values(open=False, state="resolved", result="Hàn lại cáp tại km 12"))
    act(province.db, "comment", 1, actor="mai", now=province.clock.now_ms(), comment="gọi nhà mạng")
    last = province.get(f"{INCIDENTS}/{cut(province)}").json["last_time"]
    assert (last["id"], last["owner"], last["recover_s"]) == (former, "mai", 600)
    assert (last["results"], last["comments"]) == (["Hàn lại cáp tại km 12"], ["gọi nhà mạng"])


def test_a_district_sees_its_part_of_what_hit_it(province: Province) -> None:
    number = cut(province)
    item = province.get(INCIDENTS, "leader-north").json["items"][0]
    assert (item["id"], item["alerts"]) == (number, 1)
    assert [row["org"] for row in item["affected"]] == ["hg.dong-van.lung-cu"]
    whole = province.get(f"{INCIDENTS}/{number}", "leader-north").json
    assert [row["org"] for row in whole["alerts"]] == ["hg.dong-van.lung-cu"]
    assert province.get(f"{INCIDENTS}?org={NORTH}").json["total"] == 1
    assert province.get(f"{INCIDENTS}?org={SOUTH}", "leader-north").status_code == 404


@pytest.mark.parametrize("key", [SourceKey("hg", "service", "portal"), LINE])
def test_what_is_elsewhere_it_does_not_see(province: Province, key: SourceKey) -> None:
    number = begin_incident(province, key)
    raise_alert(province, key, incident_id=number)
    assert province.get(INCIDENTS, "leader-north").json["items"] == []
    assert province.get(f"{INCIDENTS}/{number}", "leader-north").status_code == 404


def test_who_takes_it_takes_what_is_loud_and_not_what_the_cause_holds_back(province: Province) -> None:
    number = cut(province)
    taken = province.post(f"{INCIDENTS}/{number}/acknowledge", "operator", {"comment": "đang gọi nhà mạng"}).json
    assert (taken["state"], taken["owner"]) == ("taken", "operator")
    assert [row["state"] for row in taken["alerts"]] == ["acknowledged", "suppressed", "suppressed"]


def test_every_other_act_is_done_to_all_of_it_and_stands_once_in_the_log(province: Province) -> None:
    number = cut(province)
    given = province.post(f"{INCIDENTS}/{number}/assign", "leader", {"owner": "Sở KHCN"}).json
    assert {row["owner"] for row in given["alerts"]} == {"Sở KHCN"}
    said = province.post(f"{INCIDENTS}/{number}/comment", "operator", {"comment": "thợ đã lên đường"}).json
    assert [entry["what"] for entry in said["log"]] == ["assigned", "commented"]
    refused = province.post(f"{INCIDENTS}/{number}/close", "operator")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "close_unexplained")
    closed = province.post(f"{INCIDENTS}/{number}/close", "operator", {"comment": "bảo trì đã báo trước"}).json
    assert (closed["state"], closed["recover_s"]) == ("over", None), "what somebody closed did not recover"
    assert {row["state"] for row in closed["alerts"]} == {"closed"}


def test_one_that_cannot_be_seen_cannot_be_taken(province: Province) -> None:
    number = begin_incident(province, LINE)
    raise_alert(province, LINE, incident_id=number)
    assert province.post(f"{INCIDENTS}/{number}/acknowledge", "operator-north").status_code == 404
    assert province.post(f"{INCIDENTS}/{number}/close", "leader", {"comment": "x"}).status_code == 403
