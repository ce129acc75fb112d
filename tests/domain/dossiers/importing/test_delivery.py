"""Files of dossiers: understood as people export them, checked whole, and the same file twice changes nothing."""

import json
import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from ioc.cli import main
from ioc.domain.dossiers.history import statements
from ioc.domain.importing.inventory import import_orgs
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import audit, dossier, dossier_delivery, dossier_tally, source

pytestmark = pytest.mark.slow

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
ORGS = "code,name,kind,parent\nhg,Tỉnh Hà Giang,province,\nhg.dong-van,Huyện Đồng Văn,district,hg\n"
NIGHTLY = """﻿BÁO CÁO HỒ SƠ TIẾP NHẬN;;;;;;;
Mã hồ sơ;Trạng thái;Đơn vị tiếp nhận;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Hình thức nộp;Họ và tên
H22.15-1;Đang xử lý;hg.dong-van;02/11/2026 08:15;12/11/2026;;Trực tuyến;Không ai đọc
H22.15-2;Đã xử lý xong;hg.dong-van;02/11/2026 09:00;10/11/2026 17:00;10/11/2026 10:30;Trực tiếp;Không ai đọc
H22.15-3;Chờ bổ sung;hg;03/11/2026 14:00;20/11/2026;;Trực tiếp;Không ai đọc
"""


