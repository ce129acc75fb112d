"""A display comes in by a code that somebody with the right reads from it; the code alone opens nothing."""

import sqlalchemy as sa

from ioc.domain.displays import pairing
from ioc.platform.db.tables import audit, display_pairing, token
from tests.web.conftest import NORTH, SOUTH, Province
from web import pairing_brake

PAIR = "/api/v1/displays/pair"


def begin(province: Province):
    answer = province.client().post(PAIR)
    assert answer.status_code == 200
    return answer.json


def approve(province: Province, code: str, who: str = "admin", **body):
    return province.post(f"/api/v1/displays/{code}/approve", who, {"name": "sanh-lon", **body})


def poll(province: Province, begun, client=None):
    return (client or province.client()).get(begun["poll"])


def code_of(answer) -> str:
    return answer.json["error"]["code"]


def paired(province: Province, name: str = "sanh-lon", who: str = "admin", **body):
    """A browser that was let in."""
    begun, browser = begin(province), province.client()
    assert approve(province, begun["code"], who, name=name, **body).status_code == 200
    assert poll(province, begun, browser).json["approved"]
    return browser


def test_a_display_shows_a_code_is_approved_and_sees_its_scenes(province: Province) -> None:
    begun, browser = begin(province), province.client()
    assert len(begun["code"]) == 6
    assert begun["code"] not in begun["poll"]
    assert poll(province, begun, browser).json["approved"] is False
    assert browser.get("/api/v1/scenes").status_code == 401
    made = approve(province, begun["code"], title="Sảnh lớn", scene="mot-cua", org=NORTH).json
    assert (made["name"], made["org"], made["scene"], made["state"]) == ("sanh-lon", NORTH, "mot-cua", "never")
    told = poll(province, begun, browser).json
    assert (told["approved"], told["name"]) == (True, "sanh-lon")
    me = browser.get("/api/v1/me").json
    assert (me["name"], me["role"], me["org"]) == ("sanh-lon", "wall", NORTH)
    assert browser.get("/api/v1/scenes").status_code == 200


def test_its_token_is_told_once_and_kept_as_a_hash(province: Province) -> None:
    begun = begin(province)
    approve(province, begun["code"])
    told = poll(province, begun).json
    assert province.client().get("/api/v1/me", headers={"Authorization": f"Bearer {told['token']}"}).status_code == 200
    assert code_of(poll(province, begun)) == "unknown_pairing"
    with province.db.read() as conn:
        assert told["token"] not in str(conn.execute(sa.select(token)).all())


def test_the_code_is_not_what_one_polls_with(province: Province) -> None:
    begun = begin(province)
    approve(province, begun["code"])
    assert code_of(province.client().get(f"{PAIR}/{begun['code']}")) == "unknown_pairing"
    with province.db.read() as conn:
        kept = conn.execute(sa.select(display_pairing)).one()
    assert begun["poll"].rpartition("/")[2] not in str(kept)


def test_who_approved_what_stands_in_the_audit(province: Province) -> None:
    begun = begin(province)
    approve(province, begun["code"], org=NORTH)
    with province.db.read() as conn:
        row = conn.execute(sa.select(audit).where(audit.c.action == "display_approved")).one()
    assert (row.actor, row.subject, row.org) == ("admin", "sanh-lon", NORTH)
    assert row.detail == {"code": begun["code"], "address": "127.0.0.1", "replace": False}


def test_a_code_may_be_typed_in_any_way(province: Province) -> None:
    code = begin(province)["code"].lower()
    assert approve(province, f"{code[:3]}-{code[3:]}").status_code == 200


def test_a_wrong_code_is_refused_in_words(province: Province) -> None:
    begin(province)
    answer = approve(province, "AAAAAA")
    assert (answer.status_code, code_of(answer)) == (404, "unknown_pairing")
    assert "Đọc lại mã" in answer.json["error"]["message"]


def test_a_code_expires_and_so_does_its_secret(province: Province) -> None:
    begun = begin(province)
    province.clock.advance(pairing.LASTS_MS / 1000)
    assert code_of(approve(province, begun["code"])) == "unknown_pairing"
    assert code_of(poll(province, begun)) == "unknown_pairing"
    begin(province)
    with province.db.read() as conn:
        assert len(conn.execute(sa.select(display_pairing)).all()) == 1, "what expired is swept away"


def test_one_approved_in_the_last_second_still_comes_in(province: Province) -> None:
    begun = begin(province)
    province.clock.advance(pairing.LASTS_MS / 1000 - 1)
    approve(province, begun["code"])
    province.clock.advance(5)
    assert poll(province, begun).json["approved"]


