"""Files made to hurt whoever reads them: refused by their sizes before a byte is read, and the next file is taken."""

import os
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from connectors.deliveries import inbox
from ioc.core.errors import UsageError
from ioc.domain.dossiers.importing import unpacked, workbook
from tests.connectors.fetching import NOW, House, fetcher, nightly

GOOD = nightly(3)
NAME = fetcher("folder", path=".").name


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "data")


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def turn(house: House, drop: Path, **keys: Any) -> list[str | None]:
    outcomes, _events, _states = house.turn(fetcher("folder", path=str(drop), settle_s=0, **keys))
    return [outcome.error for outcome in outcomes]


def lay(drop: Path, name: str, content: bytes) -> Path:
    path = drop / name
    path.write_bytes(content)
    changed = NOW / 1000 - 3_600 - (name < "n") * 60
    os.utime(path, (changed, changed))
    return path


def bomb(path: Path, megabytes: int, part: str = "xl/sharedStrings.xml") -> bytes:
    """A workbook one part of which unpacks to so much."""
    book = Workbook()
    book.active.append(["Mã hồ sơ"])
    book.save(path)
    with ZipFile(path, "a", ZIP_DEFLATED, compresslevel=1) as parts, parts.open(part, "w") as out:
        for _ in range(megabytes):
            out.write(b"<si><t>a</t></si>" * (unpacked.MB // 17))
    return path.read_bytes()


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet9.xml"])
def test_a_workbook_that_unpacks_beyond_measure_is_put_aside_unread(
    house: House, drop: Path, tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(drop, "bomb.xlsx", bomb(tmp_path / "b.xlsx", 128, part))
    monkeypatch.setattr(workbook, "_usual", lambda path: pytest.fail("it was read"))
    lay(drop, "night.csv", GOOD.encode("utf-8-sig"))
    refused, taken = turn(house, drop)
    assert refused is not None
    assert "at most" in refused
    assert taken is None, "the next one is taken"
    assert sorted(path.name[16:] for path in (drop / "bad").iterdir()) == ["bomb.xlsx", "bomb.xlsx.why.txt"]
    assert turn(house, drop) == []


def test_a_part_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.xlsx", tmp_path / "b.xlsx"
    book = Workbook()
    for i in range(1_000):
        book.active.append([f"H22.15-{i}"])
    book.save(whole)
    with ZipFile(whole) as given, ZipFile(path, "w", ZIP_DEFLATED) as parts:
        for part in given.namelist():
            parts.writestr(part, given.read(part))
        parts.getinfo("xl/worksheets/sheet1.xml").file_size = 1_000
    unpacked.check(path, "b.xlsx")
    with pytest.raises(UsageError, match="Bad CRC"):
        list(workbook.first_sheet(path, "b.xlsx").rows)


def test_shared_texts_are_known_by_what_they_are_not_by_their_name(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as parts:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        types = f'<Types xmlns="x"><Override ContentType="{kind}" PartName="/xl/worksheets/sheet1.xml"/></Types>'
        parts.writestr("[Content_Types].xml", types)
        parts.writestr("noise", os.urandom(2 * unpacked.MB))
        with parts.open("xl/worksheets/sheet1.xml", "w") as out:
            for _ in range(100):
                out.write(b" " * unpacked.MB)
    with pytest.raises(UsageError, match="100 MB of shared texts"):
        unpacked.check(path, "b.xlsx")


def test_an_ordinary_workbook_is_far_from_every_bound(tmp_path: Path) -> None:
    path = tmp_path / "night.xlsx"
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for i in range(2_000):
        sheet.append([f"H22.15-{i}", "Đang xử lý", "Cấp giấy phép xây dựng nhà ở riêng lẻ"])
    book.save(path)
    unpacked.check(path, "night.xlsx")
    assert sum(1 for _ in workbook.first_sheet(path, "night.xlsx").rows) == 2_000


@pytest.mark.parametrize(("name", "megabytes"), [("z.csv", 2), ("z.json", 1)])
def test_a_file_above_its_cap_is_not_even_copied(
    house: House, drop: Path, name: str, megabytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(drop, name, b" " * (megabytes * unpacked.MB + 1))
    monkeypatch.setattr("connectors.pulls.folder.Folder.fetch", lambda *_: pytest.fail("it was copied"))
    (refused,) = turn(house, drop, max_mb=2, files=["*.csv", "*.json"])
    assert refused is not None
    assert "(max_mb)" in refused


def test_a_file_that_ended_the_process_each_time_is_put_aside(house: House, drop: Path) -> None:
    path = lay(drop, "night.csv", GOOD.encode("utf-8-sig"))
    seen = path.stat()
    stamp = f"{seen.st_size}-{seen.st_mtime_ns // 1_000_000}"
    for _ in range(inbox.MOST_ENDS):  # as kill -9 leaves it
        with closing(house.desk.kept(NAME)) as kept:
            kept.begin("night.csv", stamp)
    (refused,) = turn(house, drop)
    assert refused is not None
    assert "has ended the process 3 times" in refused


def test_a_kill_or_two_cost_no_file(house: House, drop: Path) -> None:
    """The control."""
    path = lay(drop, "night.csv", GOOD.encode("utf-8-sig"))
    seen = path.stat()
    with closing(house.desk.kept(NAME)) as kept:
        kept.begin("night.csv", f"{seen.st_size}-{seen.st_mtime_ns // 1_000_000}")
    assert turn(house, drop) == [None]


def test_a_link_in_the_folder_is_no_file(house: House, drop: Path, tmp_path: Path) -> None:
    secret = lay(tmp_path, "secret.csv", GOOD.encode("utf-8-sig"))
    (drop / "night.csv").symlink_to(secret)
    assert turn(house, drop) == []
