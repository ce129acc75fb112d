"""The cartogram on the wall: its shape, what is lost and why, the total in the corner, and no name that is cut."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.screens import maps
from tests.web.screens.conftest import Opener
from tests.web.screens.stage import Stage
from tests.web.screens.test_looks import cut_off

TILE = "[data-widget=vc_grid] .tile"


def named(page: Page, name: str):
    return page.locator(TILE, has=page.get_by_role("heading", name=name, exact=True))


@pytest.fixture(autouse=True)
def alone(stage: Stage) -> None:
    """The map and nothing else, where and as large as on a wall."""
    stage.widgets = [one for one in stage.widgets if one["id"] == "vc"]


@pytest.fixture
def crisis(stage: Stage) -> Stage:
    """Two lines are lost, and points here and there; the rest is in a meeting."""
    vc = stage.payloads["vc"]
    for code, area in vc["areas"].items():
        for n, site in enumerate(area["sites"].values()):
            site |= {"health": "offline" if n == 3 and code != "hg" else "ok", "in_call": n % 2 == 0}
        vc["areas"][code] = maps.area(area["name"], area["kind"], maps.PLACES[code], area["sites"], own=code == "hg")
    for code in ("hg.dong-van", "hg.yen-minh"):
        maps.cut(vc["areas"][code], code)
    stage.payloads["vc"] = vc | maps.grid(5, 4, vc["areas"])
    return stage


def test_only_what_hangs_on_a_lost_line_is_rimmed_and_every_tile_says_how_many_of_how_many(
    crisis: Stage, show: Opener
) -> None:
    page = show("/wall", wait_for=f"{TILE} .cell")
    assert page.locator(f"{TILE}.cut h3").all_inner_texts() == ["Đồng Văn", "Yên Minh"]
    expect(named(page, "Đồng Văn").locator(".figure")).to_contain_text("19/19")
    expect(named(page, "Mèo Vạc").locator(".figure")).to_contain_text("1/18")
    expect(named(page, "Mèo Vạc").locator(".cell.offline")).to_have_count(1)
    expect(page.locator("[data-widget=vc_grid] .total .figure")).to_have_text("151/197")
    places = page.eval_on_selector_all(
        f"{TILE} h3", "all => all.map(one => [one.innerText, ...Object.values(one.getBoundingClientRect().toJSON())])"
    )
    at = {name: (round(left), round(top)) for name, left, top, *_ in places}
    assert at["Đồng Văn"][0] == at["Mèo Vạc"][0]
    assert at["Xín Mần"][1] == at["Bắc Mê"][1] > at["Quản Bạ"][1]


def test_in_a_meeting_is_never_brighter_than_at_rest(crisis: Stage, show: Opener) -> None:
    page = show("/wall", wait_for=f"{TILE} .cell")
    colour = "one => getComputedStyle(one).backgroundColor"
    calling = page.locator(f"{TILE} .cell.quiet.ok").first.evaluate(colour)
    assert calling == page.locator(f"{TILE} .cell.ok:not(.quiet)").first.evaluate(colour)
    expect(page.locator("[data-widget=vc_grid] .total")).to_contain_text("đang họp")


@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (1024, 768)])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_name_and_no_figure_is_cut_in_a_crisis(
    crisis: Stage, show: Opener, lang: str, width: int, height: int
) -> None:
    page = show(f"/wall?lang={lang}", width, height, wait_for=f"{TILE} .cell")
    assert [one for one in cut_off(page) if one.startswith("vc_grid")] == []
    inside = """all => all.every((one) => {
      const [box, tile] = [one, one.closest('.tile')].map((each) => each.getBoundingClientRect())
      return box.left >= tile.left && box.right <= tile.right && box.bottom <= tile.bottom
    })"""
    assert page.eval_on_selector_all(f"{TILE} h3, {TILE} .figure, {TILE} .cells", inside)
    sites = [site for area in crisis.payloads["vc"]["areas"].values() for site in area["sites"].values()]
    assert width < 1200 or page.locator(f"{TILE} .cells .cell").count() == len(sites)


def test_communes_without_districts_are_a_tile_each_in_the_true_shape(stage: Stage, show: Opener) -> None:
    stage.payloads["vc"] |= maps.communes(124)
    page = show("/wall", wait_for="[data-widget=vc_grid] .place .cell")
    assert page.locator("[data-widget=vc_grid] .place > .shares > .cell").count() == 124
    assert page.locator("[data-widget=vc_grid] .place > .shares > .cell.offline").count() == 1
    expect(page.locator("[data-widget=vc_grid]")).to_contain_text("123/124")


def test_provinces_of_a_region_show_shares_where_cells_would_be_dust(stage: Stage, show: Opener) -> None:
    areas = stage.payloads["vc"]["areas"]
    one = next(iter(areas["hg"]["sites"].values()))
    for code, area in areas.items():
        area["sites"] = {f"{code}/{n}": one | {"health": "offline" if n < 9 else "ok"} for n in range(330)}
    page = show("/wall", wait_for=f"{TILE} .cell")
    assert page.locator(f"{TILE} .cell").count() == 2 * len(areas)
    good, lost = (page.locator(f"{TILE} .cell.{health}").first.bounding_box() for health in ("ok", "offline"))
    assert good["width"] > lost["width"]


def test_off_hours_it_says_how_many_are_watched_and_how_many_rest(stage: Stage, show: Opener) -> None:
    areas = stage.payloads["vc"]["areas"]
    for code, area in areas.items():
        for n, site in enumerate(area["sites"].values()):
            site["health"] = "ok" if n == 0 or code == "hg" else "closed"
        areas[code] = maps.area(area["name"], area["kind"], maps.PLACES[code], area["sites"], own=code == "hg")
    stage.payloads["vc"] |= maps.grid(5, 4, areas)
    page = show("/wall", wait_for=f"{TILE} .cell")
    total = page.locator("[data-widget=vc_grid] .total")
    expect(total.locator(".figure")).to_have_text("15/15")
    expect(total).to_contain_text("đang theo dõi · 182 ngoài giờ")
    expect(total).not_to_contain_text("tốt")


def test_a_touch_goes_down_to_a_device_and_whom_to_call_and_escape_comes_back(stage: Stage, show: Opener) -> None:
    areas = stage.payloads["vc"]["areas"]
    communes = {"hg.dong-van.1": {"name": "Xã Tả Lủng", "health": "offline", "n": 1, "of": 1, "worst": "bad"},
                "hg.dong-van.2": {"name": "Xã Sính Lủng", "health": "ok", "n": 0, "of": 1, "worst": None}}  # fmt: skip
    for code, area in areas.items():
        area["sites"] = communes if code == "hg.dong-van" else {}
    head = {"kind": "vc", "good": 1, "of": 2, "devices": {}}
    stage.payloads["vc"] |= head
    stage.widgets[0] |= {"kind": "org_map", "options": {"kind": "vc"}}
    device = {"order": 0, "kind": "vc", "name": "Điểm cầu xã Tả Lủng", "health": "offline", "cause": None,
              "behind": "Cáp quang Đồng Văn", "as_of": "2026-11-20T09:00:00+07:00", "owner": None,
              "contact": "0219 3856 123", "person": "Trực xã"}  # fmt: skip

    def answer(route: Route) -> None:
        route.fulfill(json={"items": [{"payload": stage.payloads["vc"] | {"devices": {"d": device}}}], "total": 1})

    page = show("/wall", wait_for="[data-widget=org_map] .tile")
    page.route("**/api/v1/live?**", answer)
    page.get_by_role("button", name="Đồng Văn").click()
    rows = page.locator("[data-widget=org_map] .orgs button")
    assert rows.locator(".name").all_inner_texts() == ["Xã Tả Lủng", "Xã Sính Lủng"]
    assert min(box["height"] for row in rows.all() if (box := row.bounding_box())) >= 48
    rows.first.press("Enter")
    row = page.locator("[data-widget=org_map] .devices li")
    expect(row).to_contain_text("do mất Cáp quang Đồng Văn")
    assert row.get_by_role("link").get_attribute("href") == "tel:02193856123"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("[data-widget=org_map] .tile")).to_have_count(12)
