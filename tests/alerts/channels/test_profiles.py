"""The shipped profiles against servers that speak as eSMS, SpeedSMS and a Teltonika router do."""

import tomllib

import pytest

from alerts.channels import _profiles, sms_http, sms_router
from alerts.gateway_calls import GatewayReport, IncomingText, read_reply, read_report
from alerts.message import AlertMessage
from alerts.sms import Piece
from ioc import bootstrap
from ioc.core.errors import Code, IocError, UsageError
from tests.alerts.channels.gateways import Esms, Gateway, SpeedSms, Teltonika, serving

TEXT = 'Hà Giang: "Cổng" mất kết nối & chậm 45/60 % \\ {phone}'
FOLDED = 'Ha Giang: "Cong" mat ket noi & cham 45/60 % \\ {phone}'


def note(address="+84912345678", ref="ref-1"):
    return AlertMessage(ref, address, "s", "t", "h", [Piece(TEXT)], 1)


def channel(kind, **keys):
    table = {"data_dir": "x", "channel": [{"name": "sms", "kind": kind, **keys}]}
    return bootstrap.parse_settings(table, "x.toml").channel[0].options


def at(options, server: Gateway):
    """The options of the profile, at the double instead of the vendor's host."""
    vendor = options.url.split("/")[2]
    keys = {name: getattr(options, name) for name in options.__struct_fields__}
    return sms_http.Options(**{**keys, "url": options.url.replace(f"https://{vendor}", server.url)})


ESMS = {"profile": "esms", "username": "khoa", "password": "mat-khau", "sender": "IOC HAGIANG"}
SPEEDSMS = {"profile": "speedsms", "username": "token", "sender": "IOC HAGIANG"}


def test_esms_reads_the_text_back_equal_and_takes_a_second_copy_for_sent():
    with serving(Esms()) as server:
        options = at(channel("sms_http", **ESMS), server)
        assert sms_http.send(options, note()) == "esms-1"
        assert sms_http.send(options, note()) == ""
        assert server.texts == [("0912345678", FOLDED)]


def test_speedsms_reads_the_text_back_equal():
    with serving(SpeedSms()) as server:
        assert sms_http.send(at(channel("sms_http", **SPEEDSMS), server), note()) == "7001"
        assert server.texts == [("84912345678", FOLDED)]


def test_a_teltonika_router_reads_the_text_back_equal():
    with serving(Teltonika()) as server:
        options = channel("sms_router", host=server.host, username="user1", password="p&ss=1")
        assert sms_router.send(options, note()) == ""
        assert server.texts == [("0084912345678", FOLDED)]


@pytest.mark.parametrize(
    ("keys", "make", "answer", "code"),
    [
        (ESMS | {"password": "khac"}, Esms, None, Code.GATEWAY_ACCOUNT),
        (ESMS | {"sender": "KHAC"}, Esms, None, Code.GATEWAY_ACCOUNT),
        (ESMS, Esms, (200, '{"CodeResult": "146"}'), Code.GATEWAY_REFUSED),
        (ESMS, Esms, (200, '{"CodeResult": "99"}'), Code.GATEWAY_ADDRESS),
        (SPEEDSMS | {"username": "khac"}, SpeedSms, None, Code.GATEWAY_ACCOUNT),
        (SPEEDSMS, SpeedSms, (200, '{"status": "error", "code": "500"}'), Code.GATEWAY_BUSY),
        (SPEEDSMS, SpeedSms, (429, '{"name": "Too Many Requests"}'), Code.GATEWAY_BUSY),
        (SPEEDSMS, SpeedSms, (200, '{"status": "error", "code": "105"}'), Code.GATEWAY_ADDRESS),
    ],
)
def test_what_a_gateway_refuses_has_its_reason(keys, make, answer, code):
    with serving(make()) as server:
        server.answers = [answer] if answer else []
        with pytest.raises(IocError) as refused:
            sms_http.send(at(channel("sms_http", **keys), server), note())
    assert refused.value.code is code
    assert "mat-khau" not in refused.value.message


