"""Borders over the API and on the map: brought by an administrator, fetched once a version, drawn with the points."""

import json
from typing import Any

import msgspec
import pytest

from ioc.core.model import SourceKey
from ioc.platform.db.tables import org, source
from tests.web.conftest import KIOSKS, NORTH, SOUTH, Province
from tests.web.outlines.shapes import collection, feature
from web.boundary.route import LARGEST

ROOT = "hg"
ALL = "/api/v1/outlines"
BOTH = {
    "root": ROOT,
    "geojson": collection(feature(0, 0, 3, ten="Huyện Đồng Văn"), feature(1, 0, 3, org=SOUTH), feature(2, 0, ten="Lạ")),
}


def widget(province: Province, **options: Any) -> Any:
    asked = json.dumps([{"id": "w", "kind": "org_map", "options": {"shape": "outline"} | options}])
    return province.get(f"/api/v1/live?widgets={asked}").json["items"][0]["payload"]


def bring(province: Province, **more: Any) -> Any:
    answer = province.post(ALL, json=BOTH | more)
    assert answer.status_code == 201, answer.json
    province.reload()
    return answer.json


def test_what_was_brought_is_kept_with_its_versions_and_can_return(province: Province) -> None:
    saved = bring(province, note="theo bản đồ địa chính")
    assert (saved["version"], saved["author"], saved["orgs"]) == (1, "admin", [NORTH, SOUTH])
    assert saved["unmatched"] == [{"feature": 2, "name": "Lạ", "why": "no org below 'hg' has this name"}]
    assert (saved["points"], saved["brought"], saved["missing"]) == (26, 31, [])
    drawn = province.get(f"{ALL}/{ROOT}").json
    assert [one["properties"]["org"] for one in drawn["geojson"]["features"]] == [NORTH, SOUTH]
    again = province.post(ALL, json={"root": ROOT, "geojson": drawn["geojson"]})
    assert province.get(f"{ALL}/{ROOT}").json["geojson"] == drawn["geojson"]
    assert again.status_code == 201
    bearer = {"Authorization": f"Bearer {province.tokens['admin']}"}
    assert province.client().delete(f"{ALL}/{ROOT}", headers=bearer).status_code == 204
    assert province.get(f"{ALL}/{ROOT}").status_code == 404
    assert province.get(ALL).json["total"] == 0
    versions = province.get(f"{ALL}/{ROOT}/versions").json["items"]
    assert [(one["version"], one["areas"]) for one in versions] == [(3, 0), (2, 2), (1, 2)]
    assert versions[-1]["note"] == "theo bản đồ địa chính"
    back = province.post(f"{ALL}/{ROOT}/restore", json={"version": 1})
    assert (back.status_code, back.json["version"], back.json["brought"]) == (200, 4, 31)
    assert province.post(f"{ALL}/{ROOT}/restore", json={"version": 3}).status_code == 404


def test_a_screen_fetches_a_version_once(province: Province) -> None:
    bring(province)
    first = province.get(f"{ALL}/{ROOT}", "wall")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = province.get(f"{ALL}/{ROOT}", "wall", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    bring(province, geojson=collection(feature(0, 0, org=NORTH)))
    assert province.get(f"{ALL}/{ROOT}", "wall", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_who_may_not_and_what_is_too_much_or_wrong_is_told_so(province: Province) -> None:
    assert province.post(ALL, "leader", BOTH).status_code == 403
    assert province.post(ALL, "admin-north", BOTH).status_code == 404
    own = {"root": NORTH, "geojson": collection(feature(0, 0, org="hg.dong-van.lung-cu"))}
    assert province.post(ALL, "admin-north", own).status_code == 201
    assert [one["root"] for one in province.get(ALL, "admin-north").json["items"]] == [NORTH]
    refused = province.post(ALL, json={"root": ROOT, "geojson": collection()})
    assert (refused.status_code, refused.json["error"]["details"]["name"]) == (422, "geojson.features")


@pytest.mark.parametrize(("path", "most"), [(ALL, 5 * 1024 * 1024), ("/api/v1/cartograms", LARGEST)])
def test_only_borders_may_be_as_large_as_they_are(province: Province, path: str, most: int) -> None:
    body = msgspec.json.encode({"root": "x" * most})
    bearer = {"Authorization": f"Bearer {province.tokens['admin']}", "Content-Type": "application/json"}
    assert province.client().post(path, headers=bearer, data=body).status_code == 413
    assert province.client().post(path, headers=bearer, data=body[:20] + b'x"}').status_code == 422


def test_the_map_has_an_area_for_each_border_and_points_where_things_lie(province: Province) -> None:
    assert "cartogram" in widget(province), "tiles, until there are borders"
    bring(province)
    with province.db.write() as conn:
        conn.execute(org.update().where(org.c.code == NORTH).values(lat=22.35, lon=104.6))
        line = (source.c.org == SOUTH) & (source.c.kind == "link")
        conn.execute(source.update().where(line).values(lat=22.4, lon=104.8))
    province.site.world.inventory.rev = -1
    province.reload()
    live = province.site.world.live[SourceKey(SOUTH, "link", "cap-1")]
    live.heard_at, live.online = province.clock.now_ms(), (province.clock.now_ms(), False)
    shown = widget(province)
    assert shown["outline"] == {"root": ROOT, "version": 1}
    assert set(shown["areas"]) == {ROOT, NORTH, SOUTH}
    assert shown["areas"][ROOT]["own"]
    assert sum(area["of"] for area in shown["areas"].values()) == shown["of"]
    points = shown["points"]
    assert list(points) == [f"{SOUTH}/link/cap-1", str(KIOSKS[NORTH])], "the worst first; what lies nowhere is no point"
    assert points[f"{SOUTH}/link/cap-1"] == {
        "area": SOUTH, "name": f"link {SOUTH}", "kind": "link", "health": "offline", "lon": 104.8, "lat": 22.4,
    }  # fmt: skip
    assert "cartogram" in widget(province, shape="tiles")
    told = province.get(f'/api/v1/explain?widget=org_map&options={{"shape":"outline"}}&part=area:{SOUTH}')
    assert told.status_code == 200, told.json
    assert shown["areas"][SOUTH]["of"] == told.json["total"]


def test_borders_of_orgs_that_are_gone_leave_tiles(province: Province) -> None:
    bring(province)
    with province.db.write() as conn:
        conn.execute(org.update().where(org.c.code.in_([NORTH, SOUTH])).values(valid_to="2026-01-01"))
    province.site.world.inventory.rev = -1
    province.reload()
    assert "cartogram" in widget(province)


def test_a_cartogram_returns_to_an_earlier_version_as_far_as_it_fits_the_tree(province: Province) -> None:
    first = {"root": ROOT, "columns": 2, "rows": 1, "tiles": [{"org": NORTH, "column": 1, "row": 0}]}
    for body in (first, first | {"rows": 2}):
        assert province.post("/api/v1/cartograms", json=body).status_code == 201
    back = province.post("/api/v1/cartograms/hg/restore", json={"version": 1})
    assert (back.status_code, back.json["version"], back.json["rows"]) == (200, 3, 1)
    assert province.post("/api/v1/cartograms/hg/restore", json={"version": 9}).status_code == 404
    assert province.post("/api/v1/cartograms/hg/restore", "admin-north", {"version": 1}).status_code == 404
