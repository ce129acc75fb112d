"""Endpoints that are asked: what each answer means for a state, and how gently they are asked."""

import asyncio
import hashlib
import json
import ssl
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest

from connectors.endpoints.patience import LONGEST_S, Patience
from connectors.endpoints.xml import parse
from connectors.runner.attempt import attempt
from connectors.runner.gear import Gear
from connectors.runner.telling import OutMessage, Teller
from connectors.runner.thread import probes
from ioc.core.errors import IocError
from ioc.core.registry import Plugins
from tests.authority import Authority
from tests.connectors.decoding import understood
from tests.connectors.probing import connector, problems
from tests.endpoints import CAPTURED, PASSWORD, USER, Device, cisco, poly, served

AT = 1_795_140_000_000
TOPIC = "ioc/v1/hg/vc/phong-hop"
ONLINE = OutMessage(f"{TOPIC}/status", {"ts": AT, "online": True}, retain=True)
OFFLINE = OutMessage(f"{TOPIC}/status", {"ts": AT, "online": False}, retain=True)


def looks(kind: str, device: Device, *between: Callable[[], object], **keys: object) -> list[list[OutMessage]]:
    """What is published of one look more than there are steps `between`, all by one process that then ends."""
    usual = {"url": device.url, "username": USER, "password": PASSWORD, "publish": "hg/vc/phong-hop"}
    asked = connector(kind, **{**usual, **({} if kind == "json" else {"gap_s": 0}), **keys})
    probe, teller = probes(Plugins(), [asked])[kind], Teller(asked)

    async def run() -> list[list[OutMessage]]:
        gear = Gear()

        async def once() -> list[OutMessage]:
            return list(teller.messages(await attempt(probe, asked, gear), AT, on_battery=False))

        try:
            told = [await once()]
            for step in between:
                step()
                told.append(await once())
            return told
        finally:
            await gear.close()

    return asyncio.run(run())


def state(kind: str, device: Device, **keys: object) -> dict[str, object]:
    """The one state of one look at a device that is well; ingest understands every word of it."""
    with served(device):
        ((status, told),) = looks(kind, device, **keys)
    assert status == ONLINE
    assert (told.topic, told.retain) == (f"{TOPIC}/state", False)
    assert not understood(told.topic, told.state).leniencies
    return {name: value for name, value in told.state.items() if name != "ts"}


# --- RoomOS and CE ----------------------------------------------------------------------------------------------------


def test_an_idle_codec_tells_what_it_is_and_nothing_of_a_call():
    assert state("cisco", cisco("idle.xml")) == {
        "registered": True,
        "in_call": False,
        "mic_muted": True,
        "camera_ok": True,
        "display_ok": True,
        "temp_c": 48.5,
        "conference_id": None,
    }


def test_a_codec_in_a_call_tells_its_losses():
    meant = {"GIAO-BAN@hop.example.vn": "giao-ban-thang"}
    assert state("cisco", cisco("in_call.xml"), conferences=meant) == {
        "registered": True,
        "in_call": True,
        "conference_id": "giao-ban-thang",
        "duration_s": 1843,
        "rx_kbps": 1520,
        "tx_kbps": 1715,
        "loss_rx_pct": 7.37,  # 4 + 66 lost of 950 in the last interval
        "loss_tx_pct": 0,  # packets that came twice are no gain
        "jitter_ms": 41,
        "fps": 24,
        "mic_muted": False,
        "camera_ok": True,
        "display_ok": True,
        "temp_c": 61,
    }


def test_an_unregistered_codec_without_camera_and_display():
    told = state("cisco", cisco("unregistered.xml"))
    assert (told["registered"], told["camera_ok"], told["display_ok"]) == (False, False, False)


def test_a_codec_that_lends_itself_to_an_application_is_in_a_call_of_which_it_knows_nothing():
    told = state("cisco", cisco("application.xml"))
    assert (told["registered"], told["in_call"], told["conference_id"]) == (True, True, None)
    assert not {"temp_c", "display_ok", "rx_kbps", "loss_rx_pct", "duration_s"} & set(told)


