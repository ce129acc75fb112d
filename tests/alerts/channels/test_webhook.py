"""The webhook against a receiver that checks what the manual tells receivers to check."""

import hashlib
import hmac
import json
import time

import pytest

from alerts.channels import webhook
from alerts.message import AlertMessage
from alerts.sms import Piece
from ioc.core.errors import Code, IocError
from tests.alerts.channels.gateways import Gateway, serving

SECRET = "mot-bi-mat-du-dai"
LINE = {"alert": 7, "severity": "critical", "title": "alert.offline", "params": {}, "org": "hg", "subject": "hg/vc/p1"}
NOTE = AlertMessage(
    "ref-1", "su-kien", "Mất kết nối", "t", "h", [Piece("sms")], 9, "firing", {"lines": [LINE], "incident": 3}
)


class Receiver(Gateway):
    """Refuses a wrong signature, a timestamp five minutes off and an id that came before."""

    def __init__(self):
        super().__init__()
        self.known = set()

    def take(self, _path, headers, body):
        at, ref = headers["X-IOC-Timestamp"], headers["X-IOC-Id"]
        signed = hmac.new(SECRET.encode(), f"{ref}.{at}.{body}".encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(headers["X-IOC-Signature"], f"v1={signed}") or abs(time.time() - int(at)) > 300:
            return 401, "bad signature or time"
        if ref not in self.known:
            self.known.add(ref)
            self.texts.append((ref, body))
        return 204, ""


@pytest.fixture
def receiver():
    with serving(Receiver()) as server:
        yield server


def options(receiver, **more):
    return webhook.Options(**{"url": receiver.url + "/ioc", "secret": SECRET, "timeout_s": 3.0, **more})


def test_what_is_said_arrives_as_text_and_as_figures_and_a_copy_is_known(receiver):
    for _ in range(2):
        assert webhook.send(options(receiver), NOTE) == ""
    ((ref, body),) = receiver.texts
    said = json.loads(body)
    assert ref == said["id"] == "ref-1"
    assert (said["schema"], said["event"], said["subject"]) == ("ioc.notification/1", "firing", "Mất kết nối")
    assert (said["sms"], said["incident"], said["alerts"]) == ("sms", 3, [LINE])


def test_what_was_listened_to_cannot_be_changed_or_played_later(receiver):
    webhook.send(options(receiver), NOTE)
    _, path, headers, body = receiver.requests[0]
    forged = dict(headers)
    assert receiver.take(path, forged, body.replace("critical", "warning"))[0] == 401
    assert receiver.take(path, forged | {"X-IOC-Id": "ref-2"}, body)[0] == 401
    old = str(int(time.time()) - 3600)
    assert receiver.take(path, forged | {"X-IOC-Timestamp": old}, body)[0] == 401
    stale = {"X-IOC-Timestamp": old, "X-IOC-Signature": webhook.signature(SECRET, "ref-1", old, body.encode())}
    assert receiver.take(path, forged | stale, body)[0] == 401


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, Code.GATEWAY_UNAVAILABLE),
        (429, Code.GATEWAY_BUSY),
        (401, Code.GATEWAY_ACCOUNT),
        (410, Code.GATEWAY_REFUSED),
        (302, Code.GATEWAY_REFUSED),
    ],
)
def test_what_an_answer_means(receiver, status, code):
    receiver.answers = [(status, "")]
    with pytest.raises(IocError) as refused:
        webhook.send(options(receiver), NOTE)
    assert refused.value.code is code


def test_a_short_secret_is_refused_without_being_repeated():
    with pytest.raises(ValueError, match="16 characters") as refused:
        webhook.Options(url="http://127.0.0.1/", secret="ngan-qua")
    assert "ngan-qua" not in str(refused.value)


def test_one_that_is_away_is_worth_another_try_and_no_secret_of_its_address_is_told():
    away = webhook.Options(url="http://127.0.0.1:1/ioc?key=an-cap", secret=SECRET)
    with pytest.raises(IocError) as refused:
        webhook.send(away, NOTE)
    assert refused.value.transient
    assert "an-cap" not in refused.value.message
