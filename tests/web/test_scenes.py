"""Scenes as data: checked with the place of every fault, saved in versions, and back to what they were."""

from collections.abc import Callable
from typing import Any

import pytest

from ioc.core.registry import Plugins
from tests.web.conftest import Province
from web.scenes import SCENES
from web.scenes.check import faults
from web.server import widgets

SCENES_AT = "/api/v1/scenes"


def scene(**changes: Any) -> dict[str, Any]:
    kpi = {"id": "calls", "kind": "kpi", "options": {"figure": "meetings"}, "place": {"x": 0, "y": 0, "w": 12, "h": 4}}
    feed = {"id": "feed", "kind": "alert_feed", "place": {"x": 12, "y": 0, "w": 12, "h": 14}}
    return {"name": "truc-ban", "title": {"vi": "Trực ban", "en": "Duty"}, "widgets": [kpi, feed]} | changes


def moved(**place: int) -> dict[str, Any]:
    body = scene()
    body["widgets"][1]["place"] |= place
    return body


def asking(**options: Any) -> dict[str, Any]:
    body = scene()
    body["widgets"][0]["options"] |= options
    return body


def of_kind(kind: str) -> dict[str, Any]:
    body = scene()
    body["widgets"][1]["kind"] = kind
    return body


def with_variants(*when: dict[str, Any]) -> dict[str, Any]:
    return scene(variants=[{"when": one, "widgets": scene()["widgets"]} for one in when])


def twice(_: Any = None) -> dict[str, Any]:
    body = scene()
    body["widgets"][1]["id"] = "calls"
    return body


def test_every_scene_of_ours_and_its_variants_hold_together() -> None:
    kinds = widgets(Plugins())
    assert {name: [str(fault) for fault in faults(one, kinds)] for name, one in SCENES.items()} == {
        name: [] for name in SCENES
    }
    assert all(any(variant.when.room == "small" for variant in one.variants) for one in SCENES.values())


@pytest.mark.parametrize(
    ("body", "at", "says"),
    [
        (scene(name="Trực ban"), "name", "small letters, digits and hyphens"),
        (scene(title={"vi": "Trực ban", "en": " "}), "title", "vi and en must both be said"),
        (scene(title=None), "title", "'truc-ban' is a scene of your own: say its title in vi and en"),
        (scene(widgets=[]), "widgets", "0 widgets; 1 to 30"),
        (of_kind("clock"), "widgets[1].kind", "no widget 'clock'; there are alert_feed, "),
        (asking(figure="rain"), "widgets[0].options.figure", "Invalid enum value 'rain'"),
        (asking(colour="red"), "widgets[0].options", "unknown field `colour`"),
        (moved(w=13), "widgets[1].place", "x 12, y 0, w 13, h 14 lies outside the grid of 24 columns by 14 rows"),
        (moved(h=0), "widgets[1].place", "lies outside the grid"),
        (moved(x=11), "widgets[1].place", "'feed' lies over 'calls'"),
        (twice(), "widgets[1].id", "'calls': 1 to 60 characters, each once in a list"),
        (with_variants({}), "variants[0].when", 'allowed: "crisis": true or false, "room": "small"'),
        (with_variants({"crisis": True}, {"crisis": True}), "variants[1].when", "is that of a variant above"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_what_is_allowed(
    province: Province, body: dict[str, Any], at: str, says: str
) -> None:
    refused = province.post(SCENES_AT, json=body)
    assert refused.status_code == 422
    error = refused.json["error"]
    assert error["code"] == "bad_scene"
    problem = next(one for one in error["details"]["problems"] if one["at"] == at)
    assert says in problem["what"]
    assert at in error["message"]


@pytest.mark.parametrize("change", [lambda s: s["widgets"][0].pop("id"), lambda s: s.update(colour="red")])
def test_what_has_another_shape_never_comes_to_the_check(
    province: Province, change: Callable[[dict[str, Any]], Any]
) -> None:
    body = scene()
    change(body)
    assert province.post(SCENES_AT, json=body).status_code == 422
    assert province.get(f"{SCENES_AT}/truc-ban").status_code == 404


def test_a_scene_is_saved_shown_told_and_taken_away(province: Province) -> None:
    province.reload()
    before = province.site.facts.value.scenes
    saved = province.post(SCENES_AT, json=scene(note="cho ca đêm"))
    assert saved.status_code == 201
    assert saved.json["title"] == {"vi": "Trực ban", "en": "Duty"}
    assert [one["name"] for one in province.get(SCENES_AT, "wall").json["items"]][-1] == "truc-ban"
    province.reload()
    assert province.site.facts.value.scenes == before + 1
    assert province.client().delete(f"{SCENES_AT}/truc-ban", headers=bearer(province)).status_code == 204
    assert province.get(f"{SCENES_AT}/truc-ban").status_code == 404
    told = province.get(f"{SCENES_AT}/truc-ban/versions").json["items"]
    assert [(one["version"], one["widgets"], one["note"]) for one in told] == [(2, 0, None), (1, 2, "cho ca đêm")]


def test_one_of_ours_that_was_changed_can_return_to_what_it_was_and_to_any_version(province: Province) -> None:
    mine = scene(name="toan-canh")
    del mine["title"]
    assert province.post(SCENES_AT, json=mine).json["version"] == 1
    assert len(province.get(f"{SCENES_AT}/toan-canh").json["widgets"]) == 2
    assert province.client().delete(f"{SCENES_AT}/toan-canh", headers=bearer(province)).status_code == 204
    original = province.get(f"{SCENES_AT}/toan-canh").json
    assert (original["version"], original["title"]) == (0, {"key": "ui.scene.toan-canh"})
    assert len(original["widgets"]) == len(SCENES["toan-canh"].widgets)
    again = province.client().delete(f"{SCENES_AT}/toan-canh", headers=bearer(province))
    assert (again.status_code, again.json["error"]["code"]) == (409, "scene_unchanged")
    back = province.post(f"{SCENES_AT}/toan-canh/restore", json={"version": 1})
    assert (back.json["version"], len(back.json["widgets"])) == (3, 2)
    assert province.post(f"{SCENES_AT}/toan-canh/restore", json={"version": 2}).status_code == 404


def test_scenes_are_changed_by_an_administrator_of_the_whole_tree_only(province: Province) -> None:
    assert province.post(SCENES_AT, "operator", scene()).status_code == 403
    assert province.post(SCENES_AT, "wall", scene()).status_code == 403


def bearer(province: Province) -> dict[str, str]:
    return {"Authorization": f"Bearer {province.tokens['admin']}"}
