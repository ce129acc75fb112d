"""Sessions end: by logging out, by time, by a new password, by logging in again; whoever kept the cookie is out."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from ioc.domain.access import disable_user, set_password
from tests.web.conftest import Province

GOOD = {"username": "mai", "password": "mat-khau-dai"}
SESSION, ME = "/api/v1/session", "/api/v1/me"


def logged_in(province: Province) -> tuple[FlaskClient, FlaskClient]:
    """A browser, and a thief with a copy of its cookie."""
    browser, thief = province.client(), province.client()
    assert browser.post(SESSION, json=GOOD).status_code == 200
    cookie = browser.get_cookie("ioc_session")
    assert cookie is not None
    thief.set_cookie("ioc_session", cookie.value)
    assert thief.get(ME).status_code == 200
    return browser, thief


def log_out(_province: Province, browser: FlaskClient) -> None:
    assert browser.delete(SESSION).status_code == 204


def log_in_again(_province: Province, browser: FlaskClient) -> None:
    assert browser.post(SESSION, json=GOOD).status_code == 200


def new_password(province: Province, _browser: FlaskClient) -> None:
    set_password(province.db, "mai", "mat-khau-khac", province.clock.now_ms())


def disable(province: Province, _browser: FlaskClient) -> None:
    disable_user(province.db, "mai", province.clock.now_ms())


def time_passes(province: Province, _browser: FlaskClient) -> None:
    province.clock.advance(12 * 3600)


@pytest.mark.parametrize("ends", [log_out, log_in_again, new_password, disable, time_passes])
def test_a_copy_of_the_cookie_is_worth_nothing_after(
    province: Province, ends: Callable[[Province, FlaskClient], None]
) -> None:
    browser, thief = logged_in(province)
    ends(province, browser)
    assert thief.get(ME).status_code == 401


def test_logging_out_here_ends_no_session_elsewhere(province: Province) -> None:
    browser, _thief = logged_in(province)
    elsewhere, _ = logged_in(province)
    assert browser.delete(SESSION).status_code == 204
    assert elsewhere.get(ME).status_code == 200
    notices = [topic for topic, _body in province.bus.sent]
    assert len(notices) == 1, "every worker ends its sockets"
    assert province.get("/api/v1/audit").json["items"][0]["action"] == "logout"
    assert browser.delete(SESSION).status_code == 204
    assert len(province.bus.sent) == 1, "nothing ended"


def test_a_signed_cookie_without_a_session_of_ours_is_nothing(province: Province) -> None:
    """As an older build made them."""
    signer = URLSafeTimedSerializer(b"s" * 32, salt="ioc-session")
    for body in (["mai", "x", 0, False], ["mai", "x", 0, False, "made-up"]):
        client = province.client()
        client.set_cookie("ioc_session", str(signer.dumps(body)))
        assert client.get(ME).status_code == 401
