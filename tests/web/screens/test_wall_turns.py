"""A wall that goes round its scenes: touched, sent home, told that a scene was saved, and all over one socket."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.screens.conftest import Opener
from tests.web.screens.stage import Stage

WALL = "[data-scene='{}']"
# a browser that lets a page be heard only when it was told so; which ones do is a matter of their settings
FORBIDDEN = """() => {
  const own = AudioContext.prototype
  Object.defineProperty(own, 'state', { get: () => (window.allowed ? 'running' : 'suspended') })
  own.resume = async function () { this.dispatchEvent(new Event('statechange')) }
}"""


@pytest.fixture(autouse=True)
def second(stage: Stage) -> None:
    """Another scene with a tile of its own and one that asks the same as the first scene does."""
    kept, other = stage.widgets[0], {**stage.widgets[1], "options": {"figure": "links_up"}}
    stage.scenes = {"mot-cua": {"widgets": [kept, other]}}
    stage.payloads[f"{other['id']}~2"] = stage.payloads[other["id"]] | {"figure": "links_up", "value": 11}


def watched(stage: Stage) -> list[list[str]]:
    return [[one["id"] for one in body["widgets"]] for what, body in stage.calls if what == "watch"]


def pass_time(page: Page, ms: int) -> None:
    """The page's own clock runs ahead; the server's stays."""
    page.evaluate("(ms) => { const was = performance.now.bind(performance); performance.now = () => was() + ms }", ms)


def test_the_next_scene_comes_over_the_same_socket_and_asks_for_its_own_widgets_only(
    stage: Stage, show: Opener
) -> None:
    page = show("/wall")
    page.wait_for_selector(".turn")
    connected = len(stage.socket.server.manager.rooms["/"][None])
    pass_time(page, 31_000)
    page.wait_for_selector(WALL.format("mot-cua"))
    expect(page.locator("[data-widget]")).to_have_count(2)
    expect(page.locator('[data-figure="links_up"] b')).to_contain_text("11")
    kept, other = stage.widgets[0]["id"], f"{stage.widgets[1]['id']}~2"
    page.wait_for_function("() => document.querySelectorAll('[data-state=live]').length === 2")
    assert set(watched(stage)[-1]) - {"situation"} == {kept, other}
    assert len(stage.socket.server.manager.rooms["/"][None]) == connected
    expect(page.locator("h1")).to_have_text("Hà Giang · Một cửa")
    stage.delta(other, {"value": 12})
    expect(page.locator('[data-figure="links_up"] b')).to_contain_text("12")


def test_a_wall_of_one_scene_stays_with_it(stage: Stage, show: Opener) -> None:
    page = show("/wall?scene=mot-cua")
    pass_time(page, 600_000)
    page.wait_for_timeout(1_300)
    expect(page.locator(WALL.format("mot-cua"))).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(0)


def test_a_touched_wall_waits_offers_its_scenes_and_goes_home_after_a_minute(stage: Stage, show: Opener) -> None:
    page = show("/wall?lang=vi")
    page.wait_for_selector(".turn")
    page.mouse.click(400, 300)
    bar = page.get_by_role("navigation", name="Các màn hình")
    expect(bar.get_by_role("button", name="Toàn cảnh")).to_have_attribute("aria-current", "true")
    boxes = [button.bounding_box() or {} for button in bar.get_by_role("button").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 48
    pass_time(page, 45_000)
    bar.get_by_role("button", name="Một cửa").click()
    page.wait_for_selector(WALL.format("mot-cua"))
    pass_time(page, 59_000)
    page.wait_for_timeout(300)
    expect(bar).to_have_count(1)
    pass_time(page, 2_000)
    page.wait_for_selector(WALL.format("toan-canh"))
    expect(bar).to_have_count(0)


def test_a_scene_that_was_saved_is_shown_without_a_reload(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    page.evaluate("() => { window.mark = 1 }")
    stage.widgets = stage.widgets[:3]
    stage.saves += 1
    expect(page.locator("[data-widget]")).to_have_count(3)
    assert page.evaluate("() => window.mark") == 1


def test_a_night_is_dim_and_a_touch_makes_it_light(stage: Stage, show: Opener) -> None:
    page = show("/wall?night=08:00-10:00")
    expect(page.locator("html[data-night]")).to_have_count(1)
    page.mouse.click(400, 300)
    page.get_by_role("button", name="Ban đêm: tự động").click()
    page.get_by_role("button", name="Ban đêm: luôn dịu").click()
    expect(page.locator("html[data-night]")).to_have_count(0)


def test_where_sound_is_forbidden_the_wall_says_so_until_it_is_touched(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    page.evaluate(FORBIDDEN)
    page.mouse.click(400, 300)
    page.get_by_role("button", name="Âm thanh: tắt").click()
    sign = page.get_by_role("button", name="Âm thanh bị chặn – chạm để bật")
    expect(sign).to_be_visible()
    page.evaluate("() => { window.allowed = true }")
    sign.click()
    expect(sign).to_have_count(0)


def test_letters_of_a_far_wall_leave_room_for_the_few_tiles_of_its_small_variant(stage: Stage, show: Opener) -> None:
    small = {"when": {"room": "small"}, "widgets": stage.widgets[:2]}
    stage.scenes["toan-canh"] = {"widgets": stage.widgets, "variants": [small]}
    page = show("/wall")
    expect(page.locator("[data-widget]")).to_have_count(len(stage.widgets))
    page.evaluate("() => document.documentElement.style.setProperty('--scale', '1.6')")
    page.evaluate("() => dispatchEvent(new Event('resize'))")
    expect(page.locator("[data-widget]")).to_have_count(2)


def test_a_name_that_was_given_is_never_given_to_another_question(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    pass_time(page, 31_000)
    page.wait_for_selector(WALL.format("mot-cua"))
    pass_time(page, 31_000)
    page.wait_for_selector(WALL.format("toan-canh"))
    asked: dict[str, set[Any]] = {}
    for what, body in stage.calls:
        for one in body["widgets"] if what == "watch" else []:
            asked.setdefault(one["id"], set()).add(json.dumps([one["kind"], one.get("options")], sort_keys=True))
    assert {id_ for id_, questions in asked.items() if len(questions) > 1} == set()
    assert [id_ for id_ in asked if re.search(r"~\d$", id_)] == [f"{stage.widgets[1]['id']}~2"]
