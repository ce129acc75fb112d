"""The demo province as the seeds describe it."""

from collections import Counter

import pytest

from connectors.simulator.demo import load_demo
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.inventory.records import load
from tests.databases import empty_records
from tests.live.worlds import kinds

NOW = 1_795_251_600_000
FARTHEST = {  # roughly where they lie: who is north, south, east, west of whom
    "lat": ("hg.dong-van", "hg.bac-quang"),
    "lon": ("hg.meo-vac", "hg.xin-man"),
}


@pytest.fixture
def inventory(tmp_path):
    db = empty_records(tmp_path / "ioc.sqlite")
    load_demo(db, kinds(), NOW, "ha-giang")
    orgs, sources = load_demo(db, kinds(), NOW + 1, "ha-giang")
    assert not orgs.changes
    assert not sources.changes
    with db.read() as conn:
        yield load(conn, "2026-11-21", kinds())
    db.close()


def test_it_has_eleven_districts_and_every_commune_but_four_has_a_point(inventory):
    kinds = Counter(org.kind for org in inventory.orgs)
    assert (kinds["province"], kinds["district"], kinds["commune"], kinds["centre"]) == (1, 11, 193, 13)
    points = [source for source in inventory.sources.values() if source.key.kind == "vc"]
    of_kind = Counter(inventory.orgs.get(source.key.org).kind for source in points)
    assert of_kind == {"province": 4, "district": 11, "commune": 189}
    assert len(inventory.without("vc", ["commune"])) == 4


def test_names_are_real_vietnamese_and_districts_lie_where_they_are(inventory):
    assert inventory.orgs.get("hg.dong-van.lung-cu").name == "Xã Lũng Cú"
    assert inventory.orgs.get("hg.tinh-uy").name == "Tỉnh ủy Hà Giang"
    districts = [org for org in inventory.orgs if org.kind == "district"]
    assert all(104.33 < org.lon < 105.59 and 22.17 < org.lat < 23.39 for org in districts)
    for axis, (most, least) in FARTHEST.items():
        ranked = sorted(districts, key=lambda org, axis=axis: getattr(org, axis))
        assert (ranked[-1].code, ranked[0].code) == (most, least)


def test_everything_is_active_simulated_and_hangs_on_its_line(inventory):
    sources = inventory.sources
    assert {source.status for source in sources.values()} == {SourceStatus.ACTIVE}
    assert all(source.simulated for source in sources.values())
    core, line = SourceKey("hg", "link", "mang-loi"), SourceKey("hg.meo-vac", "link", "cap-quang")
    assert sources[SourceKey("hg.meo-vac.khau-vai", "vc", "cau-hop")].parent == line
    assert sources[SourceKey("hg.meo-vac.mot-cua", "queue", "kiosk")].parent == line
    assert sources[line].parent == core
    assert sources[SourceKey("hg", "vc", "ubnd")].parent == core


def test_manned_points_lines_and_systems_never_close_while_communes_and_kiosks_do(inventory):
    hours = {}
    for source in inventory.sources.values():
        place = inventory.orgs.get(source.key.org).kind
        hours.setdefault((source.key.kind, place), set()).add(source.hours.text)
    assert hours[("vc", "commune")] == {"office"}
    assert hours[("queue", "centre")] == {"office"}
    for always in (("vc", "province"), ("vc", "district"), ("link", "district"), ("service", "province")):
        assert hours[always] == {"always"}
    assert sum(source.key.kind == "queue" for source in inventory.sources.values()) == 12
