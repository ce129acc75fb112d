"""Nightly files in a drop folder: only what has changed goes out, and a file that is not whole not at all."""

import os
import threading
import unicodedata
from contextlib import closing
from datetime import datetime
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from connectors.deliveries import inbox
from connectors.deliveries.contract import Errand
from connectors.deliveries.inbox import DroppedFile
from connectors.deliveries.kept import SyncState
from tests.connectors.fetching import HEAD, NOW, House, fetcher, nightly, row
from tests.connectors.probing import problems

HOUR_MS = 3_600_000
TONES = "\u0300\u0301\u0303\u0309\u0323"


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "data")


@pytest.fixture
def drop(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def lay(drop, name, text, ago_h=1.0):
    path = drop / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8-sig"))
    changed = (NOW - ago_h * HOUR_MS) / 1000
    os.utime(path, (changed, changed))
    return path


def folder(drop, **keys):
    return fetcher("folder", path=str(drop), **{"settle_s": 0, **keys})


def why(drop):
    (reason,) = (drop / "bad").glob("*.why.txt")
    return reason.read_text(encoding="utf-8")


def test_the_second_night_tells_only_what_has_changed(house, drop):
    lay(drop, "hs.csv", nightly(5_000), ago_h=25)
    (first,), events, (state,) = house.turn(folder(drop))
    assert (first.rows, first.changed, len(events)) == (5_000, 5_000, 5_000)
    assert events[7]["code"] == "H22.15-7"
    assert events[7]["due_at"] == datetime(2026, 11, 12, 17, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp() * 1000
    assert state["as_of"] == NOW - 25 * HOUR_MS
    assert (state["complete"], state["rows"], state["changed"]) == (True, 5_000, 5_000)
    lay(drop, "hs.csv", nightly(5_000))
    (second,), events, (state,) = house.turn(folder(drop))
    assert (second.rows, second.changed, events) == (5_000, 0, [])
    assert (state["as_of"], state["changed"]) == (NOW - HOUR_MS, 0)
    lay(drop, "hs.csv", nightly(5_000, r7="Đã trả kết quả"), ago_h=0.5)
    _third, (event,), _state = house.turn(folder(drop))
    assert (event["code"], event["status"], event["ts"]) == ("H22.15-7", 10, NOW - HOUR_MS // 2)
    assert len(list((drop / "done").iterdir())) == 3
    assert house.turn(folder(drop))[0] == []


def test_a_dossier_that_goes_back_to_what_it_was_says_so_anew(house, drop):
    ids = []
    for night, status in enumerate(("Đang xử lý", "Chờ bổ sung", "Đang xử lý")):
        lay(drop, "hs.csv", nightly(3, r1=status), ago_h=72 - 24 * night)
        _outcomes, events, _states = house.turn(folder(drop))
        ids += [event["event_id"] for event in events if event["code"] == "H22.15-1"]
    assert len(set(ids)) == 3


def test_what_vanished_is_named_until_it_is_back(house, drop, caplog):
    def night(ago_h, *rows):
        lay(drop, "hs.csv", HEAD + "".join(rows), ago_h)
        outcomes, _events, (state,) = house.turn(folder(drop, at_least_pct=0))
        return outcomes[0].vanished, state["vanished"]

    assert night(4, row(1), row(2), row(3, "Đã trả kết quả")) == (0, 0)
    assert night(3, row(1)) == (1, 1)
    assert "1 open dossier(s) no longer delivered: H22.15-2" in caplog.text
    with_kept = SyncState(house.desk.root / "connectors" / "x.sqlite")
    assert with_kept.vanished() == [("H22.15-2", NOW - 3 * HOUR_MS)]
    with_kept.close()
    assert night(2, row(1), row(2)) == (0, 0)


def test_a_broken_row_is_named_by_its_line_and_nothing_goes_out(house, drop):
    text = nightly(10) + "H22.15-99;Đang xử lý;hg.nowhere;02/11/2026;12/11/2026\n" + row(10, "Không rõ")
    lay(drop, "hs.csv", text)
    (outcome,), events, (state,) = house.turn(folder(drop))
    assert (events, state["delivered"], "as_of" in state) == ([], False, False)
    assert "line 12: unknown_org: receiving_org: hg.nowhere" in outcome.error
    assert "line 12: unknown_org" in state["error"]
    assert len(state["error"]) <= 120
    assert "line 13: " in outcome.error
    assert "2 bad row(s)" in why(drop)


def test_bad_rows_within_what_is_allowed_are_left_out(house, drop):
    lay(drop, "hs.csv", nightly(99))
    house.turn(folder(drop))
    broken = nightly(99).replace("H22.15-7;Đang xử lý;hg.dong-van", "H22.15-7;Đang xử lý;hg.nowhere")
    lay(drop, "hs.csv", broken, ago_h=0.5)
    (outcome,), _events, (state,) = house.turn(folder(drop, bad_rows_pct=2))
    assert (outcome.error, outcome.bad, state["bad_rows"], outcome.vanished) == (None, 1, 1, 0)


CUT = {
    "in a quoted cell": (HEAD + row(1) + 'H22.15-2;"Đang xử', "inside a quoted cell"),
    "in a row": (HEAD + row(1) + "H22.15-2;Đang xử", "line 3: the file ends inside this row"),
    "in a letter": ((HEAD + row(1) + "H22.15-2;Đ").encode()[:-1], "line 3: not UTF-8"),
    "before any row": (HEAD, "no rows under the headings"),
    "before the headings": ("", "no heading for code"),
}


@pytest.mark.parametrize("where", CUT)
def test_a_file_cut_off_imports_nothing_and_says_so(house, drop, where):
    text, words = CUT[where]
    lay(drop, "hs.csv", text)
    (outcome,), events, _states = house.turn(folder(drop))
    assert events == []
    assert words in outcome.error
    assert outcome.error.startswith("hs.csv: "), "the name it came with, not that of our copy"
    assert words in why(drop)


def test_a_workbook_that_was_damaged_on_its_way_is_put_aside_and_the_next_one_is_taken(house, drop, tmp_path):
    book = Workbook()
    book.active.append(["Mã hồ sơ", "Ngày hẹn trả"])
    for i in range(2_000):
        book.active.append([f"H22.15-{i}", "27/11/2026 17:00"])
    whole = tmp_path / "whole.xlsx"
    book.save(whole)
    with ZipFile(whole) as packed:
        inside = packed.getinfo("xl/worksheets/sheet1.xml")
    damaged = bytearray(whole.read_bytes())
    middle = inside.header_offset + inside.compress_size // 2
    damaged[middle : middle + 40] = bytes(40)
    lay(drop, "a.xlsx", bytes(damaged), ago_h=2)
    lay(drop, "b.xlsx", whole.read_bytes())
    bad, good = house.turn(folder(drop))[0]
    assert "the workbook cannot be read from here on" in bad.error
    assert "the workbook cannot be read from here on" in why(drop)
    assert (good.error, good.rows) == (None, 2_000)


@pytest.mark.parametrize("part", [0.5, 0.503, 0.79])
def test_half_of_last_nights_file_is_never_believed_wherever_it_is_cut(house, drop, part):
    whole = nightly(200)
    lay(drop, "hs.csv", whole, ago_h=25)
    house.turn(folder(drop))
    lay(drop, "hs.csv", whole.encode()[: round(len(whole.encode()) * part)])
    (outcome,), events, (state,) = house.turn(folder(drop))
    assert (events, state["delivered"]) == ([], False)
    assert outcome.error is not None
    at_a_line = whole[: whole.index("H22.15-100;")]
    lay(drop, "hs.csv", at_a_line)
    (outcome,), events, _states = house.turn(folder(drop))
    assert events == []
    assert "100 rows where the last delivery had 200: taken for cut off" in outcome.error


def test_a_pull_that_breaks_by_a_fault_of_its_own_says_so_at_its_source(house, drop, caplog):
    class Broken:
        kind = "folder"

        def collect(self, _options, _errand):
            raise TypeError("a fault of ours")
            yield

    outcomes = house.desk.visit(folder(drop), Broken())
    assert [outcome.error for outcome in outcomes] == ["fetch failed: TypeError"]
    _events, (state,) = house.broker.said()
    assert (state["delivered"], state["error"]) == (False, "fetch failed: TypeError")
    assert "a fault of ours" in caplog.text


def test_a_trailer_says_how_many_rows_there_must_be(house, drop):
    given = {"trailer": "TONG;([0-9]+)"}
    lay(drop, "whole.csv", nightly(30) + "TONG;30\n", ago_h=3)
    (taken,), events, _states = house.turn(folder(drop, **given))
    assert (taken.error, len(events)) == (None, 30)
    lay(drop, "cut.csv", nightly(30), ago_h=2)
    lay(drop, "short.csv", nightly(29) + "TONG;30\n", ago_h=1)
    outcomes, events, _states = house.turn(folder(drop, **given))
    assert events == []
    assert "its last line is no trailer" in outcomes[0].error
    assert "it says 30 rows and holds 29" in outcomes[1].error


def test_a_file_waits_for_its_marker_and_for_its_writer(house, drop):
    lay(drop, "hs.csv", nightly(3))
    lay(drop, "hs2.csv.part", nightly(3))
    assert house.turn(folder(drop, marker=".ok"))[0] == []
    lay(drop, "hs.csv.ok", "")
    assert len(house.turn(folder(drop, marker=".ok"))[0]) == 1
    assert sorted(path.name.partition("-")[2] for path in (drop / "done").iterdir()) == ["hs.csv", "hs.csv.ok"]

    growing = lay(drop, "hs3.csv", nightly(3))
    threading.Timer(0.1, growing.write_text, [nightly(4)]).start()
    assert house.turn(folder(drop, settle_s=0.5))[0] == []


def test_up_to_when_a_file_knows_may_stand_in_its_name(house, drop):
    named = {"as_of_pattern": r"_(\d{8})", "as_of_plus_h": 1.5}
    lay(drop, "hs_20261120.csv", nightly(2), ago_h=0)
    lay(drop, "hs_20261119.csv", nightly(2, r1="Chờ bổ sung"), ago_h=0)
    lay(drop, "hs.csv", nightly(2), ago_h=40)
    outcomes, events, states = house.turn(folder(drop, **named))
    assert [outcome.origin for outcome in outcomes] == ["hs.csv", "hs_20261119.csv", "hs_20261120.csv"]
    assert "does not say up to when it knows" in outcomes[0].error
    midnight = datetime(2026, 11, 20, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp() * 1000
    assert states[-1]["as_of"] == midnight + 1.5 * HOUR_MS
    assert [event["code"] for event in events] == ["H22.15-0", "H22.15-1", "H22.15-1"]
    lay(drop, "hs_20261118.csv", nightly(2), ago_h=0)
    (late,), events, _states = house.turn(folder(drop, **named))
    assert (events, "older than hs_20261120.csv" in late.error) == ([], True)


def test_a_broker_that_goes_away_in_the_middle_costs_nothing(house, drop):
    lay(drop, "hs.csv", nightly(2_500))
    house.broker.away_after = 2
    (outcome,), events, _states = house.turn(folder(drop))
    assert outcome.error == "broker: no acknowledgement"
    assert len(events) == 2_000
    assert (drop / "hs.csv").exists()
    house.broker.away_after = None
    _outcomes, events, (state,) = house.turn(folder(drop))
    assert (len(events), state["complete"]) == (500, True)


def test_files_may_stay_where_they_lie(house, drop):
    lay(drop, "hs.csv", nightly(3))
    assert len(house.turn(folder(drop, leave=True))[0]) == 1
    assert house.turn(folder(drop, leave=True))[0] == []
    lay(drop, "hs.csv", nightly(4), ago_h=0.5)
    assert len(house.turn(folder(drop, leave=True))[0]) == 1
    assert [path.name for path in drop.iterdir()] == ["hs.csv"]


def test_what_people_export_is_understood(house, drop):
    utf16 = "BÁO CÁO, THÁNG 11; 2026\n\n" + nightly(2).replace(";", "\t")
    lay(drop, "unicode.csv", utf16.encode("utf-16"), ago_h=3)
    book = Workbook()
    sheet = book.active
    sheet.append(["DANH SÁCH HỒ SƠ"])
    sheet.append(["Mã hồ sơ", "Thời hạn", None, "Trạng thái"])
    sheet.append([None, "Ngày tiếp nhận", "Ngày hẹn trả", None])
    received, due = (datetime.fromisoformat(text) for text in ("2026-11-02T08:00", "2026-11-12"))
    sheet.append(["H22.15-9", received, due, "Đang xử lý"])
    book.save(drop / "book.xlsx")
    os.utime(drop / "book.xlsx", ((NOW - HOUR_MS) / 1000,) * 2)
    outcomes, events, _states = house.turn(folder(drop, at_least_pct=0))
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert [event["code"] for event in events] == ["H22.15-0", "H22.15-1", "H22.15-9"]
    assert {"received_at", "due_at", "status"} <= events[2].keys()


def cp1258(text: str) -> bytes:
    """That code page writes a tone as a letter of its own behind its vowel."""
    parts = [unicodedata.normalize("NFD", letter) for letter in text]
    vowels = ("".join(mark for mark in part if mark not in TONES) for part in parts)
    tones = ("".join(mark for mark in part if mark in TONES) for part in parts)
    return "".join(
        unicodedata.normalize("NFC", vowel) + tone for vowel, tone in zip(vowels, tones, strict=True)
    ).encode("cp1258")


def test_an_old_spreadsheet_saves_in_the_code_page_of_its_windows(house, drop):
    old = cp1258(nightly(2))
    lay(drop, "a.csv", old, ago_h=2)
    (refused,), _events, _states = house.turn(folder(drop))
    assert "line 1: not UTF-8" in refused.error
    lay(drop, "b.csv", old)
    (taken,), events, _states = house.turn(folder(drop, encoding="cp1258"))
    assert (taken.error, [event["status"] for event in events]) == (None, [4, 4])
    assert "encoding 'viscii' is unknown" in problems(
        kind="folder", publish="hg/dossier/x", path="x", encoding="viscii"
    )


@pytest.mark.parametrize(("written", "hour"), [("8:15 SA", 8), ("08:15:00 CH", 20), ("12:15 SA", 0), ("12:15 ch", 12)])
def test_morning_and_afternoon_as_a_vietnamese_windows_writes_them(house, drop, written, hour):
    lay(drop, "hs.csv", HEAD + row(1).replace("08:15", written))
    _outcomes, (event,), _states = house.turn(folder(drop))
    received = datetime(2026, 11, 2, hour, 15, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert event["received_at"] == received.timestamp() * 1000


def test_an_hour_that_is_none_of_twelve_is_a_bad_row(house, drop):
    lay(drop, "hs.csv", HEAD + row(1).replace("08:15", "13:15 CH"))
    (outcome,), _events, _states = house.turn(folder(drop))
    assert "line 2: bad_time: received_at: 02/11/2026 13:15 CH: no such time of day" in outcome.error


def test_a_name_that_is_a_path_is_nobodys_file(house, drop):
    """A server may call its files what it likes."""

    class Elsewhere:
        def files(self):
            return [DroppedFile("../../etc/cron.d/x.csv", 3, NOW), DroppedFile("hs.csv", 3, NOW)]

        def fetch(self, name, to):
            to.write_text(nightly(1), encoding="utf-8")

    with closing(house.desk.kept("x")) as kept:
        errand = Errand(kept, NOW, ZoneInfo("Asia/Ho_Chi_Minh"), 5)
        offers = inbox.collect(Elsewhere(), folder(drop).options, errand)
        assert [offer.origin for offer in offers] == ["hs.csv"]


def test_a_folder_that_is_not_there_is_said(house, tmp_path):
    (outcome,), _events, (state,) = house.turn(folder(tmp_path / "nowhere"))
    assert (outcome.error, state["delivered"]) == ("no such file or directory", False)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"publish": "hg/queue/k1"}, "a folder connector publishes ORG/dossier/SOURCE"),
        ({"columns": {"Mã": "kode"}}, "kode: no such field of a dossier; allowed: code"),
        ({"trailer": "TONG"}, "trailer 'TONG': must hold one group"),
        ({"as_of": "yesterday"}, "allowed are changed, taken"),
    ],
)
def test_wrong_options_are_refused_at_the_start(keys, words):
    assert words in problems(**{"kind": "folder", "publish": "hg/dossier/x", "path": "/in", **keys})
