"""The modem: a real gammu-smsd on a phone that is none, and what becomes of a message when nobody drives it."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from alerts import sms
from alerts.channels import _smsbackup, gsm_modem
from alerts.message import AlertMessage
from alerts.sms import Piece
from ioc.core.errors import Code, IocError
from tests.alerts.channels.modem import Modem

NOTE = AlertMessage("ref-1", "0912345678", "s", "t", "h", [Piece("Đồng Văn: cáp mất [45/60] ^ {x}")], 1_780_000_000_000)
LONG = "Trung tâm Phục vụ hành chính công huyện Đồng Văn: mất kết nối 45/60 phút; "


def until(condition, what):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.fixture
def modem(tmp_path):
    return Modem(tmp_path)


def options(modem, **more):
    return gsm_modem.Options(**{**modem.folders, "timeout_s": 15.0, **more})


def test_gammu_reads_the_texts_back_equal(modem):
    notes = {
        "gsm": (options(modem), NOTE),
        "two": (options(modem, max_segments=2), replace(NOTE, ref="two", sms=[Piece(LONG * 3)])),
        "ucs": (options(modem, unicode=True, max_segments=3), replace(NOTE, ref="ucs", sms=[Piece(LONG * 2)])),
    }
    with modem.driven():
        for given, note in notes.values():
            assert gsm_modem.send(given, note).endswith(f"_{note.ref}.smsbackup")
    wanted = [
        part
        for given, note in notes.values()
        for part in sms.parts(sms.compose(note.sms, unicode=given.unicode, max_segments=given.max_segments).text)
    ]
    assert modem.sent == [("+84912345678", part) for part in wanted]
    assert len(wanted) == 6
    assert modem.sent[0][1] == "Dong Van: cap mat [45/60] ^ {x}"


def test_one_that_was_sent_before_is_not_sent_again(modem):
    with modem.driven():
        first = gsm_modem.send(options(modem), NOTE)
        assert gsm_modem.send(options(modem), NOTE) == first
    assert len(modem.sent) == 1


def test_what_nobody_takes_is_taken_back_and_worth_another_try(modem):
    with pytest.raises(IocError) as away:
        gsm_modem.send(options(modem, timeout_s=0.2), NOTE)
    assert (away.value.code, away.value.transient) == (Code.GATEWAY_UNAVAILABLE, True)
    assert list(Path(modem.folders["outbox"]).iterdir()) == []


def test_what_the_modem_could_not_send_is_tried_again(modem):
    def fails():
        name = gsm_modem.file_name(options(modem), NOTE)
        laid = Path(modem.folders["outbox"]) / name
        until(laid.exists, "the file")
        laid.replace(Path(modem.folders["error"]) / name)

    for _ in range(2):
        failing = threading.Thread(target=fails)
        failing.start()
        with pytest.raises(IocError) as refused:
            gsm_modem.send(options(modem), NOTE)
        failing.join()
        assert (refused.value.code, refused.value.transient) == (Code.GATEWAY_BUSY, True)


def test_folders_that_are_not_there_are_told(modem):
    with pytest.raises(IocError) as away:
        gsm_modem.send(options(modem, outbox=str(modem.folder / "nowhere")), NOTE)
    assert away.value.transient
    assert "nowhere" in away.value.message


def test_what_comes_in_is_read_once_it_is_there_and_gone_once_it_is_dealt_with(modem):
    assert list(gsm_modem.receive(options(modem))) == []
    with modem.driven():
        modem.comes_in("+84912345678", "1a")
        until(lambda: list(gsm_modem.receive(options(modem))), "the message")
    (got,) = gsm_modem.receive(options(modem))
    assert (got.phone, got.text) == ("+84912345678", "1a")
    (again,) = gsm_modem.receive(options(modem))
    again.done()
    assert list(gsm_modem.receive(options(modem))) == []


@pytest.mark.parametrize("raw", ["1a".encode("utf-16"), b"1a", b"\xfe\xff" + "1a".encode("utf-16-be")])
def test_a_text_lies_there_as_gammu_is_told_to_keep_it(modem, raw):
    (Path(modem.folders["inbox"]) / "IN20261201_030000_00_0912345678_00.txt").write_bytes(raw)
    assert [got.text for got in gsm_modem.receive(options(modem))] == ["1a"]


def test_the_parts_of_a_long_text_are_one(modem):
    for n, part in enumerate(("xin ", "chào")):
        file = Path(modem.folders["inbox"]) / f"IN20261201_030000_00_0912345678_{n:02}.smsbackup"
        file.write_text(_smsbackup.written("0912345678", part, "20261201T030000Z", 7, report=False), encoding="utf-8")
    assert [got.text for got in gsm_modem.receive(options(modem))] == ["xin chào"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"sent": "same"}, "different"), ({"inbox": None}, "needs inbox"), ({"inbound": "hotline"}, "to dial")],
)
def test_options_that_cannot_work_are_refused_at_start(wrong, told):
    given = {"outbox": "same", "sent": "s", "error": "e", "inbox": "i", "inbound": "0912345678", **wrong}
    with pytest.raises(ValueError, match=told):
        gsm_modem.Options(**given)
