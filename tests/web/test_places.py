"""Two communes of one name, told apart wherever a place is named."""

import json
from typing import Any

import pytest

from ioc.core.model import SourceKey
from ioc.platform.db.tables import org
from tests.web.conftest import NORTH, SOUTH, Province, add_source, raise_alert

ABOVE = {NORTH: "Huyện Đồng Văn", SOUTH: "Huyện Bắc Quang"}
PLACES = {f"{district}.ta-lung": above for district, above in ABOVE.items()}


@pytest.fixture
def twins(province: Province) -> Province:
    with province.db.write() as conn:
        rows = [
            {"code": code, "name": "Xã Tả Lủng", "kind": "commune", "parent": code.rpartition(".")[0]}
            for code in PLACES
        ]
        conn.execute(org.insert(), rows)
    for code in PLACES:
        add_source(province, SourceKey(code, "queue", "kiosk"), name="Kiosk xã Tả Lủng")
        raise_alert(province, SourceKey(code, "queue", "kiosk"))
    return province


def told(items: Any) -> dict[str, str | None]:
    rows = items.values() if isinstance(items, dict) else items
    return {row["org"]: row["parent_name"] for row in rows if row["org"] in PLACES}


def payload(province: Province, kind: str, who: str = "admin", **options: Any) -> Any:
    widgets = json.dumps([{"id": "a", "kind": kind, "options": options}])
    answer = province.client().get(
        "/api/v1/live", query_string={"widgets": widgets}, headers={"Authorization": f"Bearer {province.tokens[who]}"}
    )
    return answer.json["items"][0]["payload"]


def test_every_list_has_the_unit_above(twins: Province) -> None:
    assert told(twins.get("/api/v1/alerts").json["items"]) == PLACES
    assert told(twins.get("/api/v1/sources?per_page=100").json["items"]) == PLACES
    assert told(payload(twins, "alert_feed")["alerts"]) == PLACES
    for code, above in PLACES.items():
        assert twins.get(f"/api/v1/sources/{code}/queue/kiosk").json["parent_name"] == above
        assert payload(twins, "queue_board")["centres"][f"{code}/kiosk"]["parent_name"] == above


def test_who_sees_one_district_only_is_not_told_its_name_in_every_line(twins: Province) -> None:
    mine = twins.get("/api/v1/alerts", "admin-north").json["items"]
    assert told(mine) == {f"{NORTH}.ta-lung": None}
    assert told(payload(twins, "alert_feed", org=SOUTH)["alerts"]) == {f"{SOUTH}.ta-lung": None}


def test_the_records_behind_a_figure_have_it(twins: Province) -> None:
    answer = twins.get("/api/v1/explain?widget=queue_board&part=waiting").json
    places = {row["org_name"] for row in answer["rows"] if row["org"] in PLACES}
    assert places == {"Xã Tả Lủng, Đồng Văn", "Xã Tả Lủng, Bắc Quang"}
