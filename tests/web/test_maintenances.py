"""The API of maintenance windows, and sources that are in maintenance: on the walls, in lists, in no denominator."""

from typing import Any

import pytest

from tests.web.conftest import KIOSKS, NORTH, SOUTH, Province, raise_alert
from tests.web.test_silences import add as silence

MAINTENANCES = "/api/v1/maintenances"
NIGHT = {"name": "sao-luu", "match": {"kind": "queue"}, "hours": "22:00-02:00", "days": "sat"}
NOW = NIGHT | {"name": "thay-ups", "match": {"source": "kiosk-1", "org": NORTH}, "hours": "09:00-11:00"}


def put(province: Province, body: dict[str, Any], who: str = "operator") -> Any:
    return province.post(MAINTENANCES, who, body)


def listed(province: Province, who: str = "operator") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = province.get(MAINTENANCES, who).json["items"]
    return items


def delete(province: Province, name: str, who: str = "operator") -> Any:
    bearer = {"Authorization": f"Bearer {province.tokens[who]}"}
    return province.client().delete(f"{MAINTENANCES}/{name}", headers=bearer)


def healths(province: Province) -> dict[str, str]:
    items = province.get("/api/v1/sources?kind=queue").json["items"]
    return {item["org"]: item["health"] for item in items}


def test_the_next_window_of_one_that_is_not_open(province: Province) -> None:
    made = put(province, NIGHT)
    assert made.status_code == 201
    assert made.json == listed(province)[0]
    assert made.json | {"yours": True} == NIGHT | {
        "state": "pending", "starts_at": "2026-11-21T22:00:00+07:00", "ends_at": "2026-11-22T02:00:00+07:00",
        "muted": 0, "yours": True,
    }  # fmt: skip


def test_one_that_is_open_says_until_when_and_what_it_holds_back(province: Province) -> None:
    put(province, NOW)
    raise_alert(province, KIOSKS[NORTH], state="out_of_service", held_by="maintenance:thay-ups")
    raise_alert(province, KIOSKS[SOUTH], state="suppressed", held_by="source:x")
    shown = listed(province)[0]
    assert (shown["state"], shown["ends_at"], shown["muted"]) == ("active", "2026-11-21T11:00:00+07:00", 1)


def test_the_same_name_replaces_it_and_it_can_be_taken_away(province: Province) -> None:
    put(province, NIGHT)
    put(province, NIGHT | {"days": "1,15"})
    assert [one["days"] for one in listed(province)] == ["1,15"]
    assert delete(province, "sao-luu").status_code == 204
    assert listed(province) == []
    assert delete(province, "sao-luu").json["error"]["code"] == "unknown_entry"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"days": "fryday"}, "fryday"),
        ({"hours": "office"}, "HH:MM-HH:MM"),
        ({"match": {}}, "match"),
        ({"match": {"rule": "gone-for-good"}}, "match.rule"),
        ({"match": {"source": "kiosk-9"}}, "match.source"),
        ({"name": "sao lưu"}, "name"),
        ({"until": "2027"}, "until"),
    ],
)
def test_what_cannot_be_is_refused_with_the_key(province: Province, body: dict[str, Any], told: str) -> None:
    answer = put(province, NIGHT | body)
    assert answer.status_code == 422
    assert told in str(answer.json["error"])
    assert listed(province) == []


def test_who_is_bound_changes_his_own_part_only(province: Province) -> None:
    assert put(province, NIGHT, "operator-north").json["match"] == {"org": NORTH, "kind": "queue"}
    put(province, NOW | {"match": {"kind": "queue"}})
    assert [(one["name"], one["yours"]) for one in listed(province, "operator-north")] == [
        ("sao-luu", True), ("thay-ups", False),
    ]  # fmt: skip
    assert put(province, NOW, "operator-north").status_code == 403
    assert delete(province, "thay-ups", "operator-north").status_code == 403
    assert put(province, NIGHT, "leader").status_code == 403


def test_a_source_in_its_window_is_in_maintenance_and_in_no_denominator(province: Province) -> None:
    before = province.get(f"/api/v1/orgs/{NORTH}").json
    put(province, NOW)
    province.reload()
    assert healths(province) == {NORTH: "maintenance", SOUTH: "ok"}
    after = province.get(f"/api/v1/orgs/{NORTH}").json
    assert (before["reporting"]["expected"], after["reporting"]["expected"]) == (2, 1)
    assert after["counts"]["maintenance"] == 1
    one = province.get(f"/api/v1/sources/{NORTH}/queue/kiosk-1").json
    assert (one["health"], one["metrics"]["waiting"], one["current"]) == ("maintenance", 3, True)
    province.clock.advance(3_600)
    province.reload()
    assert healths(province)[NORTH] != "maintenance"


def test_a_silence_that_names_a_source_is_maintenance_and_one_that_only_quiets_is_not(province: Province) -> None:
    for match in ({"org": "hg"}, {"kind": "queue"}, {"source": "kiosk-1", "severity": "warning"}):
        silence(province, match=match)
    province.reload()
    assert set(healths(province).values()) == {"ok"}
    silence(province, match={"org": SOUTH, "source": "kiosk-1"})
    province.reload()
    assert healths(province) == {NORTH: "ok", SOUTH: "maintenance"}
