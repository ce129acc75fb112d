"""Vietnamese before Unicode: every letter of every set goes there and back, and real text reads as it was written."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from ioc.core import charsets
from ioc.core.errors import UsageError
from ioc.domain.dossiers.importing.columns import known_map
from ioc.domain.dossiers.importing.tables import open_table
from ioc.domain.sheets import sheet
from ioc.domain.sheets.sheet import Encoded, Problems

SMALL = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
WITHOUT_TONE = "ĂÂĐÊÔƠƯ"  # all the capitals that TCVN3 has for text
MOTTO = "Cộng hòa xã hội chủ nghĩa Việt Nam; Đơn vị tiếp nhận; Ngày hẹn trả"
# the same as such fonts' bytes look in a Western one; checked against iconv of glibc for TCVN and Windows-1258
SEEN = {
    "tcvn3": "Céng hßa x· héi chñ nghÜa ViÖt Nam; §¬n vÞ tiÕp nhËn; Ngµy hÑn tr¶",
    "vni": "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam; Ñôn vò tieáp nhaän; Ngaøy heïn traû",
    "windows-1258": "Côòng hoÌa xaÞ hôòi chuÒ nghiÞa Viêòt Nam; Ðõn viò tiêìp nhâòn; Ngày heòn traÒ",
}


@pytest.mark.parametrize("name", SEEN)
def test_real_text_reads_as_it_was_written(name: str) -> None:
    raw = SEEN[name].encode("cp1252")
    assert charsets.decode(raw, name) == MOTTO
    assert charsets.encode(MOTTO, name) == raw


@pytest.mark.parametrize(
    "name", ["tcvn5712", "TCVN-5712-1", "vni", "VNI-Win", "windows-1258", "cp1258", "utf-8", "utf-16"]
)
def test_all_134_letters_go_there_and_back(name: str) -> None:
    letters = SMALL + SMALL.upper()
    assert len(set(letters)) == 134
    assert charsets.decode(charsets.encode(letters, name), name) == letters
    for letter in letters:
        assert charsets.decode(charsets.encode(f"x{letter}x", name), name) == f"x{letter}x"


def test_tcvn3_has_the_small_letters_and_seven_capitals() -> None:
    letters = SMALL + WITHOUT_TONE
    assert charsets.decode(charsets.encode(letters, "tcvn3"), "abc") == letters
    assert charsets.encode("“đ” – x…", "tcvn3") == b"\x93\xae\x94 \x96 x\x85"
    assert charsets.decode(b"m\xb5y m\xc8y \xaf\xba", "tcvn3") == "mày mẩy ẰẲ"


def test_what_is_composed_otherwise_is_written_and_comes_out_as_nfc() -> None:
    apart = "Tie\u0302\u0301ng Vie\u0323\u0302t"
    for name in SEEN:
        assert charsets.decode(charsets.encode(apart, name), name) == "Tiếng Việt"
    assert charsets.decode(b"a\xb0 a\xb4", "tcvn3") == "à ạ", "tones behind their letter"
    assert charsets.decode("AÙ Aù NÑ".encode("cp1252"), "vni") == "Á Á NĐ", "a small sign over a capital"


@pytest.mark.parametrize(("name", "raw", "place"), [
    ("vni", b"ab\xf9", 2), ("vni", b"x\xe4", 1), ("vni", b"a\x81", 1), ("tcvn3", b"ab\x81", 2),
    ("windows-1258", b"\xd2\x9a", 1),
])  # fmt: skip
def test_what_is_no_text_of_a_set_is_refused_at_its_place(name: str, raw: bytes, place: int) -> None:
    with pytest.raises(UnicodeDecodeError) as why:
        charsets.decode(raw, name)
    assert why.value.start == place


@pytest.mark.parametrize("name", SEEN)
def test_what_a_set_has_no_letter_for_is_refused_or_marked(name: str) -> None:
    with pytest.raises(UnicodeEncodeError):
        charsets.encode("hồ 文", name)
    assert charsets.decode(charsets.encode("hồ 文", name, replace=True), name) == "hồ ?"


def test_an_unknown_set_is_refused_with_those_that_are_known() -> None:
    for name in ("tcvn3", "TCVN3", "abc", "VNI", "Windows-1258", "cp1258", "utf-8", "latin-1"):
        charsets.check(name)
    with pytest.raises(ValueError, match="encoding 'klingon' is unknown; allowed are utf-8, tcvn3, vni, windows-1258"):
        charsets.check("klingon")


NIGHTLY = "Mã hồ sơ;Trạng thái;Đơn vị tiếp nhận;Tên thủ tục\nH22-1;Đã trả kết quả;hg;Cấp đổi giấy phép lái xe\n"


@pytest.mark.parametrize("name", SEEN)
def test_a_delivery_in_an_old_set_is_read_and_its_error_names_the_set(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(charsets.encode(NIGHTLY, name))
    table = open_table(path, known_map(), encoding=name)
    (line,) = table.lines
    assert (table.encoding, line.cells["status"], line.cells["procedure_name"]) == (
        name, "Đã trả kết quả", "Cấp đổi giấy phép lái xe",
    )  # fmt: skip
    with pytest.raises(UsageError, match=f"line 1: not UTF-8; it is {name}: say so by encoding"):
        open_table(path, known_map())


def test_nobody_guesses_at_a_file_without_known_headings(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(charsets.encode("MaHoSo;Ghi chú\nA;Đã xong\n", "tcvn3"))
    with pytest.raises(UsageError, match="line 1: not UTF-8; save the file as CSV UTF-8"):
        open_table(path, known_map())


@pytest.mark.parametrize("name", ["tcvn3", "vni"])
def test_a_workbook_may_be_vietnamese_by_its_font_alone(tmp_path: Path, name: str) -> None:
    book = Workbook()
    for row in NIGHTLY.strip().split("\n"):
        book.active.append([charsets.encode(cell, name).decode("cp1252") for cell in row.split(";")])
    book.active.append(["H22-2", "Đã trả kết quả", "hg", "Bằng chữ Unicode"])
    book.save(tmp_path / "x.xlsx")
    first, second = open_table(tmp_path / "x.xlsx", known_map(), encoding=name).lines
    assert (first.cells["status"], first.cells["procedure_name"]) == ("Đã trả kết quả", "Cấp đổi giấy phép lái xe")
    assert second.cells["procedure_name"] == "Bằng chữ Unicode"
    with pytest.raises(UsageError, match="no heading for code"):
        open_table(tmp_path / "x.xlsx", known_map())


@pytest.mark.parametrize("name", SEEN)
def test_lists_of_people_are_read_in_it_too(tmp_path: Path, name: str) -> None:
    path, problems = tmp_path / "orgs.csv", Problems()
    path.write_bytes(charsets.encode('code;name\n="hg";Xã Đồng Văn\n', name))
    found = sheet.read(Encoded(path, name), ("code", "name"), ("code", "name"), problems)
    assert [row.cells for row in found.rows] == [{"code": "hg", "name": "Xã Đồng Văn"}]
    with pytest.raises(UsageError, match="line 2: not UTF-8; save the file as CSV UTF-8, or say --encoding"):
        sheet.read(path, ("code", "name"), ("code", "name"), problems)
