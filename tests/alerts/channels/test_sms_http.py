"""The generic gateway against a real HTTP server that answers as gateways do."""

import base64
import json
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from alerts.channels import _http, sms_http
from alerts.message import AlertMessage
from alerts.sms import Piece
from ioc.core.errors import IocError
from tests.alerts.channels.gateways import Gateway, serving

TEXT = 'Xín Mần: "quá tải" <5 & {phone}\\'
FOLDED = 'Xin Man: "qua tai" <5 & {phone}\\'
NOTE = AlertMessage("ref-1", "+84912345678", "s", "t", "h", [Piece(TEXT)], 1)


@pytest.fixture
def gateway():
    with serving(Gateway()) as server:
        yield server


def options(gateway, **more):
    given = {"url": gateway.url + "/send", "timeout_s": 3.0, **more}
    return sms_http.Options(**given)


JSON = '{"phone": "{phone}", "text": "{text}", "ref": "{request_id}", "n": {segments}, "u": {unicode}}'


def test_a_json_body_stays_json_whatever_the_text(gateway):
    sms_http.send(options(gateway, body=JSON), NOTE)
    method, path, headers, body = gateway.requests[0]
    assert (method, path, headers["Content-Type"]) == ("POST", "/send", "application/json")
    assert json.loads(body) == {"phone": "0912345678", "text": FOLDED, "ref": "ref-1", "n": 1, "u": 0}


def test_a_form_body_keeps_its_fields_apart(gateway):
    sms_http.send(options(gateway, body="to={phone}&msg={text}&brand={sender}", sender="UBND&HG"), NOTE)
    assert parse_qs(gateway.requests[0][3]) == {"to": ["0912345678"], "msg": [FOLDED], "brand": ["UBND&HG"]}


def test_an_xml_body_stays_one_element(gateway):
    sms_http.send(options(gateway, body="<sms to='{phone}'><text>{text}</text></sms>", phone_format="84"), NOTE)
    root = ET.fromstring(gateway.requests[0][3])  # noqa: S314 - written by ourselves
    assert (root.get("to"), root.findtext("text")) == ("84912345678", FOLDED)


def test_a_gateway_that_takes_get_gets_everything_in_the_url(gateway):
    where = gateway.url + "/s?to={phone}&text={text}"
    sms_http.send(options(gateway, url=where, method="GET", auth="query", token="k&y", token_name="key"), NOTE)
    _, path, _, body = gateway.requests[0]
    assert parse_qs(urlsplit(path).query) == {"to": ["0912345678"], "text": [FOLDED], "key": ["k&y"]}
    assert body == ""


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"auth": "basic", "username": "u", "password": "p"}, "Basic " + base64.b64encode(b"u:p").decode()),
        ({"auth": "bearer", "token": "abc"}, "Bearer abc"),
    ],
)
def test_ways_to_sign_in(gateway, auth, expected):
    sms_http.send(options(gateway, body=JSON, **auth), NOTE)
    assert gateway.requests[0][2]["Authorization"] == expected


def test_an_address_goes_out_as_it_was_filled_in(gateway):
    where = gateway.url + "/a%2Fb/{phone};x?t={text}&q=1+2&r=%C3%A1"
    sms_http.send(options(gateway, url=where, method="GET", auth="query", token="k y/+"), NOTE)
    text = quote(FOLDED, safe="")
    assert gateway.requests[0][1] == f"/a%2Fb/0912345678;x?t={text}&q=1+2&r=%C3%A1&token=k+y%2F%2B"


def test_whom_the_address_names_is_not_signed_in(gateway):
    sms_http.send(options(gateway, url=gateway.url.replace("//", "//user:secret@") + "/send", body=JSON), NOTE)
    assert "Authorization" not in gateway.requests[0][2]


def test_of_an_answer_without_end_the_beginning_is_read(gateway):
    gateway.answers = [(200, "OK|7" + "x" * 10 * _http.MAX_REPLY)]
    judged = {"success_pattern": r"^(\w\w)\|", "success_values": ("OK",)}
    sms_http.send(options(gateway, body=JSON, **judged), NOTE)


def test_the_reply_names_the_message(gateway):
    gateway.answers = [(200, '{"CodeResult": 100, "data": [{"id": 7}]}')]
    judged = {"success_path": "CodeResult", "success_values": ("100",), "message_id_path": "data.0.id"}
    assert sms_http.send(options(gateway, body=JSON, **judged), NOTE) == "7"


@pytest.mark.parametrize(
    ("answer", "code", "transient"),
    [
        ((200, '{"CodeResult": "104"}'), "gateway_refused", False),
        ((200, '{"CodeResult": "118"}'), "gateway_busy", True),
        ((200, "<html>maintenance</html>"), "gateway_unavailable", True),
        ((400, "{}"), "gateway_refused", False),
        ((429, "{}"), "gateway_busy", True),
        ((503, "{}"), "gateway_unavailable", True),
        ((401, "{}"), "gateway_account", True),
        ((302, ""), "gateway_refused", False),
    ],
)
def test_what_an_answer_means(gateway, answer, code, transient):
    gateway.answers = [answer]
    judged = {"success_path": "CodeResult", "success_values": ("100",), "retry_values": ("118",)}
    with pytest.raises(IocError) as refused:
        sms_http.send(options(gateway, body=JSON, **judged), NOTE)
    assert (refused.value.code, refused.value.transient) == (code, transient)


def test_a_text_answer_is_read_by_pattern(gateway):
    judged = {"success_pattern": r"^(\w+)\|", "success_values": ("OK",)}
    gateway.answers = [(200, "OK|123"), (200, "ERR|9")]
    sms_http.send(options(gateway, body=JSON, **judged), NOTE)
    with pytest.raises(IocError):
        sms_http.send(options(gateway, body=JSON, **judged), NOTE)


def test_a_gateway_that_is_away_is_worth_another_try_and_its_secret_is_not_told():
    away = sms_http.Options(url="http://user:secret@127.0.0.1:1/send", body=JSON)
    with pytest.raises(IocError) as refused:
        sms_http.send(away, NOTE)
    assert (refused.value.code, refused.value.transient) == ("gateway_unavailable", True)
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth": "basic"},
        {"auth": "bearer"},
        {"success_path": "x"},
        {"success_pattern": "no group", "success_values": ("1",)},
        {"headers": {"X": "a\r\nB: c"}},
    ],
)
def test_options_that_cannot_work_are_refused_at_start(wrong):
    with pytest.raises(ValueError, match=r"need|header"):
        sms_http.Options(url="http://127.0.0.1/", **wrong)