class Office:
    """An installation that only imports."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = path, capsys
        assert self.run("doctor")[0] in (0, 1)  # makes the stores
        self.db = Database(sqlite_url(path / "data" / "ioc.sqlite"))
        import_orgs(self.db, ORGS, 1, False)

    def run(self, *words: str) -> tuple[int, str, str]:
        code = main([words[0], *words[1:2], "--data-dir", str(self.path / "data"), *words[2:]])
        out, err = self._capsys.readouterr()
        return code, out, err

    def deliver(self, text: str | bytes, name: str = "export.csv", *options: str) -> tuple[int, str, str]:
        given = self.path / name
        given.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.run("import", "dossiers", str(given), *options)

    def rows(self, table: sa.Table = dossier) -> list[dict]:
        with self.db.read() as conn:
            return [dict(row) for row in conn.execute(sa.select(table)).mappings()]


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    made = Office(tmp_path, capsys)
    yield made
    made.db.close()


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


def test_a_nightly_export_is_understood_as_it_comes(office: Office) -> None:
    code, out, err = office.deliver(NIGHTLY)
    assert (code, "3 rows, 3 added, 0 changed, 0 unchanged" in out) == (0, True), err
    assert "not used: Họ và tên" in out
    found = {row["code"]: row for row in office.rows()}
    assert found["H22.15-1"]["due_at"] == at("2026-11-12T17:00")  # a day means until closing
    assert (found["H22.15-1"]["online"], found["H22.15-2"]["outcome"]) == (True, "on_time")
    assert found["H22.15-3"]["status"] == 5
    assert "Không ai đọc" not in str(office.rows())
    (system,) = office.rows(source)
    assert (system["org"], system["kind"], system["source"], system["status"]) == ("hg", "dossier", "import", "active")


def test_the_same_file_twice_changes_nothing_and_a_changed_row_tells_only_its_change(office: Office) -> None:
    office.deliver(NIGHTLY, "export.csv", "--as-of", "2026-11-03T23:00:00+07:00")
    before = office.rows()
    again = office.deliver(NIGHTLY, "export.csv", "--as-of", "2026-11-04T23:00:00+07:00")
    assert "0 added, 0 changed, 3 unchanged" in again[1]
    assert office.rows() == before
    moved = NIGHTLY.replace("Chờ bổ sung", "Đang xử lý").replace("H22.15-1;Đang xử lý", "H22.15-1;Đã xử lý xong")
    assert "0 added, 2 changed" in office.deliver(moved, "c.csv", "--as-of", "2026-11-05T23:00:00+07:00")[1]
    told = {row["code"]: statements.read(row["history"])[-1].fields for row in office.rows()}
    assert told["H22.15-3"] == {"status": 4}
    back = office.deliver(NIGHTLY, "export.csv", "--as-of", "2026-11-06T23:00:00+07:00")
    assert "0 added, 2 changed" in back[1]  # what goes back to how it was is a change too
    (watermark,) = office.rows(dossier_delivery)
    assert watermark["as_of"] == at("2026-11-06T23:00")
    assert [row["action"] for row in office.rows(audit)].count("dossiers.imported") == 4


def test_every_bad_row_is_named_and_nothing_is_imported(office: Office) -> None:
    bad = NIGHTLY + (
        "H22.15-4;Đang bay;hg;02/11/2026;;;;\n"
        "H22.15-5;Đang xử lý;hg.sao-hoa;02/11/2026;;;;\n"
        "H22.15-6;Đang xử lý;hg;31/02/2026;;;;\n"
        "H22.15-7;Đang xử lý;hg;10/11/2026;02/11/2026;;;\n"
        "H22.15-1;Đang xử lý;hg;10/11/2026;;;;\n"
        ";Đang xử lý;hg;10/11/2026;;;;\n"
    )
    code, _, err = office.deliver(bad)
    assert code == 2
    assert "nothing was imported, 6 bad row(s)" in err
    lines = {line.split(":")[0].strip(): line for line in err.splitlines() if line.startswith("  line")}
    assert {name: any(word in lines[name] for word in words) for name, words in {
        "line 6": ["bad_status", "wrong_type"], "line 7": ["unknown_org"], "line 8": ["bad_time"],
        "line 9": ["due_at is before received_at"], "line 10": ["already stands on line 3"], "line 11": ["code"],
    }.items()} == dict.fromkeys(("line 6", "line 7", "line 8", "line 9", "line 10", "line 11"), True)  # fmt: skip
    assert office.rows() == []


def test_of_many_bad_rows_none_goes_unnamed(office: Office) -> None:
    """Lines 2 to 61 say no status, 63 to 65 stand there already, 67 has no such day."""
    rows = [f"H{n};bay;01/11/2026" for n in range(60)]
    rows += ["A;2;01/11/2026"] + ["A;2;01/11/2026"] * 3 + ["B;2;01/11/2026", "C;2;31/02/2026"]
    code, _, err = office.deliver("Mã hồ sơ;Trạng thái;Ngày tiếp nhận\n" + "\n".join(rows) + "\n")
    assert (code, "64 bad row(s)" in err) == (2, True), err
    assert [line for line in err.splitlines() if "too: lines" in line] == [
        "  bad_status, too: lines 52-61", "  code_twice, too: lines 63-65", "  bad_time, too: lines 67",
    ]  # fmt: skip
    assert ("line 2: bad_status" in err, "line 51: bad_status" in err, office.rows()) == (True, True, [])


@pytest.mark.parametrize(("text", "name", "said"), [
    ("a;b;c\n1;2;3\n", "x.csv", "no heading for code"),
    ("Mã hồ sơ;MaHoSo\n1;2\n", "x.csv", "two headings for code"),
    ("Mã hồ sơ;Trạng thái\n", "x.csv", "no rows"),
    ('Mã hồ sơ;Trạng thái\nH1;"Đang xử', "x.csv", "cut off"),
    ("Mã hô\n".encode("latin-1", "replace"), "x.csv", "line 1: not UTF-8"),
    ("{", "x.json", "not JSON"),
    (b"PK\x03\x04 no workbook", "x.xlsx", "not a workbook"),
    ("x", "x.pdf", "allowed are .csv, .xlsx and .json"),
])  # fmt: skip
def test_a_file_that_cannot_be_used_is_named(office: Office, text: str | bytes, name: str, said: str) -> None:
    code, _, err = office.deliver(text, name)
    assert (code, said in err) == (2, True), err
    assert office.rows() == []


def test_a_workbook_with_merged_headings_and_real_dates(office: Office) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["DANH SÁCH HỒ SƠ"])
    sheet.append(["Mã hồ sơ", "Thời gian", None, "Lệ phí"])
    sheet.append([None, "Ngày tiếp nhận", "Ngày hẹn trả", None])
    sheet.append(["K-1", datetime.fromisoformat("2026-11-02T08:00"), datetime.fromisoformat("2026-11-12"), 15000.0])
    sheet.merge_cells("B2:C2")
    book.save(office.path / "x.xlsx")
    code, _, err = office.run("import", "dossiers", str(office.path / "x.xlsx"))
    assert code == 0, err
    (row,) = office.rows()
    assert (row["received_at"], row["due_at"]) == (at("2026-11-02T08:00"), at("2026-11-12T17:00"))
    assert statements.latest(statements.read(row["history"]))["fee"] == 15_000


def test_json_events_keep_their_own_ids_and_instants(office: Office) -> None:
    events = [
        '{"event_id": "2", "ts": "2026-11-03T10:00:00+07:00", "code": "K", "status": 9}',
        '{"event_id": "1", "ts": "2026-11-02T10:00:00+07:00", "code": "K", "status": 2, '
        '"term": {"value": 3, "unit": "working_day"}}',
    ]
    assert office.deliver("\n".join(events), "x.json")[0] == 0
    (row,) = office.rows()
    assert [statement.event_id for statement in statements.read(row["history"])] == ["1", "2"]
    assert (row["outcome"], row["due_at"]) == ("early", at("2026-11-05T17:00"))
    assert office.deliver("\n".join(reversed(events)), "x.json")[1].count("2 unchanged") == 1


def test_the_words_of_the_national_sync_need_no_map(office: Office) -> None:
    rows = [
        {"MaHoSo": f"H22-{paid}", "MaTTHC": "1.00", "MaDonViTiepNhan": "hg", "TrangThai": 9, "KenhThucHien": channel,
         "NgayTiepNhan": "2026-11-02T08:00:00", "NgayHenTra": "2026-11-05T17:00:00", "ThoiGianGiaiQuyet": 3,
         "DonViTinh": "ngày làm việc", "NgayKetThucXuLy": "2026-11-04T10:00:00", "DuocThanhToanTrucTuyen": paid}
        for paid, channel in ((None, None), (0, 1), (1, 2), ("2", "3"))
    ]  # fmt: skip
    code, _, err = office.deliver(json.dumps(rows), "sync.json")
    assert code == 0, err
    found = {row["code"]: (row["online_payment"], row["online"], row["outcome"]) for row in office.rows()}
    assert found == {
        "H22-None": (None, False, "early"), "H22-0": (False, False, "early"), "H22-1": (True, True, "early"),
        "H22-2": (True, False, "early"),
    }  # fmt: skip


EMPTY = (
    "Mã hồ sơ;Trạng thái;Đơn vị tiếp nhận;Ngày tiếp nhận;Ngày hẹn trả;Ngày trả;Ngày xin lỗi;Lệ phí;Đơn vị tính\n"
    '="H22-1";4;="hg.dong-van";20261102081500;20261112000000;0000-00-00 00:00:00;NULL;NULL;ngày\n'
    '"=""H22-2""";4;hg;46328,34375;46338;0001-01-01;1900-01-01 00:00:00.000;;\\N\n'
    "H22-3;NULL;NULL;08:15 02/11/2026;12/11/2026;-;9999-12-31;0;NULL\n"
)