def test_more_cameras_and_displays_may_be_expected():
    told = state("cisco", cisco("idle.xml"), cameras=2, displays=2)
    assert (told["camera_ok"], told["display_ok"]) == (False, False)


def test_only_the_parts_that_are_asked_for_are_told():
    device = cisco("idle.xml")
    device.answers = {
        "/getxml?/Status/SIP": b"<Status><SIP><Registration><Status>Registered</Status></Registration></SIP></Status>",
        "/getxml?/Status/Call": b"<EmptyResult/>",
    }
    told = state("cisco", device, locations=["/Status/SIP", "/Status/Call"])
    assert told == {"registered": True, "conference_id": None}


def test_the_end_of_a_call_ends_its_figures_once():
    device = cisco("in_call.xml")

    def hang_up() -> None:
        device.answers["/getxml?/Status"] = (CAPTURED / "cisco/idle.xml").read_bytes()

    with served(device):
        first, second, third = looks("cisco", device, hang_up, lambda: None)
    assert first[-1].state["loss_rx_pct"] == 7.37
    ended = ("duration_s", "rx_kbps", "tx_kbps", "loss_rx_pct", "loss_tx_pct", "jitter_ms", "fps")
    assert [second[-1].state[name] for name in ended] == [0] * 7
    assert not set(ended) & set(third[-1].state)


# --- VideoOS ----------------------------------------------------------------------------------------------------------


def test_an_idle_studio_tells_what_it_is_and_nothing_of_a_call():
    assert state("poly", poly()) == {
        "registered": True,
        "in_call": False,
        "mic_muted": True,
        "camera_ok": True,
        "conference_id": None,
    }


def test_a_studio_in_a_call_tells_its_losses():
    device = poly(conferences="conferences.json", mediastats="mediastats.json", time="time.json")
    assert state("poly", device, fields={"conference_id": "calls[0].terminals[0].address"}) == {
        "registered": True,
        "in_call": True,
        "conference_id": "giao-ban@hop.example.vn",
        "duration_s": 600,
        "rx_kbps": 1444,
        "tx_kbps": 1714,
        "loss_rx_pct": 6.2,
        "loss_tx_pct": 0.3,
        "jitter_ms": 33,
        "fps": 22.5,
        "mic_muted": True,
        "camera_ok": True,
    }


def test_a_studio_whose_call_ended_between_two_questions():
    told = state("poly", poly(conferences="conferences.json"))
    assert told == {
        "registered": True,
        "in_call": True,
        "mic_muted": True,
        "camera_ok": True,
        "conference_id": None,
    }


@pytest.mark.parametrize(
    ("file", "registered"), [("status_unregistered.json", False), ("status_unused.json", None), ("audio.json", None)]
)
def test_a_registration_that_failed_is_not_one_that_is_not_wanted(file, registered):
    told = state("poly", poly(status=file, all="cameras_gone.json"))
    assert told.get("registered") == registered
    assert told["camera_ok"] is False


def test_what_the_guide_leaves_open_is_configuration():
    device = poly(conferences="conferences.json", mediastats="mediastats.json")
    fields = {
        "rx_kbps": {"path": "sum(media[?mediaDirection=='RX'].actualBitRate)", "unit": "bit/s"},
        "camera_ok": {"path": 'status."mr.camera"', "words": {"all_up": True, "up": True, "all_down": False}},
    }
    told = state("poly", device, fields=fields)
    assert (told["rx_kbps"], told["camera_ok"]) == (1.444, True)


# --- how gently -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "make"), [("cisco", lambda: cisco("idle.xml")), ("poly", poly)])
def test_one_session_an_endpoint_is_used_again_and_ended_at_the_stop(kind, make):
    with served(make()) as device:
        told = looks(kind, device, *[lambda: None] * 4)
    assert [len(messages) for messages in told] == [2, 1, 1, 1, 1], "what is said of its presence is said once"
    assert (device.logins, device.most_at_once, device.sessions) == (1, 1, set())


