"""The roll call of a meeting over the API: who is missing, who was confirmed by hand, and by whom it may be."""

from typing import Any

import pytest
import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.platform.db.tables import conference
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province

CALL = "/api/v1/conferences/roll-call"
HERE, GONE = SourceKey("hg.dong-van.lung-cu", "vc", "cau-1"), SourceKey(SOUTH, "vc", "cau-2")
SITE = f"{GONE.org}/{GONE.source}"
MEETING = "giao/ban 1"


@pytest.fixture(autouse=True)
def meeting(province: Province) -> None:
    expected = [f"{key.org}/{key.source}" for key in (HERE, GONE)]
    span = {"starts_at": SATURDAY, "ends_at": SATURDAY + 3_600_000}
    with province.db.write() as conn:
        row = {"org": "hg", "conference_id": MEETING, "title": "Giao ban", "expected": expected, "changed_at": 0}
        conn.execute(sa.insert(conference).values(**row, **span))
    province.say(GONE, registered=False)


def asked(province: Province, who: str = "leader") -> Any:
    return province.get(f"{CALL}?org=hg&conference=giao/ban%201", who)


def confirm(province: Province, who: str = "operator", **more: Any) -> Any:
    return province.post(CALL, who, {"org": "hg", "conference": MEETING, "site": SITE, **more})


def test_it_says_who_is_missing_of_how_many_and_who_vouched_for_whom(province: Province) -> None:
    before = asked(province).json
    assert (before["numerator"], before["denominator"]) == (1, 2)
    assert [(one["site"], one["presence"], one["missing"]) for one in before["sites"]] == [
        ("hg.dong-van.lung-cu/cau-1", "ready", False),
        (SITE, "not_registered", True),
    ]
    after = confirm(province, comment="đã gọi điện").json
    site = after["sites"][1]
    assert (after["numerator"], site["presence"], site["confirmed_by"]) == (2, "confirmed", "operator")
    assert site["comment"] == "đã gọi điện"
    assert confirm(province, confirmed=False).json["numerator"] == 1
    acts = [row["action"] for row in province.get("/api/v1/audit").json["items"]]
    assert acts[:2] == ["site_confirmation_withdrawn", "site_confirmed"]


def test_whom_it_does_not_expect_and_what_is_no_meeting_are_refused(province: Province) -> None:
    strange = confirm(province, site=f"{NORTH}/khong-co")
    assert (strange.status_code, strange.json["error"]["code"]) == (422, "site_not_expected")
    unknown = confirm(province, conference="khong-co")
    assert (unknown.status_code, unknown.json["error"]["code"]) == (404, "unknown_conference")


def test_a_leader_reads_and_another_district_sees_nothing(province: Province) -> None:
    assert confirm(province, "leader").status_code == 403
    assert asked(province, "operator-north").status_code == 404
