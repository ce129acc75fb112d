"""What a page of another site can send: forms, links, and a browser's own word of where it was told to."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from ioc.config.settings import Http
from tests.web.conftest import NORTH, PLUGINS, Province
from web.routes import routes

GOOD = {"username": "mai", "password": "mat-khau-dai"}
SESSION, ME = "/api/v1/session", "/api/v1/me"
FORM = '{"username": "mai", "password": "mat-khau-dai", "x": "="}'
FOREIGN = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"},
           {"Origin": "null"}]  # fmt: skip
OURS: list[dict[str, str]] = [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}]


def who(client: FlaskClient, **how: Any) -> str | None:
    answer = client.get(ME, **how)
    return answer.json["name"] if answer.status_code == 200 else None


def logged_in(province: Province) -> FlaskClient:
    client = province.client()
    assert client.post(SESSION, json=GOOD).status_code == 200
    return client


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_form_of_another_page_logs_nobody_in(province: Province, media: str) -> None:
    answer = province.client().post(SESSION, data=FORM, content_type=media)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_request")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_a_browser_sends_for_another_page_changes_nothing(province: Province, headers: dict[str, str]) -> None:
    answer = province.client().post(SESSION, json=GOOD, headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "foreign_page")
    client = logged_in(province)
    assert client.delete(SESSION, headers=headers).status_code == 403
    assert who(client) == "mai", "logging out is a change too"


@pytest.mark.parametrize("headers", OURS)
def test_our_own_pages_and_programs_may(province: Province, headers: dict[str, str]) -> None:
    client = province.client()
    assert client.post(SESSION, json=GOOD, headers=headers).status_code == 200
    assert client.delete(SESSION, headers=headers).status_code == 204


def test_every_write_is_looked_at_but_those_of_gateways_and_of_links_in_messages(province: Province) -> None:
    open_to_any = {route.path for route in routes(PLUGINS) if route.foreign or route.keyed}
    assert open_to_any == {"/api/v1/replies/<channel>", "/api/v1/receipts/<name>", "/answer/<token>"}
    for route in routes(PLUGINS):
        if route.method != "GET" and route.path not in open_to_any:
            path = route.path.replace("<int:id>", "1").replace("<", "").replace(">", "")
            headers = {"Authorization": f"Bearer {province.tokens['admin']}", "Sec-Fetch-Site": "cross-site"}
            answer = province.client().open(path, method=route.method, json={}, headers=headers)
            assert answer.json["error"]["code"] == "foreign_page", f"{route.method} {route.path}"


@pytest.mark.parametrize("name", ["admin", "leader", "operator-north"])
def test_a_link_takes_no_token_but_a_displays(province: Province, name: str) -> None:
    client = province.client()
    for page in ("wall", "alerts", "tablet"):
        assert "Set-Cookie" not in client.get(f"/{page}?token={province.tokens[name]}").headers
    assert who(client) is None


def test_a_link_makes_nobody_somebody_else(province: Province) -> None:
    client = logged_in(province)
    client.get(f"/alerts?token={province.tokens['wall-north']}")
    assert who(client) == "mai"
    display = province.client()
    display.get(f"/wall?token={province.tokens['wall']}")
    display.get(f"/wall?token={province.tokens['wall-north']}")
    assert display.get(ME).json["org"] == NORTH, "a display that moves to another place"


TLS: dict[str, Any] = {"base_url": "https://localhost"}


def test_over_tls_the_cookie_belongs_to_the_host_alone(province: Province) -> None:
    client = province.client()
    cookie = client.post(SESSION, json=GOOD, **TLS).headers["Set-Cookie"]
    assert cookie.startswith("__Host-ioc_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert who(client, **TLS) == "mai"
    plain = province.client().post(SESSION, json=GOOD).headers["Set-Cookie"]
    assert plain.startswith("ioc_session=")
    assert "Secure" not in plain


def test_a_cookie_of_the_plain_name_is_no_session_over_tls(province: Province) -> None:
    """Another host of the same domain, or anybody on the wire, can plant one."""
    planted = logged_in(province).get_cookie("ioc_session")
    assert planted is not None
    victim = province.client()
    victim.set_cookie("ioc_session", planted.value)
    assert who(victim) == "mai"
    assert who(victim, **TLS) is None


def test_a_display_that_has_the_plain_name_from_before_stays(province: Province) -> None:
    display = province.client()
    display.get(f"/wall?token={province.tokens['wall']}")
    assert who(display, **TLS) == "wall"


@pytest.mark.parametrize(("certificate", "said"), [(None, None), ("cert.pem", "max-age=31536000")])
def test_browsers_are_told_to_stay_with_tls_where_it_is_ours(
    province: Province, monkeypatch: pytest.MonkeyPatch, certificate: str | None, said: str | None
) -> None:
    context = province.site.context
    told = replace(context.settings, http=Http(certificate=certificate, key=certificate))
    object.__setattr__(context, "settings", told)
    assert province.client().get("/healthz").headers.get("Strict-Transport-Security") == said
