"""Drills by the API: who may begin one, and what is refused."""

from typing import Any

import pytest

from tests.web.conftest import KIOSKS, NORTH, SOUTH, Province, raise_alert

DRILLS = "/api/v1/drills"
INVENTED = {"org": NORTH, "what": "Mất điện trung tâm một cửa", "minutes": 5}


def test_it_begins_is_listed_and_ends(province: Province) -> None:
    begun = province.post(DRILLS, "operator", INVENTED)
    assert begun.status_code == 201
    assert begun.json | {"id": 1, "org": NORTH, "running": True, "scenes": 1, "started_by": "operator"} == begun.json
    over = province.post(f"{DRILLS}/1/end", "operator").json
    assert (over["running"], over["ended_by"]) == (False, "operator")
    assert [row["id"] for row in province.get(DRILLS, "leader").json["items"]] == [1]


@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        ({"org": NORTH}, 422, "what"),
        ({"org": NORTH, "what": "x", "incident": 3}, 422, "what"),
        ({"org": NORTH, "what": " "}, 422, "what"),
        ({"org": NORTH, "what": "x" * 121}, 422, "what"),
        (INVENTED | {"minutes": 0}, 422, "minutes"),
        (INVENTED | {"source": "kiosk-1"}, 422, "source"),
        (INVENTED | {"source": f"{NORTH}/queue/khong-co"}, 404, "unknown_source"),
        (INVENTED | {"source": str(KIOSKS[SOUTH])}, 404, "unknown_source"),
        ({"org": "khong-co", "what": "x"}, 404, "unknown_org"),
        ({"org": NORTH, "incident": 7}, 404, "unknown_incident"),
    ],
)
def test_what_cannot_be_played_is_refused(province: Province, body: Any, status: int, name: str) -> None:
    answer = province.post(DRILLS, "operator", body)
    assert answer.status_code == status, answer.json
    assert name in str(answer.json)


def test_an_incident_is_played_again(province: Province) -> None:
    raise_alert(province, KIOSKS[NORTH], incident_id=4)
    assert province.post(DRILLS, "operator", {"org": NORTH, "incident": 4}).json["scenes"] == 1


def test_a_neighbour_neither_begins_nor_ends_it(province: Province) -> None:
    assert province.post(DRILLS, "operator-north", INVENTED | {"org": SOUTH}).status_code == 404
    province.post(DRILLS, "operator", INVENTED | {"org": SOUTH})
    assert province.post(f"{DRILLS}/1/end", "operator-north").status_code == 404
    assert province.get(DRILLS, "operator-north").json["items"] == []


def test_a_leader_only_looks(province: Province) -> None:
    assert province.post(DRILLS, "leader", INVENTED).status_code == 403
