"""Coming in: tokens, passwords, sessions that end when they should, CSRF, and the brake on guessing."""

import pytest
from flask.testing import FlaskClient

from ioc.domain.access import disable_user, revoke_token
from tests.web.conftest import KIOSKS, NORTH, Province

GOOD = {"username": "mai", "password": "mat-khau-dai"}
CONFIRM = "/api/v1/sources/hg.dong-van/queue/kiosk-1/confirm"


def _log_in(province: Province, body: dict[str, str] = GOOD) -> FlaskClient:
    client = province.client()
    assert client.post("/api/v1/session", json=body).status_code == 200
    return client


def test_a_user_logs_in_and_out(province: Province) -> None:
    client = _log_in(province)
    me = client.get("/api/v1/me").json
    assert (me["name"], me["role"], me["org"], me["org_name"]) == ("mai", "operator", "hg", "Tỉnh Hà Giang")
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(province: Province) -> None:
    cookie = province.client().post("/api/v1/session", json=GOOD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("body", [GOOD | {"password": "sai"}, {"username": "ai-do", "password": "sai"}])
def test_wrong_and_unknown_get_the_same_answer(province: Province, body: dict[str, str]) -> None:
    answer = province.client().post("/api/v1/session", json=body)
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "bad_login"
    assert answer.json["error"]["message"] == "Tên đăng nhập hoặc mật khẩu không đúng."


def test_guessing_is_braked_and_the_brake_lets_go(province: Province) -> None:
    client = province.client()
    for _ in range(5):
        assert client.post("/api/v1/session", json=GOOD | {"password": "x"}).status_code == 401
    assert client.post("/api/v1/session", json=GOOD).status_code == 429
    province.clock.advance(61)
    assert client.post("/api/v1/session", json=GOOD).status_code == 200


def test_an_office_that_logs_in_from_one_address_is_not_braked(province: Province) -> None:
    for _ in range(12):
        _log_in(province)
    for _ in range(5):
        assert province.client().post("/api/v1/session", json=GOOD | {"password": "x"}).status_code == 401
    assert province.client().post("/api/v1/session", json=GOOD).status_code == 429, "guessing still is"


def test_logins_and_failures_are_in_the_audit(province: Province) -> None:
    _log_in(province)
    province.client().post("/api/v1/session", json=GOOD | {"password": "x"})
    actions = [row["action"] for row in province.get("/api/v1/audit").json["items"]]
    assert actions[:2] == ["login_failed", "login"]


def test_disabling_a_user_ends_the_session(province: Province) -> None:
    client = _log_in(province)
    disable_user(province.db, "mai", province.clock.now_ms())
    assert client.get("/api/v1/me").status_code == 401


def test_a_write_by_cookie_needs_the_csrf_header(province: Province) -> None:
    client = _log_in(province)
    csrf = client.get("/api/v1/me").json["csrf"]
    seen = "/api/v1/alerts/1/seen"
    assert client.post(seen, json={}).json["error"]["code"] == "csrf"
    assert client.post(seen, json={}, headers={"X-CSRF-Token": "é"}).json["error"]["code"] == "csrf"
    assert client.post(seen, json={}, headers={"X-CSRF-Token": csrf}).json["error"]["code"] == "unknown_alert"


def test_a_bearer_token_needs_no_csrf(province: Province) -> None:
    assert province.post(CONFIRM).status_code == 200


@pytest.mark.parametrize("cookie", ["", "rubbish", "WyJtYWkiLCAieCIsIDBd.aaaa.bbbb"])
def test_a_cookie_of_somebody_else_is_nothing(province: Province, cookie: str) -> None:
    client = province.client()
    client.set_cookie("ioc_session", cookie)
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic bWFpOng=", "Bearer"])
def test_a_wrong_authorization_is_refused(province: Province, header: str) -> None:
    assert province.client().get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_the_wall_link_becomes_a_session_without_the_token(province: Province) -> None:
    client, token = province.client(), province.tokens["wall-north"]
    answer = client.get(f"/wall?scene=mot-cua&lang=en&next=//elsewhere&token={token}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/wall?scene=mot-cua&lang=en"
    assert token not in str(answer.headers)
    assert client.get("/api/v1/me").json["org"] == NORTH
    assert client.get("/").headers["Location"] == "/wall"
    revoke_token(province.db, "wall-north", province.clock.now_ms())
    assert client.get("/api/v1/me").status_code == 401


def test_a_wall_link_with_a_dead_token_opens_no_door(province: Province) -> None:
    answer = province.client().get("/wall?token=nonsense")
    assert answer.status_code == 302
    assert "Set-Cookie" not in answer.headers


def test_a_display_may_only_watch(province: Province) -> None:
    assert province.get("/api/v1/sources", "wall").status_code == 403
    assert province.get("/api/v1/live?widgets=queue_board", "wall").status_code == 200


def test_changing_a_source_is_for_administrators_and_in_the_audit(province: Province) -> None:
    assert province.post(CONFIRM, "operator").status_code == 403
    assert province.post(CONFIRM.replace("confirm", "retire")).json["status"] == "retired"
    province.reload()
    row = province.get("/api/v1/audit").json["items"][0]
    assert (row["action"], row["subject"], row["actor"]) == ("source_retired", str(KIOSKS[NORTH]), "admin")
    assert province.get("/api/v1/sources?kind=queue").json["total"] == 1