def test_two_displays_at_once_are_told_apart_and_not_given_one_name(province: Province) -> None:
    one, other = begin(province), begin(province)
    assert one["code"] != other["code"]
    approve(province, one["code"], name="sanh", org=NORTH)
    assert code_of(approve(province, other["code"], name="sanh", org=SOUTH)) == "name_taken"
    approve(province, other["code"], name="hop", org=SOUTH)
    browsers = province.client(), province.client()
    assert [poll(province, begun, b).json["name"] for begun, b in zip((one, other), browsers, strict=True)] == [
        "sanh",
        "hop",
    ]
    assert [browser.get("/api/v1/me").json["org"] for browser in browsers] == [NORTH, SOUTH]


def test_a_code_is_approved_once(province: Province) -> None:
    code = begin(province)["code"]
    approve(province, code, name="sanh")
    assert code_of(approve(province, code, name="hop")) == "unknown_pairing"


def test_a_name_that_no_token_may_have_is_refused(province: Province) -> None:
    code = begin(province)["code"]
    for name in ("sảnh lớn", "", "pair"):
        assert code_of(approve(province, code, name=name)) == "bad_name"
    assert code_of(approve(province, code, name="operator")) == "name_taken", "a token that is no wall's"
    assert code_of(approve(province, code, name="operator", replace=True)) == "name_taken"
    assert approve(province, code).status_code == 200, "what was refused spent no code"


def test_a_revoked_display_shows_nothing_and_may_have_its_name_again(province: Province) -> None:
    old = paired(province)
    assert province.client().delete(
        "/api/v1/displays/sanh-lon", headers={"Authorization": f"Bearer {province.tokens['admin']}"}
    ).status_code == 204  # fmt: skip
    assert old.get("/api/v1/me").status_code == 401
    new = paired(province)
    assert new.get("/api/v1/me").status_code == 200
    assert old.get("/api/v1/me").status_code == 401, "the cookie of before does not come alive with the name"


def test_a_display_that_lost_its_cookie_takes_its_own_place_again(province: Province) -> None:
    old = paired(province)
    new = paired(province, replace=True)
    assert [browser.get("/api/v1/me").status_code for browser in (old, new)] == [401, 200]


def test_nobody_takes_the_place_of_a_display_beyond_their_part(province: Province) -> None:
    paired(province, org=SOUTH)
    code = begin(province)["code"]
    assert code_of(approve(province, code, "admin-north", replace=True)) == "name_taken"


def test_an_admin_of_a_part_gives_rights_in_that_part_only(province: Province) -> None:
    code = begin(province)["code"]
    assert code_of(approve(province, code, "admin-north", org=SOUTH)) == "unknown_org"
    assert code_of(approve(province, code, "admin-north", org="hg")) == "unknown_org"
    assert approve(province, code, "admin-north").json["org"] == NORTH, "their own where none is named"


def test_only_an_admin_approves(province: Province) -> None:
    code = begin(province)["code"]
    assert [approve(province, code, who).status_code for who in ("wall", "leader", "operator")] == [403] * 3
    unknown = province.client().post(f"/api/v1/displays/{code}/approve", json={"name": "a"})
    assert unknown.status_code == 401


def test_an_unknown_scene_lets_nobody_in(province: Province) -> None:
    code = begin(province)["code"]
    assert code_of(approve(province, code, scene="nha-may")) == "unknown_scene"


def test_a_flood_is_braked_and_leaves_few_rows(province: Province) -> None:
    answers = [province.client().post(PAIR) for _ in range(pairing_brake.PER_ADDRESS + 5)]
    assert [a.status_code for a in answers].count(429) == 5
    with province.db.read() as conn:
        assert len(conn.execute(sa.select(display_pairing)).all()) == pairing_brake.PER_ADDRESS
    province.clock.advance(61)
    assert province.client().post(PAIR).status_code == 200


def test_so_many_may_wait_and_no_more(province: Province, monkeypatch) -> None:
    monkeypatch.setattr(pairing, "MOST_OPEN", 3)
    assert [province.client().post(PAIR).status_code for _ in range(4)] == [200, 200, 200, 429]
    province.clock.advance(pairing.LASTS_MS / 1000)
    assert province.client().post(PAIR).status_code == 200


def test_guessing_secrets_or_codes_is_braked(province: Province) -> None:
    for _ in range(pairing_brake.WRONG):
        province.client().get(f"{PAIR}/{'x' * 43}")
    assert province.client().get(f"{PAIR}/{'x' * 43}").status_code == 429
    for _ in range(pairing_brake.WRONG):
        approve(province, "AAAAAA")
    assert approve(province, "AAAAAA").status_code == 429