@pytest.mark.parametrize(
    ("answer", "code"),
    [("ERROR", Code.GATEWAY_BUSY), ("TIMEOUT\n", Code.GATEWAY_BUSY), ("WRONG_NUMBER", Code.GATEWAY_ADDRESS)],
)
def test_a_router_says_why_in_one_word(answer, code):
    with serving(Teltonika()) as server:
        server.answers = [(200, answer)]
        options = channel("sms_router", host=server.host, username="user1", password="p&ss=1")
        with pytest.raises(IocError) as refused:
            sms_router.send(options, note())
    assert refused.value.code is code


def test_a_key_of_ones_own_wins_over_the_profile():
    assert channel("sms_http", **ESMS, sms_type="8", max_segments=1).sms_type == "8"


@pytest.mark.parametrize(
    ("kind", "keys", "told"),
    [
        ("sms_http", {"profile": "khac"}, "channel[0]: profile 'khac'; allowed: esms, speedsms, teltonika"),
        ("sms_http", {"profile": "esms", "username": "a"}, "channel[0]: profile 'esms' needs password, sender"),
        ("sms_http", {**ESMS, "inbound": "0912345678"}, "channel[0]: inbound needs reply and secret"),
        ("sms_http", {**ESMS, "receipt": {"id": "x", "delivered": [{"s": "("}]}}, "channel[0].receipt: s '('"),
        ("sms_router", {"host": "a b", "username": "u", "password": "p"}, "channel[0].host: 'a b'"),
    ],
)
def test_what_cannot_work_is_refused_at_load_with_its_place(kind, keys, told):
    with pytest.raises(UsageError) as refused:
        channel(kind, **keys)
    assert told in "\n".join(refused.value.params["problems"])


def test_every_profile_fits_the_options_and_names_only_keys_there_are():
    for name in _profiles.names():
        profile = tomllib.loads((_profiles.FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        fields = set(sms_http.Options.__struct_fields__) | {"host"}
        assert set(profile["options"]) | set(profile["needs"]) <= fields, name


CSKH = "SMSID=dc71&SendFailed={failed}&SendStatus={status}&SendSuccess={ok}&RequestId=ref-1&TypeId=2"


@pytest.mark.parametrize(
    ("status", "ok", "failed", "said"),
    [("5", "1", "0", True), ("5", "0", "1", False), ("4", "0", "0", False), ("7", "0", "0", None)],
)
def test_a_delivery_report_of_esms(status, ok, failed, said):
    fields = {"SMSID": "dc71", "RequestId": "ref-1", "SendStatus": status, "SendSuccess": ok, "SendFailed": failed}
    report = read_report(channel("sms_http", **ESMS).receipt, fields)
    assert report == (None if said is None else GatewayReport("dc71", "ref-1", said))


@pytest.mark.parametrize(("status", "said"), [("0", True), ("64", False), ("128", False), ("12", None)])
def test_a_delivery_report_of_speedsms(status, said):
    fields = {"type": "report", "tranId": "7001", "phone": "84912345678", "status": status}
    options = channel("sms_http", **SPEEDSMS)
    report = read_report(options.receipt, fields)
    assert report == (None if said is None else GatewayReport("7001", "", said))
    assert read_reply(options.reply, fields) is None


def test_an_answer_comes_in_as_the_gateway_hands_it_on():
    speedsms = channel("sms_http", **SPEEDSMS, secret="bi-mat", inbound="0912000000")
    sent = {"type": "sms", "phone": "84912345678", "content": "1a"}
    assert read_reply(speedsms.reply, sent) == IncomingText("84912345678", "1a")
    router = channel("sms_router", host="r", username="u", password="p", secret="bi-mat", inbound="0912000000")
    assert read_reply(router.reply, {"sender": "+84912345678", "text": "1a"}) == IncomingText("+84912345678", "1a")
    assert read_reply(router.reply, {"text": "1a"}) is None
