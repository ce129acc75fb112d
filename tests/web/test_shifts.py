"""A shared desk: who has the shift signs with a PIN, and what is done there bears that name."""

from typing import Any

import pytest

from tests.web.conftest import KIOSKS, NORTH, Province, raise_alert

SHIFTS = "/api/v1/shifts"
LAN, HUNG = {"person": "truc-sang", "pin": "2468"}, {"person": "truc-toi", "pin": "13579"}


@pytest.fixture(autouse=True)
def pins(province: Province) -> None:
    for n, who in enumerate((LAN, HUNG)):
        receiver = {"name": who["person"], "phone": [f"091234567{n}"]}
        assert province.post("/api/v1/receivers", json=receiver).status_code == 200
        assert province.post(f"/api/v1/receivers/{who['person']}/pin", json={"pin": who["pin"]}).status_code == 204


def current(province: Province) -> Any:
    return province.get(f"{SHIFTS}/current", "operator").json["shift"]


def test_an_act_bears_the_name_of_who_has_the_shift(province: Province) -> None:
    alert = raise_alert(province, KIOSKS[NORTH])
    province.post(f"/api/v1/alerts/{alert}/comment", "operator", {"comment": "trước ca"})
    assert province.post(SHIFTS, "operator", LAN).status_code == 201
    province.post(f"/api/v1/alerts/{alert}/comment", "operator", {"comment": "trong ca"})
    said = {entry["comment"]: entry["actor"] for entry in province.get(f"/api/v1/alerts/{alert}").json["history"]}
    assert (said["trước ca"], said["trong ca"]) == ("operator", LAN["person"])


def test_a_hand_over_is_signed_by_both(province: Province) -> None:
    province.post(SHIFTS, "operator", LAN)
    taken = province.post(SHIFTS, "operator", HUNG | {"giver_pin": LAN["pin"], "notes": "còn 1 tuyến chờ VNPT"}).json
    assert (taken["person"], taken["given_by"], taken["signed"]) == (HUNG["person"], LAN["person"], True)
    log = province.get(SHIFTS, "leader").json["items"]
    assert [(row["person"], row["ended_at"] is None) for row in log] == [(HUNG["person"], True), (LAN["person"], False)]


def test_who_has_left_cannot_be_signed_for(province: Province) -> None:
    province.post(SHIFTS, "operator", LAN)
    wrong = province.post(SHIFTS, "operator", HUNG | {"giver_pin": "0000"})
    assert (wrong.status_code, wrong.json["error"]["code"]) == (403, "wrong_pin")
    assert current(province)["person"] == LAN["person"], "nothing changed"
    taken = province.post(SHIFTS, "operator", HUNG).json
    assert (taken["signed"], current(province)["person"]) == (False, HUNG["person"])


@pytest.mark.parametrize("who", [LAN | {"pin": "9999"}, {"person": "khong-co", "pin": "2468"}])
def test_a_wrong_pin_and_an_unknown_person_get_the_same_answer(province: Province, who: dict[str, str]) -> None:
    answer = province.post(SHIFTS, "operator", who)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "wrong_pin")
    assert current(province) is None


def test_guessing_a_pin_is_braked(province: Province) -> None:
    answers = [province.post(SHIFTS, "operator", LAN | {"pin": f"{n:04}"}).status_code for n in range(7)]
    assert answers[-1] == 429
    assert set(answers[:5]) == {403}


def test_taking_it_twice_changes_nothing(province: Province) -> None:
    first, second = (province.post(SHIFTS, "operator", LAN).json for _ in range(2))
    assert first == second


def test_a_shift_ends_without_a_successor(province: Province) -> None:
    assert province.post(f"{SHIFTS}/end", "operator", {"pin": LAN["pin"]}).json["error"]["code"] == "no_shift"
    province.post(SHIFTS, "operator", LAN)
    assert province.post(f"{SHIFTS}/end", "operator", {"pin": HUNG["pin"]}).status_code == 403
    assert province.post(f"{SHIFTS}/end", "operator", {"pin": LAN["pin"]}).json["ended_at"] is not None
    assert current(province) is None


def test_a_shift_that_nobody_ended_bears_no_name_the_next_day(province: Province) -> None:
    province.post(SHIFTS, "operator", LAN)
    province.clock.advance(16 * 3600 + 1)
    assert current(province) is None


def test_only_somebody_who_is_told_may_have_one(province: Province) -> None:
    answer = province.post("/api/v1/receivers/khong-co/pin", json={"pin": "2468"})
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "unknown_entry")


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", ""])
def test_a_pin_has_four_to_eight_digits(province: Province, pin: str) -> None:
    answer = province.post(f"/api/v1/receivers/{LAN['person']}/pin", json={"pin": pin})
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "bad_pin")
