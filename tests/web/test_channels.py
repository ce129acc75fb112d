"""Channels by the API: how each does, a test over one, and what a gateway reports later."""

from typing import Any

import pytest
import sqlalchemy as sa

from alerts.delivery.fallback import chain
from alerts.delivery.routing import Destination
from ioc.platform.db.tables import channel_health, delivery, notification
from tests.alerts.backlog import fill
from tests.web.conftest import SECRET, Province

CHANNELS = "/api/v1/channels"
RECEIPTS = "/api/v1/receipts/sms"
NEXT = Destination("lan", "mail", "lan@example.vn", "vi")


def sent(province: Province, **values: Any) -> None:
    """One notification that the gateway took."""
    fill(province.db, 1, ["0912345678"], channel="sms", severity="critical", at=province.clock.now_ms())
    taken = {"state": "delivered", "receipt": "77", "delivered_at": province.clock.now_ms()}
    with province.db.write() as conn:
        conn.execute(sa.update(notification).values(taken | values))


def rows(province: Province) -> list[Any]:
    with province.db.read() as conn:
        return list(conn.execute(sa.select(notification).order_by(notification.c.id)))


def report(province: Province, status: str, secret: str = SECRET, path: str = RECEIPTS) -> Any:
    return province.client().get(f"{path}?secret={secret}&SMSID=77&Status={status}&whatever=1")


def test_each_channel_says_how_it_does(province: Province) -> None:
    now = province.clock.now_ms()
    fill(province.db, 3, ["0912345678"], channel="sms", at=now - 60_000)
    with province.db.write() as conn:
        failing = {"state": "failing", "since": now - 90_000, "failure": "auth", "detail": "gateway_account: 103"}
        conn.execute(sa.insert(channel_health).values(channel="sms", **failing))
    mail, sms = province.get(CHANNELS, "operator").json["items"]
    assert (mail["name"], mail["state"], mail["queued"], mail["since"]) == ("mail", "ok", 0, None)
    assert (sms["state"], sms["failure"], sms["queued"]) == ("failing", "auth", 3)
    assert sms["oldest_at"] == "2026-11-21T09:59:00+07:00"
    metrics = province.get("/metrics").text
    assert 'ioc_channel_up{channel="mail"} 1' in metrics
    assert 'ioc_channel_up{channel="sms"} 0' in metrics
    assert 'ioc_channel_failing_seconds{channel="sms"} 90' in metrics
    assert 'ioc_channel_queue{channel="sms"} 3' in metrics
    assert 'ioc_channel_oldest_seconds{channel="sms"} 60' in metrics


def test_the_wall_says_which_channel_does_not_deliver(province: Province) -> None:
    def failing() -> Any:
        province.reload()
        return province.get("/api/v1/live?widgets=alert_feed").json["items"][0]["payload"]["failing"]

    assert failing() == {}
    with province.db.write() as conn:
        values = {"channel": "sms", "since": province.clock.now_ms(), "failure": "unreachable"}
        conn.execute(sa.insert(channel_health).values(state="failing", **values))
    assert failing() == {"sms": {"since": "2026-11-21T10:00:00+07:00", "failure": "unreachable"}}


def test_a_test_is_queued_like_any_other_message(province: Province) -> None:
    answer = province.post(f"{CHANNELS}/mail/test", "admin", {"address": "lan@example.vn"})
    assert answer.status_code == 202
    [row] = rows(province)
    assert (row.id, row.what, row.state) == (answer.json["notification"], "test", "waiting")
    [item] = province.get("/api/v1/notifications").json["items"]
    assert (item["receiver"], item["address"], item["deliveries"]) == ("admin", "lan@example.vn", [])


@pytest.mark.parametrize(
    ("channel", "address", "status", "code"),
    [
        ("mail", "a@b.vn, c@d.vn", 422, "bad_address"),
        ("sms", "lan@example.vn", 422, "bad_phone"),
        ("pigeon", "lan", 404, "unknown_channel"),
    ],
)
def test_a_test_to_nowhere_is_refused(province: Province, channel: str, address: str, status: int, code: str) -> None:
    answer = province.post(f"{CHANNELS}/{channel}/test", "admin", {"address": address})
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)


def test_only_an_administrator_sends_tests(province: Province) -> None:
    assert province.post(f"{CHANNELS}/mail/test", "operator", {"address": "x"}).status_code == 403


def test_a_gateway_reports_that_it_arrived(province: Province) -> None:
    sent(province)
    assert report(province, "5").json == {"known": True}
    [item] = province.get("/api/v1/notifications").json["items"]
    assert (item["state"], item["receipt"], item["receipt_state"]) == ("delivered", "77", "delivered")
    assert item["receipt_at"] is not None


def test_one_that_did_not_arrive_has_failed_and_goes_on_to_the_next(province: Province) -> None:
    sent(province, fallback=chain([NEXT]))
    for _ in range(2):  # a gateway says it as often as it likes
        assert report(province, "4").json == {"known": True}
    first, following = rows(province)
    assert (first.state, first.receipt_state, first.replaced_by) == ("failed", "undeliverable", following.id)
    assert (following.channel, following.address, following.state) == ("mail", "lan@example.vn", "waiting")
    failed = province.get("/api/v1/notifications").json["items"][-1]["deliveries"]
    assert [(one["channel"], one["outcome"], one["failure"]) for one in failed] == [("sms", "failed", "address")]


def test_a_report_comes_as_json_or_as_a_form_and_by_our_own_id(province: Province) -> None:
    sent(province)
    url = f"{RECEIPTS}?secret={SECRET}"
    assert province.client().post(url, json={"SMSID": 78, "Status": "5"}).json == {"known": False}
    assert province.client().post(url, data={"RequestId": "ref1", "SMSID": "0", "Status": "5"}).json == {"known": True}
    assert rows(province)[0].receipt_state == "delivered"


def test_what_says_nothing_final_changes_nothing(province: Province) -> None:
    sent(province)
    assert report(province, "1").json == {"known": False}
    assert rows(province)[0].receipt_state is None


@pytest.mark.parametrize(
    ("path", "secret"), [(RECEIPTS, "x"), (RECEIPTS, ""), ("/api/v1/receipts/mail", SECRET), ("/api/v1/receipts/x", "")]
)
def test_who_does_not_know_the_secret_is_held_off_after_a_few_tries(province: Province, path: str, secret: str) -> None:
    sent(province)
    assert [report(province, "5", secret, path).status_code for _ in range(6)] == [404] * 5 + [429]
    assert rows(province)[0].receipt_state is None


def test_attempts_say_how_each_went(province: Province) -> None:
    sent(province)
    with province.db.write() as conn:
        tried = {"notification_id": 1, "at": province.clock.now_ms()}
        conn.execute(sa.insert(delivery).values(**tried, ok=False, detail="away", failure="unreachable"))
        conn.execute(sa.insert(delivery).values(**tried, ok=False, detail="expired"))
        conn.execute(sa.insert(delivery).values(**tried, ok=True, detail="77"))
    [item] = province.get("/api/v1/notifications", "operator").json["items"]
    assert [(one["outcome"], one["failure"]) for one in item["deliveries"]] == [
        ("failed", "unreachable"),
        ("not_sent", None),
        ("delivered", None),
    ]
