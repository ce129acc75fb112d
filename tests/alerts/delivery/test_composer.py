"""What messages say, in both languages and in one SMS; and who is told by the routes."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import sms
from alerts.answering.offers import AnswerOffer
from alerts.delivery.composer import Composer
from alerts.delivery.routing import Destination, Router
from alerts.model import NotificationType
from alerts.service import public_url
from ioc.config import read
from ioc.config.settings import Http, Settings
from ioc.core import registry
from ioc.core.model import Severity
from ioc.core.texts import Texts
from ioc.domain.inventory import Inventory, OrgTree
from ioc.messages.kinds import specs
from tests.alerts.conftest import ORGS, Pocket, ms
from tests.alerts.made import alert_at

TEXTS = Texts(Path(__file__).parents[3] / "web" / "i18n")
COMPOSER = Composer(TEXTS, "https://ioc.example.vn")


def line(**more):
    since = ms("2026-11-20 08:02")
    said = {
        "alert": 1, "severity": "critical", "title": "alert.offline", "params": {}, "since": since, "ended": None,
        "org": "xm", "org_name": "Xín Mần", "subject": "xm/vc/p1", "name": "Điểm cầu Nàn Ma", "tz": "Asia/Ho_Chi_Minh",
        "simulated": False,
    }  # fmt: skip
    return {**said, **more}


def compose(*lines, what=NotificationType.FIRING, lang="vi"):
    payload = {"lang": lang, "lines": list(lines)}
    return COMPOSER.compose("r", "a@b.vn", what, payload, ms("2026-11-20 08:07"))


def test_an_sms_says_it_in_one_segment_without_marks():
    text = sms.compose(compose(line()).sms, unicode=False, max_segments=1).text
    assert text == (
        "[IOC] NGHIEM TRONG Xin Man: Diem cau Nan Ma: Mat ket noi, tu 08:02 20/11/2026. https://ioc.example.vn/alerts"
    )
    assert sms.segments(text) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, None),
        ({"host": "0.0.0.0", "certificate": "c.pem", "key": "k.pem"}, None),
        ({"public_url": "http://127.0.0.1:8080"}, None),
        ({"public_url": "https://localhost/"}, None),
        ({"public_url": "http://[::1]:8080"}, None),
        ({"public_url": "http://0.0.0.0:8080"}, None),
        ({"public_url": "http://[::]/"}, None),
        ({"public_url": "ioc.example.vn"}, None),
        ({"public_url": "https://ioc.example.vn/"}, "https://ioc.example.vn"),
    ],
)
def test_a_message_carries_no_link_that_only_this_machine_could_open(given, said):
    base = public_url(Settings(data_dir="x", http=Http(**given)))
    assert base == said
    payload = {"lang": "vi", "lines": [line()]}
    message = Composer(TEXTS, base).compose("r", "a@b.vn", NotificationType.FIRING, payload, ms("2026-11-20 08:07"))
    for text in (sms.joined(message.sms), message.text, message.html, message.subject):
        assert ("://" in text) == (said is not None and text is not message.subject)


def test_long_names_are_cut_to_one_segment():
    long = line(org_name="Trung tâm Phục vụ hành chính công tỉnh " * 3, name="Màn hình số {1} " * 9, simulated=True)
    text = sms.compose(compose(long, long).sms, unicode=False, max_segments=1).text
    assert sms.segments(text) == 1
    assert text.startswith("[MO PHONG] [IOC] NGHIEM TRONG Trung tam")


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=90)
FIGURES = st.integers(0, 99_999) | st.floats(0, 9_999, allow_nan=False).map(lambda value: round(value, 2))
TITLES = ("alert.above", "alert.plain.below", "alert.was_above")


@settings(max_examples=80, deadline=None)
@given(
    st.builds(lambda **names: names, org_name=NAMES, parent_name=NAMES, name=NAMES),
    FIGURES,
    FIGURES,
    st.sampled_from(TITLES),
    NAMES,
    st.booleans(),
    st.integers(1, 3),
)
def test_an_sms_never_costs_more_and_never_loses_figure_or_limit(names, value, limit, title, metric, unicode, most):
    params = {"metric": metric, "value": value, "limit": limit, "unit": "phút"}
    draft = compose(line(**names, title=title, params=params, simulated=True)).sms
    text = sms.compose(draft, unicode=unicode, max_segments=most)
    assert sms.segments(text.text) <= most
    for figure in (value, limit):
        assert str(figure).replace(".", ",") in text.text
    assert text.text.startswith("[MÔ PHỎNG] [IOC]" if unicode else "[MO PHONG] [IOC]")


def test_a_name_of_figures_does_not_drive_out_the_figure():
    params = {"metric": "7 7" * 60, "value": 45, "limit": 30, "unit": "phút"}
    text = sms.compose(compose(line(title="alert.above", params=params)).sms, unicode=True, max_segments=1).text
    assert sms.segments(text) == 1
    assert "45" in text.split()
    assert "30" in text.split()


def test_a_message_says_how_to_answer_where_that_is_offered():
    payload = {"lang": "vi", "lines": [line()]}
    offer = AnswerOffer("12a", "https://ioc.example.vn/answer/1-2-x")
    message = COMPOSER.compose("r", "a@b.vn", NotificationType.FIRING, payload, ms("2026-11-20 08:07"), offer)
    text = sms.compose(message.sms, unicode=False, max_segments=2).text
    assert text.endswith("20/11/2026. tra loi 12a de nhan. https://ioc.example.vn/answer/1-2-x")
    assert "Nhận xử lý: https://ioc.example.vn/answer/1-2-x" in message.text
    assert '<a href="https://ioc.example.vn/answer/1-2-x">Tôi nhận xử lý</a>' in message.html
    branded = AnswerOffer("12a", number="0912000000")
    message = COMPOSER.compose("r", "a@b.vn", NotificationType.FIRING, payload, ms("2026-11-20 08:07"), branded)
    text = sms.compose(message.sms, unicode=False, max_segments=2).text
    assert "20/11/2026. soan 12a gui 0912000000 de nhan." in text
    payload["lines"][0]["name"] = "Trung tâm Hội nghị truyền hình trực tuyến tỉnh"
    message = COMPOSER.compose("r", "a@b.vn", NotificationType.FIRING, payload, ms("2026-11-20 08:07"), offer)
    assert sms.compose(message.sms, unicode=False, max_segments=1).text.endswith("tra loi 12a de nhan")
    plain = COMPOSER.compose("r", "a@b.vn", NotificationType.FIRING, payload, ms("2026-11-20 08:07"))
    assert "answer" not in plain.text + plain.html + sms.joined(plain.sms)


def test_two_communes_of_one_name_are_told_apart():
    one, other = (
        sms.compose(
            compose(line(parent_name=district, org_name="Xã Tả Lủng", name="Màn hình " * 9)).sms,
            unicode=False,
            max_segments=1,
        ).text
        for district in ("Huyện Đồng Văn", "Huyện Mèo Vạc")
    )
    assert one.startswith("[IOC] NGHIEM TRONG Huyen Dong Van, Xa Ta Lung: ")
    assert other.startswith("[IOC] NGHIEM TRONG Huyen Meo Vac, Xa Ta Lung: ")


@pytest.mark.parametrize(
    ("org", "name", "said"),
    [
        ("Xã Tả Lủng", "Điểm cầu xã Tả Lủng", "Huyện Đồng Văn, Xã Tả Lủng: Điểm cầu: Mất kết nối"),
        ("Xã Tả Lủng", "Kiosk 2 – xã Tả Lủng, huyện Đồng Văn", "Huyện Đồng Văn, Xã Tả Lủng: Kiosk 2: Mất kết nối"),
        ("Một cửa huyện Đồng Văn", "Màn hình Một cửa huyện Đồng Văn", "Một cửa huyện Đồng Văn: Màn hình: Mất kết nối"),
        ("Xã Tả", "Điểm cầu xã Tả Lủng", "Huyện Đồng Văn, Xã Tả: Điểm cầu xã Tả Lủng: Mất kết nối"),
        ("Xã Tả Lủng", "Xã Tả Lủng", "Huyện Đồng Văn, Xã Tả Lủng: Mất kết nối"),
    ],
)
def test_an_sms_names_a_place_once(org, name, said):
    draft = compose(line(parent_name="Huyện Đồng Văn", org_name=org, name=name)).sms
    assert sms.joined(draft).startswith(f"[IOC] NGHIÊM TRỌNG {said}")


def test_a_mail_names_the_unit_above():
    message = compose(line(parent_name="Huyện Đồng Văn", org_name="Xã Tả Lủng", org="hg.dong-van.ta-lung"))
    assert "· Xã Tả Lủng, Đồng Văn ·" in message.subject
    assert "Xã Tả Lủng, Đồng Văn (hg.dong-van.ta-lung)" in message.text


def test_an_sms_says_nothing_of_the_receiver():
    message = COMPOSER.compose("r", "0912345678", NotificationType.FIRING, {"lang": "vi", "lines": [line()]}, 0)
    assert "0912345678" not in sms.joined(message.sms)


def test_a_letter_is_a_plain_table():
    text = compose(line()).text
    assert text.splitlines() == [
        "[IOC] NGHIÊM TRỌNG",
        "",
        "Mức độ:  Nghiêm trọng",
        "Đơn vị:  Xín Mần (xm)",
        "Nguồn:   Điểm cầu Nàn Ma (xm/vc/p1)",
        "Sự việc: Mất kết nối",
        "Bắt đầu: 08:02 20/11/2026",
        "Kéo dài: 5 phút",
        "",
        "Xem tại: https://ioc.example.vn/alerts",
    ]


def test_the_end_says_when_and_how_long():
    ended = line(ended=ms("2026-11-20 10:05"))
    message = compose(ended, what=NotificationType.RESOLVED, lang="en")
    assert message.subject == "[IOC] RESOLVED · Xín Mần · Điểm cầu Nàn Ma: Offline"
    assert "Ended:    10:05 20 Nov 2026" in message.text
    assert "Lasted:   2 hours" in message.text


def test_a_hostile_name_stays_text():
    message = compose(line(name="<script>\r\nBcc: x@y.z"))
    assert "<script>" not in message.html
    assert "\n" not in message.subject
    assert "\r" not in message.text


def test_a_title_with_a_text_inside_is_rendered_in_its_language():
    params = {"metric": {"key": "alert.field.since"}, "value": 32, "limit": 30, "unit": {"key": "alert.unit.minutes"}}
    above = line(title="alert.above", params=params)
    assert compose(above).subject.endswith("Bắt đầu 32 phút (ngưỡng 30 phút)")
    assert compose(above, lang="en").subject.endswith("Since 32 min (limit 30 min)")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_text_this_package_names_is_there(lang):
    package = Path(__file__).parents[3] / "alerts"
    words = {word for file in package.rglob("*.py") for word in file.read_text(encoding="utf-8").split('"')}
    keys = {word for word in words if word.startswith("alert.") and "{" not in word and word != "alert."}
    keys |= {f"alert.severity.{severity}" for severity in Severity} | {f"alert.message.{s}" for s in Severity}
    keys |= {f"alert.age.{unit}" for unit in ("days", "hours", "minutes", "seconds")}
    for kind, spec in specs(registry.scan("connectors.kinds")).items():
        keys |= {f"alert.word.{kind}.{name}.{word}" for name, each in spec.words.items() for word in each.words or ()}
        keys |= {
            f"alert.said.{kind}.{name}.{word}"
            for name, each in spec.words.items()
            if each.sentences
            for word in each.words or ()
        }
    assert {key for key in keys if key not in TEXTS.catalogues[lang]} == set()


CONFIG = """
data_dir = "x"
[[channel]]
name = "mail"
kind = "pocket"
[[receiver]]
name = "xm-only"
email = ["a@xm.vn", "b@xm.vn"]
[[receiver]]
name = "everybody"
email = ["all@hg.vn"]
lang = "en"
[[receiver]]
name = "no-mail"
phone = ["0912345678"]
[[route]]
org = "xm"
severity = ["critical"]
receivers = ["xm-only"]
channels = ["mail"]
continue = true
[[route]]
org = "hg"
receivers = ["everybody", "no-mail"]
channels = ["mail"]
[[route]]
receivers = ["xm-only"]
channels = ["mail"]
"""
XM = [Destination("xm-only", "mail", "a@xm.vn", "vi"), Destination("xm-only", "mail", "b@xm.vn", "vi")]
ALL = [Destination("everybody", "mail", "all@hg.vn", "en")]


@pytest.mark.parametrize(
    ("org", "severity", "expected"),
    [("xm", "critical", XM + ALL), ("xm", "warning", ALL), ("mv", "critical", ALL), ("mv", "info", None)],
)
def test_the_first_route_wins_unless_it_continues(org, severity, expected):
    rules = {kind: module.Options for kind, module in registry.scan("alerts.rules").items()}
    settings = read.parse(tomllib.loads(CONFIG), {"rule": rules, "channel": {"pocket": Pocket.Options}}, {})
    router = Router(settings.book, {"mail": "email"})
    assert router.destinations(Inventory(OrgTree(ORGS)), alert_at(org, Severity(severity)), 0) == expected