@pytest.mark.parametrize(("kind", "make"), [("cisco", lambda: cisco("idle.xml")), ("poly", poly)])
def test_a_session_that_ended_is_begun_again_within_the_look(kind, make):
    with served(make()) as device:
        first, second = looks(kind, device, device.expire)
    assert first[-1] == second[-1]
    assert device.logins == 2


def test_a_studio_that_names_the_session_in_its_answer_alone():
    device = poly()
    device.sets_cookie = False
    with served(device):
        first, second = looks("poly", device, device.expire)
    assert first[-1] == second[-1]
    assert (device.logins, device.sessions) == (2, set())


@pytest.mark.parametrize(("kind", "make"), [("cisco", lambda: cisco("idle.xml")), ("poly", poly)])
def test_a_wrong_password_is_tried_once_and_then_left_alone(kind, make, caplog):
    with served(make()) as device:
        device.password = "another"
        told = looks(kind, device, *[lambda: None] * 9)
    assert device.logins == 1
    assert told == [[ONLINE], *[[]] * 9], "it is there, and nothing is known of it"
    assert "does not let ioc in" in caplog.text
    assert PASSWORD not in caplog.text


def test_a_codec_without_a_session_left_is_asked_with_the_password_each_time():
    device = cisco("idle.xml")
    device.full = True
    with served(device):
        first, second = looks("cisco", device, lambda: None)
        assert first[-1].state["registered"] is second[-1].state["registered"] is True
        device.password = "another"
        assert looks("cisco", device) == [[ONLINE]]
    assert device.asked == [
        "POST /xmlapi/session/begin", "GET /getxml?/Status", "GET /getxml?/Status", "POST /xmlapi/session/begin",
    ]  # fmt: skip


def test_a_user_without_the_right_role_is_not_logged_in_at_every_look_and_leaves_no_session_behind():
    device = cisco("idle.xml")
    device.forbidding = True
    with served(device):
        assert looks("cisco", device, *[lambda: None] * 5)[0] == [ONLINE]
    assert (device.logins, device.sessions) == (2, set())


def test_the_wait_after_a_refused_login_doubles_up_to_an_hour():
    now = [0.0]
    patience = Patience(300, lambda: now[0])
    patience.check()
    waits = []
    for _ in range(6):
        patience.refused()
        with pytest.raises(IocError, match="login refused; not tried again for"):
            patience.check()
        began = now[0]
        while True:
            now[0] += 300
            try:
                patience.check()
                break
            except IocError:
                continue
        waits.append(now[0] - began)
    assert waits == [300, 600, 1200, 2400, LONGEST_S, LONGEST_S]
    patience.accepted()
    patience.check()


def test_between_two_requests_lies_a_gap():
    with served(poly()) as device:
        looks("poly", device, gap_s=0.05)
    assert len(device.asked) == 6
    assert min(later - earlier for earlier, later in pairwise(device.asked_at)) > 0.045


def test_two_connectors_to_one_endpoint_share_its_session_and_take_turns():
    device = poly()

    async def run() -> None:
        gear = Gear()
        keys = {"url": device.url, "username": USER, "password": PASSWORD, "gap_s": 0}
        both = [connector("poly", publish=f"hg/vc/{name}", **keys) for name in ("mot", "hai")]
        for logins in (1, 2):
            found = await asyncio.gather(*(attempt(probes(Plugins(), both)["poly"], one, gear) for one in both))
            assert ([seen.error for seen in found], device.logins) == ([None, None], logins)
            device.expire()
        await gear.close()

    with served(device):
        asyncio.run(run())
    assert device.most_at_once == 1


def test_a_slow_endpoint_costs_its_time_limit_and_its_session_is_not_lost():
    device = cisco("idle.xml")
    device.gate.clear()
    with served(device):
        slow, well = looks("cisco", device, device.gate.set, timeout_s=0.3, every_s=1)
        assert slow == [OFFLINE]
        assert well[0] == ONLINE
        assert (device.logins, device.sessions) == (1, set())


