"""The map in its true borders: fetched once a version, points in trouble above quiet ones, and the same way down."""

import json
from typing import Any

import pytest
from flask import Response, jsonify, request
from playwright.sync_api import expect

from tests.web.screens import borders, maps
from tests.web.screens.access import violations
from tests.web.screens.conftest import Ask, Opener
from tests.web.screens.stage import API, Stage
from tests.web.screens.test_looks import cut_off

ROWS = 4
PLACES = {code: (at.column, at.row) for code, at in maps.PLACES.items() if code != "hg"}
MAP = "[data-widget=org_map]"
LOST = "hg.dong-van"
WHOLE = {"x": 0, "y": 0, "w": 24, "h": 14}


@pytest.fixture
def asked(stage: Stage) -> list[str]:
    """The map of a crisis alone on a wall: one line is lost, and a point here and there."""
    vc = stage.payloads["vc"]
    points = {}
    for code, area in vc["areas"].items():
        for n, site in enumerate(area["sites"].values()):
            site["health"] = "offline" if n == 3 and code in ("hg", "hg.meo-vac", "hg.bac-me") else "ok"
        place = maps.PLACES[code]
        vc["areas"][code] = maps.area(area["name"], area["kind"], place, area["sites"], own=code == "hg")
        if code in PLACES:
            for n in range(3):
                points[f"{code}/vc/{n}"] = borders.point(code, PLACES[code], ROWS, (0.3 + 0.02 * n, 0.25 + 0.2 * n))
    maps.cut(vc["areas"][LOST], LOST)
    bad = borders.point("hg.meo-vac", PLACES["hg.meo-vac"], ROWS, (0.7, 0.5), health="offline")
    points |= {"hg.meo-vac/vc/bad": bad, "hg.meo-vac/vc/beside": bad | {"health": "ok", "lon": bad["lon"] + 0.003}}
    stage.payloads["vc"] = vc | borders.outlined(vc["areas"], points)
    stage.widgets = [one for one in stage.widgets if one["id"] == "vc"]
    stage.widgets[0] |= {"kind": "org_map", "options": {"kind": "vc", "shape": "outline"}, "place": WHOLE}
    seen: list[str] = []

    @stage.app.get(f"{API}/outlines/<root>")
    def outline(root: str) -> Response:
        seen.append(root)
        return jsonify(root=root, version=3, geojson=borders.collection(PLACES, ROWS))

    return seen


def test_borders_are_fetched_once_and_what_is_wrong_is_seen_on_them(
    stage: Stage, asked: list[str], show: Opener
) -> None:
    page = show("/wall", wait_for=f"{MAP} path.shape")
    shape = page.locator(f"{MAP} path.shape")
    expect(shape).to_have_count(len(PLACES))
    assert page.locator(f"{MAP} path.shape.cut").evaluate_all("all => all.map(one => one.ariaLabel)") == [
        "Đồng Văn: 19/19 mất kết nối hoặc hỏng · Cáp quang"
    ]
    rows = page.locator(f"{MAP} li button")
    assert [one.split("\n")[0] for one in rows.locator(".name").all_inner_texts()] == [
        "Cấp tỉnh", "Đồng Văn", "Bắc Mê", "Mèo Vạc",
    ]  # fmt: skip
    loud = page.locator(f"{MAP} .cell.loud")
    assert loud.evaluate_all("all => all.map(one => [one.dataset.health, one.innerText.trim()])") == [
        ["offline", "1/2"]
    ]
    layers = "all => [...new Set(all.map(one => getComputedStyle(one).zIndex))]"
    assert loud.evaluate_all(layers) == ["2"], "above words and the quiet ones"
    assert page.locator(f"{MAP} .field > .cell:not(.loud)").evaluate_all(layers) == ["auto"]
    assert [one for one in cut_off(page) if one.startswith("org_map")] == []
    assert violations(page) == []
    patch = {"points": {"hg.bac-me/vc/0": {"health": "warning"}}}
    stage.delta("vc", patch)
    expect(page.locator(f"{MAP} .cell.warning")).to_have_count(1)
    assert asked == ["hg"], "a delta brings no borders"
    stage.delta("vc", {"outline": {"version": 4}})
    expect(shape).to_have_count(len(PLACES))
    page.wait_for_timeout(300)
    assert asked == ["hg", "hg"], "another version does"


def test_keys_go_down_from_an_area_to_its_orgs_and_come_back(stage: Stage, asked: list[str], show: Opener) -> None:
    page = show("/wall", wait_for=f"{MAP} path.shape")
    area = page.get_by_role("button", name="Mèo Vạc: 1/18")
    area.focus()
    expect(page.locator(f"{MAP} path.focused")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(f"{MAP} .orgs button")).to_have_count(18)
    page.keyboard.press("Escape")
    expect(area).to_be_visible()
    page.get_by_role("button", name="Cấp tỉnh").click()
    expect(page.get_by_role("heading", name="Cấp tỉnh")).to_be_visible()


def test_borders_that_cannot_be_loaded_leave_the_list(stage: Stage, asked: list[str], show: Opener) -> None:
    stage.app.before_request_funcs.setdefault(None, []).append(_broken)
    page = show("/wall", wait_for=f"{MAP} .tone-warn")
    expect(page.locator(MAP)).to_contain_text("Chưa tải được đường ranh giới.")
    expect(page.get_by_role("button", name="Đồng Văn")).to_be_visible()


def _broken() -> Any:
    if request.path.startswith(f"{API}/outlines"):
        return Response(json.dumps({"error": {"code": "internal", "message": "hỏng"}}), 500)
    return None


def test_words_stand_where_an_area_is_wide_and_beside_what_stands_there(ask: Ask) -> None:
    module = "widgets/org_map/outline"
    narrow_above = [[[[40, 0], [60, 0], [60, 60], [100, 60], [100, 100], [0, 100], [0, 60], [40, 60], [40, 0]]]]
    best = ask(module, "rooms", narrow_above, 10)
    assert (best[0]["width"], best[0]["x"], 65 <= best[0]["y"] <= 95) == (100, 50, True)
    taken = [{"x": 50, "y": best[0]["y"], "width": 30, "height": 10}]
    beside = ask(module, "roomFor", best, {"width": 90, "height": 10}, taken)
    assert beside["y"] != best[0]["y"]
    assert ask(module, "roomFor", best, {"width": 101, "height": 10}, []) is None
