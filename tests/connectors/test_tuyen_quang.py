"""The demo province of today: 124 communes and wards with what each needs, and the merge of 2025 in its history."""

import csv
import io
import json
import tomllib
import unicodedata
from collections import Counter

import pytest

from connectors.simulator import PROVINCES, roster
from connectors.simulator.demo import alerting, load_demo
from connectors.simulator.profile import packaged
from ioc.core.model import SourceKey
from ioc.domain.inventory.records import load
from ioc.domain.inventory.units import Org
from tests.databases import empty_records
from tests.live.worlds import kinds

NOW = 1_795_251_600_000
EVE, TODAY = "2025-06-30", "2026-11-21"
AREAS = 18


@pytest.fixture(scope="module")
def inventory(tmp_path_factory):
    db = empty_records(tmp_path_factory.mktemp("tq") / "ioc.sqlite")
    load_demo(db, kinds(), NOW, "tuyen-quang")
    with db.read() as conn:
        yield load(conn, TODAY, kinds())
    db.close()


def living(inventory, kind: str) -> list[Org]:
    return [org for org in inventory.orgs.living() if org.kind == kind]


def test_two_levels_and_the_official_names(inventory):
    communes = living(inventory, "commune")
    assert Counter(org.name.split()[0] for org in communes) == {"Xã": 117, "Phường": 7}
    assert {org.parent for org in communes} == {"tq"}
    assert not living(inventory, "district")
    assert [org.code for org in inventory.orgs.roots()] == ["tq"]
    names = {org.code: org.name for org in communes}
    assert names["tq.dong-van"] == "Xã Đồng Văn"
    assert names["tq.minh-xuan"] == "Phường Minh Xuân"
    assert names["tq.ha-giang-2"] == "Phường Hà Giang 2"
    assert all(unicodedata.is_normalized("NFC", org.name) for org in inventory.orgs)
    assert all(21.4 < org.lat < 23.5 and 104.3 < org.lon < 105.8 for org in communes)


def test_each_has_a_centre_with_a_kiosk_and_a_conference_point_on_the_line_of_its_area(inventory):
    sources = inventory.sources
    for commune in living(inventory, "commune"):
        kiosk = sources[SourceKey(f"{commune.code}.ttpvhcc", "queue", "kiosk")]
        point = sources[SourceKey(commune.code, "vc", "cau-hop")]
        assert kiosk.parent == point.parent
        assert sources[kiosk.parent].parent == SourceKey("tq", "link", "mang-loi")
    of_kind = Counter(source.key.kind for source in sources.values())
    assert of_kind == {"queue": 125, "vc": 130, "link": 1 + AREAS, "service": 13, "dossier": 1, "feed": 1}
    assert all(source.simulated for source in sources.values())


def test_the_national_portal_stands_where_the_provincial_one_was_closed(inventory):
    names = {source.name for source in inventory.sources.values() if source.key.kind == "service"}
    assert {"Cổng Dịch vụ công quốc gia", "Hệ thống thông tin giải quyết TTHC tỉnh"} <= names
    assert not any("Cổng dịch vụ công tỉnh" in name for name in names)


def test_before_the_merge_there_were_two_provinces_with_their_districts(inventory):
    before = inventory.orgs.on(EVE)
    kinds_then = Counter(
        (org.code.split(".")[0], org.kind) for org in before.living() if org.kind in ("district", "commune")
    )
    assert kinds_then == {("hg", "district"): 11, ("hg", "commune"): 193, ("tq", "district"): 7, ("tq", "commune"): 137}
    assert sorted(org.code for org in before.roots()) == ["hg", "tq"]
    then = Counter(tuple(step.name for step in before.path("hg.dong-van.lung-cu")))
    assert list(then) == ["Tỉnh Hà Giang", "Huyện Đồng Văn", "Xã Lũng Cú"]


def test_every_former_commune_counts_for_what_it_went_into(inventory):
    orgs = inventory.orgs
    communes = {org.code for org in living(inventory, "commune")}
    former = [org for org in orgs if org.kind == "commune" and org.closed_by(TODAY)]
    assert len(former) == 330
    assert {org.successor for org in former} == communes
    assert all(orgs.heir(org.code) == org.successor for org in former)
    assert orgs.heir("hg.dong-van.lung-cu") == "tq.lung-cu"
    assert orgs.heir("hg") == "tq"
    assert orgs.heir("hg.stttt") == "tq.skhcn"
    assert "hg.dong-van.ma-le" in orgs.scope("tq.lung-cu").codes
    assert orgs.scope("tq").codes == {org.code for org in orgs}, "nothing is lost"


def test_the_units_of_ha_giang_keep_their_codes(inventory):
    for row in csv.DictReader(io.StringIO(packaged("ha-giang", "orgs.csv"))):
        assert inventory.orgs.by_code[row["code"]].name == row["name"]


def test_its_cartogram_holds_every_commune_once():
    told = json.loads(packaged("tuyen-quang", "cartogram.json"))
    codes = [code for tile in told["tiles"] for code in tile["orgs"]]
    rows = csv.DictReader(io.StringIO(packaged("tuyen-quang", "orgs.csv")))
    communes = {row["code"] for row in rows if row["kind"] == "commune" and not row["valid_to"]}
    assert (len(codes), set(codes)) == (124, communes)
    places = {(tile["column"], tile["row"]) for tile in told["tiles"]}
    assert len(places) == len(told["tiles"]) == AREAS
    assert max(column for column, _ in places) + 1 == told["columns"]
    assert max(row for _, row in places) + 1 == told["rows"]


@pytest.mark.parametrize("name", PROVINCES)
def test_a_profile_speaks_of_what_its_inventory_has(name: str):
    people = roster.load(name)
    codes = {line.split(",")[0] for line in packaged(name, "orgs.csv").splitlines()[1:]}
    assert {site.key.source for site in people.of("service")} == set(people.profile.services)
    assert {site.key.source for site in people.of("feed")} == set(people.profile.feeds)
    assert people.profile.first_cut in people.areas
    assert {one.handled_by for one in people.profile.procedures.provincial} <= codes
    assert all(site.unit in codes for site in people.sites)
    (centre,) = [site for site in people.of("queue") if site.provincial]
    assert centre.unit == people.profile.root
    told = alerting(name, 25, 80)
    assert {rota["org"] for rota in told["rota"]} == {people.profile.root}
    tomllib.loads(packaged(name, "province.toml"))
