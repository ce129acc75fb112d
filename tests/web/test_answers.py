"""Answers over the web: the door of a gateway, and the page behind a link."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from msgspec.structs import force_setattr

from alerts import drills
from alerts.answering.offers import Offers
from alerts.channels import sms_http
from alerts.gateway_calls import ReplyFormat
from ioc.config.alerting import Channel
from ioc.platform.db.tables import alert, notification, notification_alert
from tests.web.conftest import KIOSKS, NORTH, Province, begin_incident, raise_alert

PHONE, SECRET = "0912345678", "mot-bi-mat-du-dai"
DOOR = "/api/v1/replies/sms"
ANSWERED = sms_http.Options(
    url="http://127.0.0.1/", secret=SECRET, inbound="0912000000", reply=ReplyFormat(phone="phone", text="content")
)


@pytest.fixture
def told(province: Province) -> Iterator[int]:
    """The alert that a phone was told of."""
    channels = (Channel(name="sms", kind="sms_http", options=ANSWERED), Channel(name="mail", kind="email"))
    force_setattr(province.site.context.settings, "channel", channels)
    incident = begin_incident(province, KIOSKS[NORTH])
    alert_id = raise_alert(province, KIOSKS[NORTH], incident_id=incident)
    row = {"ref": "r1", "receiver": "lan", "channel": "sms", "address": PHONE, "what": "firing", "subject": "x",
           "payload": {"lang": "vi", "lines": [{"alert": alert_id}]}, "state": "delivered",
           "created_at": province.clock.now_ms(), "next_try_at": 0}  # fmt: skip
    with province.db.write() as conn:
        number = conn.execute(sa.insert(notification).values(row)).inserted_primary_key[0]
        conn.execute(sa.insert(notification_alert).values(notification_id=number, alert_id=alert_id))
    return alert_id


def link(province: Province) -> str:
    with province.db.read() as conn:
        row = conn.execute(sa.select(notification)).mappings().one()
    offers = Offers({}, "https://ioc.example.vn", province.site.context.live_key)
    return offers.of(row, row["payload"]).link.removeprefix("https://ioc.example.vn")


def owner(province: Province) -> tuple[str, str | None]:
    with province.db.read() as conn:
        return tuple(conn.execute(sa.select(alert.c.state, alert.c.acknowledged_by)).one())


@pytest.mark.parametrize("how", ["json", "form", "query", "get"])
def test_a_gateway_hands_on_what_somebody_texted(province: Province, told: int, how: str) -> None:
    said = {"secret": SECRET, "phone": "+84912345678", "content": f"{told}a", "type": "sms"}
    client = province.client()
    answer = {
        "json": lambda: client.post(DOOR, json=said | {"id": 7}),
        "form": lambda: client.post(DOOR, data=said),
        "query": lambda: client.post(f"{DOOR}?secret={SECRET}", data=said),
        "get": lambda: client.get(DOOR, query_string=said),
    }[how]()
    assert (answer.status_code, answer.json) == (200, {"outcome": "taken"})
    assert owner(province) == ("acknowledged", "lan")
    assert province.bus.sent, "every worker hears of it"


@pytest.mark.parametrize(
    ("door", "said"),
    [
        (DOOR, {"secret": "khac", "phone": PHONE, "content": "1a"}),
        (DOOR, {"phone": PHONE, "content": "1a"}),
        ("/api/v1/replies/mail", {"secret": "", "phone": PHONE, "content": "1a"}),
        ("/api/v1/replies/khac", {"secret": SECRET}),
    ],
)
def test_the_door_is_shut_to_who_does_not_know_the_secret(
    province: Province, told: int, door: str, said: dict[str, str]
) -> None:
    assert province.client().post(door, data=said).status_code == 404
    assert owner(province) == ("firing", None)


def test_guessing_the_secret_is_braked(province: Province, told: int) -> None:
    answers = [province.client().post(DOOR, data={"secret": str(n)}).status_code for n in range(7)]
    assert answers == [404] * 5 + [429] * 2


def test_what_is_no_message_says_so(province: Province, told: int) -> None:
    answer = province.client().post(DOOR, data={"secret": SECRET, "type": "report"})
    assert (answer.status_code, answer.json) == (200, {"outcome": None})


def test_a_link_asks_before_it_acts(province: Province, told: int) -> None:
    page = province.client().get(link(province))
    text = page.get_data(as_text=True)
    assert (page.status_code, owner(province)) == (200, ("firing", None))
    for said in (
        "Tôi nhận xử lý",
        "NGHIÊM TRỌNG",
        "Huyện Đồng Văn: queue hg.dong-van: Mất kết nối",
        "Gửi cho lan",
        '<form method="post">',
    ):
        assert said in text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    done = province.client().post(link(province))
    assert "Đã ghi nhận: lan nhận xử lý lúc 10:00 21/11/2026." in done.get_data(as_text=True)
    assert owner(province) == ("acknowledged", "lan")
    assert "<form" not in done.get_data(as_text=True)


def test_a_page_says_what_is_played_and_which_commune_is_meant(province: Province, told: int) -> None:
    place = {"org": "hg.dong-van.lung-cu", "kind": "vc", "source": "cau-1", "simulated": True, "rule": drills.RULE.id}
    with province.db.write() as conn:
        conn.execute(sa.update(alert).values(place))
    text = province.client().get(link(province)).get_data(as_text=True)
    for said in ("Xã Lũng Cú, Đồng Văn: ", "MÔ PHỎNG", "DIEN TAP"):
        assert said in text


def test_a_link_ends_with_its_alert(province: Province, told: int) -> None:
    with province.db.write() as conn:
        conn.execute(sa.update(alert).values(state="resolved_unseen", open=False))
    for answer in (province.client().get(link(province)), province.client().post(link(province))):
        assert "Việc này đã kết thúc" in answer.get_data(as_text=True)
        assert "<form" not in answer.get_data(as_text=True)
    assert owner(province) == ("resolved_unseen", None)


@pytest.mark.parametrize("token", ["1-1-AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "a" * 500])
def test_a_forged_link_opens_nothing(province: Province, told: int, token: str) -> None:
    for answer in (province.client().get(f"/answer/{token}"), province.client().post(f"/answer/{token}")):
        assert answer.status_code == 404
        assert "Đồng Văn" not in answer.get_data(as_text=True)


def test_an_old_link_has_expired(province: Province, told: int) -> None:
    where = link(province)
    province.clock.advance(73 * 3600)
    assert province.client().post(where).status_code == 410
    assert owner(province) == ("firing", None)