def test_a_login_that_outlasts_its_look_is_the_next_ones():
    device, let = cisco("idle.xml"), threading.Event()
    known = device.known

    def hesitating(*about: object) -> bool:
        let.wait(5)
        return known(*about)

    device.known = hesitating
    with served(device):
        slow, well = looks("cisco", device, let.set, timeout_s=0.3, every_s=1)
    assert (slow, well[0]) == ([OFFLINE], ONLINE)
    assert (device.logins, device.sessions) == (1, set())


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_silent_endpoint_has_left_after_so_many_looks_and_says_when_it_is_back():
    with served(cisco("idle.xml")) as device:
        url = device.url
    assert looks("cisco", device, *[lambda: None] * 3, url=url, down_after=3) == [[], [], [OFFLINE], []]


TRUNCATED = (CAPTURED / "cisco/in_call.xml").read_bytes()[:2000]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (TRUNCATED, "no whole XML"),
        (b"", "no whole XML"),
        (b"<html><body>Sign in</body></html>", "expected a status, got <html>"),
        (b"<Status/>", "it tells nothing that is known here"),
        ((CAPTURED / "cisco/laughs.xml").read_bytes(), "document type"),
        (b"<Status>" + b" " * 1_000_000 + b"</Status>", "an answer of more than 1000000 bytes"),
    ],
    ids=["truncated", "empty", "page", "nothing", "laughs", "huge"],
)
def test_an_answer_that_cannot_be_read_is_no_state_and_no_absence(document, why, caplog):
    with served(cisco(document)) as device:
        assert looks("cisco", device) == [[ONLINE]]
    assert why in caplog.text


@pytest.mark.parametrize("document", [b"<!DOCTYPE a SYSTEM 'http://127.0.0.1/a'><a/>", b"<!DOCTYPE a><a/>"])
def test_a_document_type_is_not_read_even_without_entities(document):
    with pytest.raises(IocError, match="document type"):
        parse(document)


@pytest.mark.parametrize(("body", "why"), [(b"[{", "no whole JSON"), (b'{"result": false}', "an array of calls")])
def test_a_studio_that_answers_something_else(body, why, caplog):
    device = poly()
    device.answers["/rest/conferences"] = body
    with served(device):
        assert looks("poly", device) == [[ONLINE]]
    assert why in caplog.text


@pytest.mark.parametrize("value", ["nan", "inf", "hot", ""])
def test_a_figure_that_is_none_is_absent(value):
    document = (CAPTURED / "cisco/idle.xml").read_text().replace("48.5", value)
    assert "temp_c" not in state("cisco", cisco(document.encode()))


# --- whom we believe --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("endpoint")).issue(90, "codec.example.vn", self_signed=True)


def fingerprint(pair) -> str:
    der = ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())
    return hashlib.sha256(der).hexdigest()


def test_a_self_signed_certificate_is_taken_pinned_or_unseen_and_not_otherwise(pair, caplog):
    with served(cisco("idle.xml"), pair) as device:
        pin = fingerprint(pair).upper()
        with_colons = ":".join(pin[i : i + 2] for i in range(0, 64, 2))
        for keys in ({"fingerprint": with_colons}, {"insecure": True}):
            ((status, _state),) = looks("cisco", device, **keys)
            assert status == ONLINE
        assert looks("cisco", device) == [[OFFLINE]]
        assert "certificate: self-signed certificate" in caplog.text


def test_another_certificate_than_the_pinned_one_is_told_nothing(pair, caplog):
    with served(cisco("idle.xml"), pair) as device:
        assert looks("cisco", device, fingerprint="ab" * 32) == [[OFFLINE]]
        assert device.asked == []
    assert "certificate: not the pinned certificate" in caplog.text