def test_no_date_empty_cells_and_dates_of_spreadsheets_are_understood(office: Office) -> None:
    """What .NET, MySQL, SQL Server and Excel write; one bad row refused the whole delivery before."""
    code, _, err = office.deliver(EMPTY)
    assert code == 0, err
    found = {row["code"]: row for row in office.rows()}
    assert found.keys() == {"H22-1", "H22-2", "H22-3"}
    assert {(row["received_at"], row["due_at"], row["ended_at"]) for row in found.values()} == {
        (at("2026-11-02T08:15"), at("2026-11-12T17:00"), None)
    }
    assert [found[f"H22-{n}"]["receiving_org"] for n in (1, 2, 3)] == ["hg.dong-van", "hg", "hg"]
    said = statements.latest(statements.read(found["H22-3"]["history"]))
    assert (said["fee"], said.keys() & {"returned_at", "apology", "term", "status"}) == (0, set())


def test_json_says_none_in_as_many_ways(office: Office) -> None:
    rows = [
        {"MaHoSo": f"H-{n}", "NgayTiepNhan": "/Date(1793582100000)/", "NgayHenTra": none, "DanhGia": "", "LePhi": None,
         "MaDonViTiepNhan": "", "apology": {"issued_at": none, "reason": ""}}
        for n, none in enumerate(("", None, "0001-01-01T00:00:00", "/Date(-62135596800000)/", 0))
    ]  # fmt: skip
    code, _, err = office.deliver(json.dumps(rows), "x.json")
    assert code == 0, err
    told = [statements.latest(statements.read(row["history"])) for row in office.rows()]
    assert told == [{"received_at": 1_793_582_100_000}] * 5


