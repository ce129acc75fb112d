"""Importing the inventory: all or nothing, twice is once, and every bad line is named."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.core.errors import UsageError
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.records import load, register
from ioc.platform.db import Database
from ioc.platform.db.tables import audit, source
from ioc.platform.meta import Fact, get
from tests.databases import empty_records
from tests.live.worlds import kinds

NOW = 1_795_251_600_000  # 2026-11-21T08:00 in Hà Giang
ORGS = """code,name,kind,parent
hg.dong-van.lung-cu,Xã Lũng Cú,commune,hg.dong-van
hg.dong-van,Huyện Đồng Văn,district,hg
hg,Tỉnh Hà Giang,province,
"""
SOURCES = """org,kind,source,name,parent,interval_s,hours
hg.dong-van.lung-cu,vc,cau-hop,Điểm cầu xã Lũng Cú,hg.dong-van/link/cap-quang,,
hg.dong-van,link,cap-quang,Cáp quang huyện Đồng Văn,,30,always
"""


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return empty_records(tmp_path / "ioc.sqlite")


@pytest.fixture
def province(db: Database) -> Database:
    import_orgs(db, ORGS, NOW, dry_run=False)
    return db


def inventory(db: Database) -> Inventory:
    with db.read() as conn:
        return load(conn, "2026-11-21", kinds())


def problems(call) -> list[str]:
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value.params["problems"]


def test_orgs_come_in_any_order_and_a_second_time_changes_nothing(db):
    first = import_orgs(db, ORGS, NOW, dry_run=False)
    assert set(first.added) == {"hg", "hg.dong-van", "hg.dong-van.lung-cu"}
    assert next(org.code for org in inventory(db).orgs.path("hg.dong-van.lung-cu")) == "hg"
    rev = inventory(db).rev

    second = import_orgs(db, ORGS, NOW, dry_run=False)
    assert (second.added, dict(second.changed), second.unchanged) == ((), {}, 3)
    assert inventory(db).rev == rev


def test_a_file_with_a_bom_and_windows_line_ends_is_read(db, tmp_path):
    file = tmp_path / "orgs.csv"
    file.write_bytes(b"\xef\xbb\xbf" + ORGS.replace("\n", "\r\n").encode())
    assert len(import_orgs(db, file, NOW, dry_run=False).added) == 3
    assert inventory(db).orgs.get("hg").name == "Tỉnh Hà Giang"


def test_a_dry_run_shows_the_difference_and_writes_nothing(province):
    report = import_orgs(province, "code,name\nhg,Tỉnh Tuyên Quang\nhg.moi,Đơn vị mới\n", NOW, dry_run=True)
    assert report.added == ("hg.moi",)
    assert report.changed == {"hg": {"name": ("Tỉnh Hà Giang", "Tỉnh Tuyên Quang")}}
    assert "~ hg name: Tỉnh Hà Giang -> Tỉnh Tuyên Quang" in list(report.lines())
    assert inventory(province).orgs.get("hg").name == "Tỉnh Hà Giang"
    assert len(inventory(province).orgs) == 3


def test_a_missing_column_leaves_what_is_known_and_an_empty_cell_clears_it(province):
    import_orgs(province, "code,name,lat,lon\nhg,Tỉnh Hà Giang,22.8,104.9\n", NOW, dry_run=False)
    import_orgs(province, "code,name,lat\nhg,Tỉnh Hà Giang,\n", NOW, dry_run=False)
    org = inventory(province).orgs.get("hg")
    assert (org.lat, org.lon, org.kind) == (None, 104.9, "province")


def test_a_spreadsheet_may_part_its_cells_by_semicolons(db):
    import_orgs(db, '\ufeffcode;name;lat\r\nhg;"Tỉnh Hà Giang; cũ";22.8\r\n', NOW, dry_run=False)
    org = inventory(db).orgs.get("hg")
    assert (org.name, org.lat) == ("Tỉnh Hà Giang; cũ", 22.8)


def test_every_bad_line_is_named_and_nothing_is_half_imported(db):
    text = (
        "code,name,parent,lat,valid_from,tz\n"
        "hg,Tỉnh Hà Giang,,22.8,2020-01-01,Asia/Ho_Chi_Minh\n"
        "h g,Sai mã,,,,\n"
        "hg.a,,hg,,,\n"
        "hg.b,Huyện B,hg.khong-co,,,\n"
        "hg.c,Huyện C,hg,300,20/11/26,Mars/Olympus\n"
        "hg,Lặp lại,,,,\n"
        "hg.d,Thiếu ô\n"
    )
    found = problems(lambda: import_orgs(db, text, NOW, dry_run=False))
    assert [line.split(":")[0] for line in found] == [f"line {n}" for n in (3, 4, 5, 6, 7, 8)]
    assert "1-64 characters" in found[0]
    assert "hg.khong-co" in found[2]
    assert all(word in found[3] for word in ("degrees", "2026-11-21", "Asia/Ho_Chi_Minh"))
    assert "line 2" in found[4]
    assert len(inventory(db).orgs) == 0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("code,name,colour\nhg,Hà Giang,red\n", "allowed: code, name, kind"),
        ("name\nHà Giang\n", "'code' is missing"),
        ("code,name,name\nhg,a,b\n", "stands twice"),
    ],
)
def test_a_wrong_header_says_what_is_allowed(db, text, word):
    assert any(word in line for line in problems(lambda: import_orgs(db, text, NOW, dry_run=False)))


def test_a_file_that_is_not_utf8_names_the_line(db, tmp_path):
    file = tmp_path / "orgs.csv"
    file.write_bytes("code,name\nhg,Hà Giang\n".encode("utf-16-le"))
    with pytest.raises(UsageError, match=r"orgs\.csv"):
        import_orgs(db, file, NOW, dry_run=False)
    file.write_bytes(b"code,name\nhg,H\xe0 Giang\n")
    with pytest.raises(UsageError, match="line 2: not UTF-8"):
        import_orgs(db, file, NOW, dry_run=False)
    with pytest.raises(UsageError, match="cannot be read"):
        import_orgs(db, tmp_path / "absent.csv", NOW, dry_run=False)


def test_a_circle_of_parents_is_refused_even_when_half_of_it_is_known(province):
    found = problems(lambda: import_orgs(province, "code,name,parent\nhg,Hà Giang,hg.dong-van\n", NOW, dry_run=False))
    assert "circle: hg -> hg.dong-van -> hg" in found[0]


def test_sources_get_defaults_and_hang_on_each_other(province):
    import_sources(province, SOURCES, kinds(), NOW, dry_run=False)
    sources = inventory(province).sources
    endpoint = sources[SourceKey("hg.dong-van.lung-cu", "vc", "cau-hop")]
    assert (endpoint.status, endpoint.hours.text, endpoint.interval_s) == (SourceStatus.ACTIVE, "office", 60)
    assert endpoint.parent == SourceKey("hg.dong-van", "link", "cap-quang")
    assert sources[endpoint.parent].interval_s == 30
    assert import_sources(province, SOURCES, kinds(), NOW, dry_run=False).unchanged == 2


def test_an_import_confirms_a_source_that_registered_itself(province):
    key = SourceKey("hg.dong-van", "link", "cap-quang")
    with province.write() as conn:
        number = register(province, conn, key, NOW)
    assert inventory(province).sources[key].status is SourceStatus.PENDING
    report = import_sources(province, SOURCES, kinds(), NOW, dry_run=False)
    assert report.changed[str(key)]["status"] == ("pending", "active")
    assert inventory(province).sources[key].id == number


def test_a_replacement_retires_the_old_source_and_stays_so(province):
    import_sources(province, SOURCES, kinds(), NOW, dry_run=False)
    old = SourceKey("hg.dong-van", "link", "cap-quang")
    new = "org,kind,source,replaces\nhg.dong-van,link,cap-quang-2,cap-quang\n"
    report = import_sources(province, new, kinds(), NOW, dry_run=False)
    assert report.changed[str(old)]["status"] == ("active", "retired")
    import_sources(province, SOURCES, kinds(), NOW, dry_run=False)
    sources = inventory(province).sources
    assert sources[old].status is SourceStatus.RETIRED
    assert sources[SourceKey("hg.dong-van", "link", "cap-quang-2")].replaces == str(old)


def test_a_last_day_in_the_past_retires_and_a_later_one_brings_back(province):
    def last_day(day: str) -> SourceStatus:
        text = f"org,kind,source,valid_to\nhg,service,mot-cua,{day}\n"
        import_sources(province, text, kinds(), NOW, dry_run=False)
        with province.read() as conn:
            return conn.scalar(sa.select(source.c.status))

    assert last_day("2026-11-20") == SourceStatus.RETIRED
    assert last_day("2026-11-21") == SourceStatus.ACTIVE
    assert last_day("") == SourceStatus.ACTIVE


def test_bad_sources_are_named_line_by_line(province):
    text = (
        "org,kind,source,parent,interval_s,hours,cut_off,replaces\n"
        "hg,camera,c1,,,,,\n"
        "hg,vc,c 2,,,,,\n"
        "khong-co,vc,c3,,,,,\n"
        "hg,vc,c4,hg/link/khong-co,,,,\n"
        "hg,vc,c5,link,-5,07:00-25:00,25:00,\n"
        "hg,vc,c6,hg/vc/c6,,,,\n"
        "hg,vc,c7,,,,,khong-co\n"
    )
    found = problems(lambda: import_sources(province, text, kinds(), NOW, dry_run=False))
    assert [line.split(":")[0] for line in found] == [f"line {n}" for n in range(2, 9)]
    assert "dossier, feed, link, queue, service, vc" in found[0]
    assert "import it first" in found[2]
    assert all(word in found[4] for word in ("ORG/KIND/SOURCE", "whole seconds", "office, always", "17:00"))
    assert "circle" in found[5]
    assert inventory(province).sources == {}


def test_what_an_import_changed_is_in_the_audit_with_its_revision(province):
    with province.read() as conn:
        before = int(get(conn, Fact.INVENTORY_REV))
    import_sources(province, SOURCES, kinds(), NOW, dry_run=False, actor="admin")
    import_sources(province, SOURCES, kinds(), NOW, dry_run=False, actor="admin")
    with province.read() as conn:
        rows = conn.execute(sa.select(audit).where(audit.c.action == "source.import")).mappings().all()
        assert int(get(conn, Fact.INVENTORY_REV)) == before + 1
    assert [(row["actor"], row["at"], row["detail"]["added"]) for row in rows] == [("admin", NOW, 2)]