ENDPOINT = {"url": "https://10.20.1.7", "username": "ioc", "password": "x", "publish": "hg/vc/phong-hop"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"publish": "hg/service/x"}, "a cisco connector publishes ORG/vc/SOURCE"),
        ({"fingerprint": "ab:cd"}, "fingerprint 'ab:cd': expected the 64 hexadecimal digits"),
        ({"fingerprint": "ab" * 32, "insecure": True}, "give one of ca, fingerprint, insecure"),
        ({"url": "10.20.1.7"}, "url: '10.20.1.7'"),
        ({"locations": ["Call"]}, "locations: ['Call']"),
        ({"locations": []}, "locations: []"),
        ({"kind": "poly", "fields": {"fps": "max("}}, "fields.fps: path 'max(' is no JMESPath"),
        ({"kind": "json", "username": None, "password": None}, "fields: missing"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(keys, words):
    given = {"kind": "cisco", **ENDPOINT, **keys}
    assert words in problems(**{name: value for name, value in given.items() if value is not None})


def test_secrets_come_from_files(tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    with served(cisco("idle.xml")) as device:
        keys = {"url": device.url, "username": USER, "password_file": str(file), "publish": "hg/vc/phong-hop"}
        asked = connector("cisco", **keys)
    assert asked.options.password == PASSWORD


# --- anything that answers JSON ---------------------------------------------------------------------------------------


def plain(answer: bytes) -> Device:
    """Behind Basic authentication, with no session."""
    device = cisco(b"")
    device.let_in, device.login = (200, answer), "/tele"
    return device


def test_a_kiosk_that_answers_json_becomes_its_state_by_a_field_map():
    answer = {"luc": "21/11/2026 08:00:05", "q": {"cho": "12", "lau_nhat": 31.5}, "giay": "Sắp hết", "ten": None}
    fields = {
        "waiting": "q.cho",
        "longest_wait_s": {"path": "q.lau_nhat", "unit": "min"},
        "paper": {"path": "giay", "words": {"Còn": "ok", "Sắp hết": "low", "Hết": "out"}},
        "printer": "khong_co",
    }
    keys = {"publish": "hg/queue/k07", "fields": fields, "method": "POST", "body": "{}"}
    keys |= {"time": {"path": "luc", "format": "%d/%m/%Y %H:%M:%S"}}
    told = json_looks(plain(json.dumps(answer).encode()), **keys)
    assert told[0][1] == OutMessage(
        "ioc/v1/hg/queue/k07/state",
        {"ts": "2026-11-21T08:00:05", "waiting": "12", "longest_wait_s": 1890, "paper": "low"},
    )
    known = understood(told[0][1].topic, told[0][1].state)
    assert known.metrics == {"waiting": 12, "longest_wait_s": 1890}
    assert known.texts == {"paper": "low"}


def test_a_service_that_answers_json_is_up_with_its_figures():
    fields = {"queue_depth": "hang_doi", "latency_ms": {"path": "tre_s", "unit": "s"}}
    keys = {"publish": "hg/service/truc", "fields": fields, "method": "POST"}
    ((message,),) = json_looks(plain(b'{"hang_doi": 4, "tre_s": 0.25}'), **keys)
    told = message.state
    assert (told["up"], told["queue_depth"], told["latency_ms"], told["error"]) == (True, 4, 250, None)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b'{"q": ', "no whole JSON"),
        (b'{"khac": 1}', "nothing stands where the fields look"),
        (b'{"q": {"x": "nhieu"}}', "longest_wait_s: "),
        (b" " * 1_000_001, "more than 1000000 bytes"),
    ],
)
def test_json_that_cannot_be_read_is_no_state(answer, why, caplog):
    keys = {"publish": "hg/queue/k07", "fields": {"longest_wait_s": {"path": "q.x", "unit": "min"}}, "method": "POST"}
    ((status,),) = json_looks(plain(answer), **keys)
    assert status.state["online"] is True
    assert why in caplog.text


def test_a_wrong_password_for_json_is_left_alone_too():
    device = plain(b"{}")
    device.password = "another"
    keys = {"publish": "hg/service/truc", "fields": {"queue_depth": "x"}, "method": "POST"}
    told = json_looks(device, *[lambda: None] * 4, **keys)
    assert device.logins == 1
    assert [message.state["up"] for (message,) in told] == [False] * 5
    assert told[0][0].state["error"] == "HTTP 401"
    assert told[1][0].state["error"].startswith("login refused; not tried again for ")


def json_looks(device: Device, *between: Callable[[], object], **keys: object) -> list[list[OutMessage]]:
    with served(device):
        return looks("json", device, *between, url=f"{device.url}/tele", **keys)