def test_a_map_says_how_times_are_written_and_what_stands_for_none(office: Office) -> None:
    given = office.path / "map.toml"
    given.write_text('formats = ["%d-%b-%y"]\nno_date = ["31-Dec-99"]\n', encoding="utf-8")
    text = "MaHoSo,NgayTiepNhan,NgayHenTra\nA,02-Nov-26,31-Dec-99\n"
    assert office.deliver(text, "x.csv", "--map", str(given))[0] == 0
    (row,) = office.rows()
    assert (row["received_at"], row["due_at"]) == (at("2026-11-02T00:00"), None)
    given.write_text('formats = ["%Q"]\n', encoding="utf-8")
    code, _, err = office.deliver(text, "x.csv", "--map", str(given))
    assert (code, "format '%Q'" in err) == (2, True), err
    code, _, err = office.deliver(text)
    assert "line 2: bad_time: received_at: '02-Nov-26': no time that is understood; formats says how" in err


def test_a_term_in_months_comes_from_a_file_too(office: Office) -> None:
    text = "MaHoSo;NgayTiepNhan;ThoiGianGiaiQuyet;DonViTinh\nA;30/11/2026 08:00;3;Tháng\n"
    assert office.deliver(text)[0] == 0
    assert office.rows()[0]["due_at"] == at("2027-03-01T17:00")  # 28 February is a Sunday


def test_a_map_names_other_headings_and_words(office: Office) -> None:
    (office.path / "map.toml").write_text(
        '[columns]\n"Số HS" = "code"\n"TT" = "status"\n[words.status]\n"Xong" = 9\n', encoding="utf-8"
    )
    text = "Số HS,TT,Ngày tiếp nhận\nA,Xong,02/11/2026\n"
    assert office.deliver(text, "x.csv", "--map", str(office.path / "map.toml"))[0] == 0
    assert office.rows()[0]["status"] == 9
    (office.path / "map.toml").write_text('[columns]\n"Số HS" = "cde"\n', encoding="utf-8")
    code, _, err = office.deliver(text, "x.csv", "--map", str(office.path / "map.toml"))
    assert (code, "cde: no such field; allowed: code" in err) == (2, True)


def test_a_full_delivery_names_what_has_vanished(office: Office) -> None:
    office.deliver(NIGHTLY)
    without = "\n".join(line for line in NIGHTLY.splitlines() if "H22.15-3" not in line) + "\n"
    out = office.deliver(without, "export.csv", "--full")[1]
    assert "- H22.15-3: open, and no longer delivered" in out
    assert "1 vanished" in out
    assert len(office.rows()) == 3


def test_a_code_alone_is_a_dossier_nobody_knows_more_about(office: Office) -> None:
    assert "2 added" in office.deliver("Mã hồ sơ\nA\nB\n")[1]
    assert "0 added, 0 changed, 2 unchanged" in office.deliver("Mã hồ sơ\nA\nB\n")[1]
    assert [(row["code"], row["undated"]) for row in office.rows()] == [("A", True), ("B", True)]


def test_a_preview_and_a_dry_run_write_nothing(office: Office) -> None:
    assert 'line 3: H22.15-1 {"' in office.deliver(NIGHTLY, "export.csv", "--preview", "1")[1]
    assert "3 added" in office.deliver(NIGHTLY, "export.csv", "--dry-run")[1]
    assert (office.rows(), office.rows(dossier_tally), office.rows(dossier_delivery)) == ([], [], [])


def test_what_is_due_after_the_file_was_made_is_not_overdue(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from ioc.domain.dossiers.counting import watermarks

    office.deliver(NIGHTLY, "export.csv", "--as-of", "2026-11-10T23:00:00+07:00")
    with office.db.read() as conn:
        (until,) = watermarks.imported(conn).values()
    assert until == at("2026-11-10T23:00")


def test_a_file_in_any_order_of_rows_makes_the_same_records(office: Office, tmp_path: Path, capsys) -> None:
    head, rows = NIGHTLY.splitlines()[:2], NIGHTLY.splitlines()[2:]
    office.deliver(NIGHTLY, "export.csv", "--as-of", "2026-11-10T23:00:00+07:00")
    other = Office(tmp_path / "other", capsys) if (tmp_path / "other").mkdir() is None else None
    assert other is not None
    random.Random(3).shuffle(rows)
    other.deliver("\n".join([*head, *rows]) + "\n", "export.csv", "--as-of", "2026-11-10T23:00:00+07:00")

    def plain(found: list[dict]) -> list[dict]:
        return [row | {"changed_at": 0} for row in sorted(found, key=lambda row: row["code"])]

    assert plain(office.rows()) == plain(other.rows())
    other.db.close()
