"""The maps over the API and on the screens: one document a root, shown at once, with every version kept."""

import json
from typing import Any

from ioc.core.model import SourceKey
from ioc.platform.db.tables import source
from tests.web.conftest import NORTH, SOUTH, Province, add_source

MAP = {
    "root": "hg", "columns": 3, "rows": 2,
    "tiles": [{"org": NORTH, "column": 2, "row": 0}, {"org": SOUTH, "column": 0, "row": 1}],
}  # fmt: skip


def widget(province: Province, named: str, /, **options: Any) -> Any:
    asked = json.dumps([{"id": "w", "kind": named, "options": options}])
    return province.get(f"/api/v1/live?widgets={asked}").json["items"][0]["payload"]


def test_a_map_is_saved_shown_by_every_widget_and_taken_away_again(province: Province) -> None:
    saved = province.post("/api/v1/cartograms", json=MAP | {"note": "theo hình tỉnh"})
    assert (saved.status_code, saved.json["version"], saved.json["author"]) == (201, 1, "admin")
    province.reload()
    for kind in ("vc_grid", "org_map"):
        shown = widget(province, kind)
        assert shown["cartogram"]["columns"] == 3
        assert shown["areas"][NORTH]["place"] == {"column": 2, "row": 0}
    assert province.get("/api/v1/cartograms/hg").json["tiles"][0] == {"org": NORTH, "column": 2, "row": 0}
    bearer = {"Authorization": f"Bearer {province.tokens['admin']}"}
    assert province.client().delete("/api/v1/cartograms/hg", headers=bearer).status_code == 204
    assert province.get("/api/v1/cartograms/hg").status_code == 404
    versions = province.get("/api/v1/cartograms/hg/versions").json["items"]
    assert [(one["version"], one["tiles"], one["note"]) for one in versions] == [(2, 0, None), (1, 2, "theo hình tỉnh")]
    province.reload()
    assert widget(province, "vc_grid")["areas"][NORTH]["place"] != {"column": 2, "row": 0}


def test_who_may_not_or_names_what_is_not_there_is_told_so(province: Province) -> None:
    assert province.post("/api/v1/cartograms", "leader", MAP).status_code == 403
    assert province.post("/api/v1/cartograms", "admin-north", MAP).status_code == 404
    twice = MAP | {"tiles": [*MAP["tiles"], {"org": NORTH, "column": 0, "row": 0}]}
    refused = province.post("/api/v1/cartograms", json=twice)
    assert refused.status_code == 422
    assert refused.json["error"]["details"]["name"] == "tiles[2]"


def test_the_map_goes_down_to_a_device_with_what_took_it_along(province: Province) -> None:
    line, point = SourceKey(SOUTH, "link", "cap-1"), SourceKey(SOUTH, "vc", "cau-2")
    with province.db.write() as conn:
        t = source.c
        conn.execute(source.update().where(t.org == SOUTH, t.kind == "vc").values(parent=str(line), contact="0219 123"))
    province.site.world.inventory.rev = -1
    province.reload()
    now = province.clock.now_ms() - 600_000
    for key in (line, point):
        live = province.site.world.live[key]
        live.heard_at, live.online = now, (now, False)
    area = widget(province, "org_map", kind="vc")["areas"][SOUTH]
    assert (area["worst"], area["n"], area["of"], area["cut"]["source"]) == ("bad", 1, 1, str(line))
    assert area["sites"][SOUTH]["health"] == "offline"
    device = widget(province, "org_map", kind="vc", org=SOUTH, devices=True)["devices"][str(point)]
    assert (device["health"], device["behind"], device["contact"]) == ("offline", f"link {SOUTH}", "0219 123")


def test_a_tile_counts_what_the_list_of_sources_counts(province: Province) -> None:
    for n in range(3):
        add_source(province, SourceKey(NORTH, "vc", f"them-{n}"))
    shown = widget(province, "org_map", kind="vc")
    listed = province.get("/api/v1/sources?kind=vc").json
    assert sum(shown["totals"].values()) == listed["total"]
    assert shown["of"] == sum(area["of"] for area in shown["areas"].values()) == listed["total"]
