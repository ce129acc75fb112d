"""Readiness and the sheet of a shift, as the API answers them."""

import tomllib

import pytest

from alerts.configured import seed
from ioc import bootstrap
from ioc.core.model import SourceKey
from tests.web.conftest import KIOSKS, NORTH, Province, add_source, raise_alert

PEOPLE = """
data_dir = "unused"
[[channel]]
name = "sms"
kind = "sms_http"
url = "http://127.0.0.1:9/"
body = "{phone} {text}"
[[receiver]]
name = "truc-ban"
phone = ["0912345678"]
[[receiver]]
name = "khong-may"
email = ["a@example.vn"]
[[rota]]
name = "truc-ioc"
org = "hg"
shifts = [ { days = "mon-sun", hours = "00:00-24:00", who = ["truc-ban"] } ]
[[route]]
name = "bac"
org = "hg.dong-van"
receivers = ["truc-ioc"]
channels = ["sms"]
"""


@pytest.fixture(autouse=True)
def people(province: Province) -> None:
    settings = bootstrap.parse_settings(tomllib.loads(PEOPLE), "test")
    seed.sync(province.db, settings, province.clock.now_ms())


def test_each_org_says_who_would_be_told(province: Province) -> None:
    answer = province.get("/api/v1/readiness", "leader").json
    by_org = {(row["org"], row["severity"]): row for row in answer["items"]}
    assert len(by_org) == answer["total"] == 10
    north = by_org[NORTH, "critical"]
    assert (north["ready"], north["uncovered"], north["gaps"]) == (True, [], [])
    (line,) = north["now"]
    assert (line["receiver"], line["persons"], line["channels"]) == ("truc-ioc", ["truc-ban"], ["sms"])
    assert (line["reachable"], line["why"], line["kinds"]) == (True, None, ["", "queue"])
    assert by_org["hg", "critical"]["ready"] is False
    assert by_org["hg", "critical"]["uncovered"] == ["", "service"]


def test_a_person_without_an_address_is_named_with_the_reason(province: Province) -> None:
    morning = '"00:00-08:00", who = ["truc-ban"] }, { days = "mon-sun", hours = "08:00-24:00", who = ["khong-may"]'
    text = PEOPLE.replace('"00:00-24:00", who = ["truc-ban"]', morning)
    seed.sync(province.db, bootstrap.parse_settings(tomllib.loads(text), "test"), province.clock.now_ms())
    row = province.get(f"/api/v1/readiness?org={NORTH}").json["items"][0]
    assert (row["ready"], row["now"][0]["reachable"]) == (False, False)
    assert row["now"][0]["why"] == "không có địa chỉ cho các kênh này"
    assert row["gaps"][0]["rota"] == "truc-ioc"


def test_only_of_the_callers_part(province: Province) -> None:
    orgs = {row["org"] for row in province.get("/api/v1/readiness", "leader-north").json["items"]}
    assert orgs == {NORTH, "hg.dong-van.lung-cu"}
    assert province.get("/api/v1/readiness?org=hg", "leader-north").status_code == 404


def test_the_sheet_has_all_that_is_needed_without_the_server(province: Province) -> None:
    add_source(province, SourceKey(NORTH, "link", "cap"), name="Cáp Đồng Văn", contact="VNPT 0800126")
    raise_alert(province, KIOSKS[NORTH])
    page = province.get("/api/v1/shifts/sheet", "operator")
    assert page.content_type == "text/html; charset=utf-8"
    for text in ("Phiếu ca trực", "truc-ban 0912345678", "VNPT 0800126", "Cáp Đồng Văn", "10:00 21/11/2026"):
        assert text in page.text


def test_the_sheet_of_a_neighbour_is_not_given(province: Province) -> None:
    assert province.get("/api/v1/shifts/sheet?org=hg.bac-quang", "operator-north").status_code == 404
    assert "Bắc Quang" not in province.get("/api/v1/shifts/sheet", "operator-north").text
