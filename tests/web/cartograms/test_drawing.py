"""A cartogram as it is drawn: every org of the subtree on exactly one tile, whatever became of the tree since."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from connectors.simulator import demo
from ioc.domain.inventory import Org, OrgTree
from web.cartograms.document import Cartogram, MapTile, checked
from web.cartograms.drawing import Drawing, draw
from web.cartograms.placing import Box, Place

PROVINCES = Path(demo.__file__).parent
SHIPPED = sorted(PROVINCES.glob("*/cartogram.json"))


def tree_of(province: Path) -> OrgTree:
    with (province / "orgs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = ("name", "kind", "parent", "valid_from", "valid_to", "successor")
    return OrgTree(
        [Org(row["code"], **{name: row[name] for name in named if row.get(name)}) for row in rows], day="2026-11-23"
    )


def whole(drawing: Drawing, orgs: OrgTree, root: str) -> None:
    stands = Counter(code for area in drawing.areas for code in area.codes)
    assert set(stands) == set(orgs.scope(root).codes)
    assert set(stands.values()) == {1}
    assert len({area.place for area in drawing.areas}) == len(drawing.areas)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_the_maps_of_the_demo_fit_their_trees(path: Path) -> None:
    orgs, body = tree_of(path.parent), json.loads(path.read_text(encoding="utf-8"))
    drawing = draw(orgs, body["root"], {body["root"]: checked(body, orgs)})
    whole(drawing, orgs, body["root"])
    assert (drawing.columns, drawing.rows) == (body["columns"], body["rows"])
    assert drawing.free[0].size >= 4  # room for the total


def test_ha_giang_has_its_true_shape_and_a_corner_for_the_total() -> None:
    body = json.loads(next(path for path in SHIPPED if '"hg"' in path.read_text("utf-8")).read_text("utf-8"))
    orgs = tree_of(next(path for path in SHIPPED if '"hg"' in path.read_text("utf-8")).parent)
    drawing = draw(orgs, "hg", {"hg": checked(body, orgs)})
    at = {area.key: area.place for area in drawing.areas}
    assert (at["hg.dong-van"], at["hg.xin-man"], at["hg.hoang-su-phi"]) == (Place(4, 0), Place(0, 2), Place(1, 2))
    assert drawing.free == (Box(0, 0, 2, 2), Box(2, 0, 2, 1))


ORGS = [
    Org("p", "Tỉnh", "province"),
    Org("p.so", "Sở Nội vụ", "department", "p"),
    Org("p.a", "Xã A", "commune", "p", lat=23.0, lon=105.0),
    Org("p.b", "Xã B", "commune", "p", lat=22.0, lon=104.0),
    Org("p.c", "Xã C", "commune", "p", lat=22.0, lon=105.0),
]


def test_without_a_document_offices_stand_on_the_tile_of_the_root() -> None:
    orgs = OrgTree(ORGS)
    drawing = draw(orgs, "p", {})
    whole(drawing, orgs, "p")
    own = next(area for area in drawing.areas if area.own)
    assert (own.key, own.codes) == ("p", {"p", "p.so"})
    assert {area.key for area in drawing.areas} == {"p", "p.a", "p.b", "p.c"}


def test_a_commune_without_anything_below_is_one_tile() -> None:
    drawing = draw(OrgTree(ORGS), "p.a", {})
    assert [(area.key, area.own, area.codes) for area in drawing.areas] == [("p.a", True, {"p.a"})]


def test_several_roots_are_tiles_of_their_own() -> None:
    drawing = draw(OrgTree([*ORGS, Org("q", "Tỉnh khác", "province")]), None, {})
    assert {area.key: len(area.codes) for area in drawing.areas} == {"p": 5, "q": 1}


def test_after_a_merger_what_came_instead_stands_on_the_tile_of_the_root() -> None:
    merged = OrgTree(
        [*(org for org in ORGS if org.code != "p.c"),
         Org("p.c", "Xã C", "commune", "p", valid_to="2025-06-30", successor="p.d"),
         Org("p.d", "Xã D", "commune", "p", valid_from="2025-07-01")],
        day="2026-11-23",
    )  # fmt: skip
    tiles = (MapTile(0, 0, name="Bắc", orgs=("p.a", "p.b")), MapTile(1, 0, org="p.c"))
    drawing = draw(merged, "p", {"p": Cartogram("p", 3, 1, tiles)})
    whole(drawing, merged, "p")
    assert {area.key: sorted(area.codes) for area in drawing.areas} == {
        "p": ["p", "p.c", "p.d", "p.so"],
        "Bắc": ["p.a", "p.b"],
    }
