"""Connectors that fetch dossiers of systems from before Unicode: files and views, and what `try` says of them."""

import sqlite3
from contextlib import closing

import pytest

from ioc.cli import main
from ioc.core import charsets
from ioc.domain.importing.inventory import import_orgs
from ioc.platform.db import Database, sqlite_url
from tests.connectors.fetching import HEAD, House, fetcher, row
from tests.connectors.probing import problems

NAME = "Đăng ký khai sinh, hộ tịch"


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "data")


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "windows-1258"])
def test_a_folder_of_files_in_an_old_set(house, tmp_path, encoding):
    drop = tmp_path / "in"
    drop.mkdir()
    (drop / "a.csv").write_bytes(charsets.encode(HEAD + row(1, "Chờ bổ sung"), encoding))
    (outcome,), (event,), _states = house.turn(fetcher("folder", path=str(drop), settle_s=0, encoding=encoding))
    assert (outcome.error, event["code"], event["status"]) == (None, "H22.15-1", 5)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_a_view_whose_text_is_vietnamese_by_its_font(house, tmp_path, encoding):
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE hs(MaHoSo TEXT, TrangThai TEXT, TenTTHC TEXT, NgayTra TEXT)")
        for code, text in (("A", charsets.encode(NAME, encoding).decode("cp1252")), ("B", NAME)):
            status = charsets.encode("Đã trả kết quả", encoding).decode("cp1252")
            db.execute("INSERT INTO hs VALUES (?, ?, ?, '2026-11-19 00:00:00')", (code, status, text))
    view = {"url": f"sqlite:///{path}", "query": "SELECT * FROM hs", "encoding": encoding}
    (outcome,), events, _states = house.turn(fetcher("sql", **view))
    assert outcome.error is None
    assert [(event["status"], event["procedure_name"]) for event in events] == [(10, NAME), (10, NAME)]
    if encoding == "vni":
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE hs SET TenTTHC = 'x\u00e0' WHERE MaHoSo = 'A'")
        (outcome,), events, _states = house.turn(fetcher("sql", **view))
        assert (events, outcome.error) == ([], "'xà' is neither Unicode nor vni")


def test_try_says_how_a_file_was_read(tmp_path, capsys):
    drop, data = tmp_path / "in", tmp_path / "data"
    drop.mkdir()
    (drop / "a.csv").write_bytes(charsets.encode(HEAD + row(1).replace("hg.dong-van", "hg"), "tcvn3"))
    settings = tmp_path / "ioc.toml"
    settings.write_text(
        f'data_dir = "{data}"\n[[connector]]\nname = "x"\nkind = "folder"\npublish = "hg/dossier/x"\n'
        f'path = "{drop}"\nsettle_s = 0\nencoding = "tcvn3"\n',
        encoding="utf-8",
    )
    main(["source", "import", "--config", str(settings), str(tmp_path / "none.csv")])
    with closing(Database(sqlite_url(data / "ioc.sqlite"))) as db:
        import_orgs(db, "code,name,kind\nhg,Tỉnh Hà Giang,province\n", 1, False)
    capsys.readouterr()
    assert main(["connector", "try", "--config", str(settings), "x"]) == 0
    out = capsys.readouterr().out
    assert "read as tcvn3\n" in out
    assert 'line 2: H22.15-1 {"' in out


def test_a_set_that_nobody_knows_is_refused_at_the_start():
    assert "encoding 'klingon' is unknown; allowed are utf-8, tcvn3, vni" in problems(
        kind="folder", publish="hg/dossier/x", path="/in", encoding="klingon"
    )
