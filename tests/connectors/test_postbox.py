"""The demonstration's postbox: what the real channels send is kept as its receiver has it."""

import os
import socket
import urllib.error
import urllib.request

import msgspec
import pytest

from alerts.channels import email, sms_http
from alerts.message import AlertMessage
from alerts.sms import Piece
from connectors.postbox.serving import receiving
from connectors.simulator.demo import alerting
from ioc.bootstrap import default_table, parse_settings
from ioc.ops.environment import SMS_FD, SMTP_FD
from ioc.platform.postbox import KEPT, Postbox, PostboxMessage
from tests.clock import FakeClock

TEXT = "Cáp quang huyện Quản Bạ: Ngừng hoạt động"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "postbox.jsonl"


@pytest.fixture
def channels(tmp_path, file, monkeypatch):
    """The channels of the demonstration as configured, while its receivers are served."""
    smtp, sms = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
    told = alerting("ha-giang", smtp.getsockname()[1], sms.getsockname()[1])
    for name, one in ((SMTP_FD, smtp), (SMS_FD, sms)):
        monkeypatch.setenv(name, str(os.dup(one.fileno())))
    settings = parse_settings(default_table(tmp_path) | told, "test")
    with receiving(file, FakeClock(1_000)):
        yield {channel.name: channel.options for channel in settings.channel}
    smtp.close()
    sms.close()


def message(address: str) -> AlertMessage:
    return AlertMessage("ref-1", address, f"[IOC] {TEXT}", TEXT, f"<p>{TEXT}</p>", (Piece(TEXT),), 1_780_000_000_000)


def test_a_mail_is_kept_with_its_words_and_its_page(channels, file):
    email.send(channels["mail"], message("truc.ca.ngay@example.vn"))
    (kept,) = Postbox(file).newest()
    assert (kept.at, kept.way, kept.address, kept.ref) == (1_000, "email", "truc.ca.ngay@example.vn", "ref-1")
    assert (kept.subject, kept.text.strip(), kept.html.strip()) == (f"[IOC] {TEXT}", TEXT, f"<p>{TEXT}</p>")
    assert kept.sender == "ioc@example.vn"


def test_a_text_is_kept_as_the_phone_gets_it(channels, file):
    assert sms_http.send(channels["sms"], message("0912345671")) == "ref-1"
    (kept,) = Postbox(file).newest()
    assert (kept.way, kept.address, kept.text) == ("sms", "0912345671", "Cap quang huyen Quan Ba: Ngung hoat dong")


def test_what_is_no_order_is_refused_and_not_kept(channels, file):
    request = urllib.request.Request(channels["sms"].url, data=b'{"phone": "0912345671"}', method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)
    assert refused.value.code == 400
    assert "text" in refused.value.read().decode()
    assert Postbox(file).newest() == []


def test_without_a_postbox_nothing_listens(monkeypatch):
    monkeypatch.delenv(SMTP_FD, raising=False)
    with receiving(None, FakeClock()):
        pass


def test_the_newest_stay_and_a_line_cut_off_is_passed_over(file):
    box = Postbox(file)
    for n in range(KEPT + 3):
        line = PostboxMessage(at=n, way="sms", address="0912345671", ref=str(n), text="x")
        with file.open("ab") as out:
            out.write(msgspec.json.encode(line) + b"\n")
    with file.open("ab") as out:
        out.write(b'{"at": 9')
    assert [one.at for one in box.newest()] == list(range(KEPT + 2, 2, -1))
    box.trim()
    assert len(file.read_bytes().splitlines()) == KEPT
    assert file.stat().st_mode & 0o077 == 0
