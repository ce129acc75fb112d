"""The pages people work at, in a crisis and under the longest names: nothing cut off, all of it for everybody.

One walk a state: as a phone, an upright tablet and a desk would show it, then by the rules of access. `scripts/shots`
walks through the other states and sizes.
"""

import pytest
from playwright.sync_api import Browser

from tests.web.screens.access import violations
from tests.web.screens.conftest import Opener
from tests.web.screens.crisis import in_crisis
from tests.web.screens.overflow import overflow
from tests.web.screens.pages import SCREENS, Screen
from tests.web.screens.stage import Stage

PHONE, TABLET, DESK = {"width": 390, "height": 844}, {"width": 1024, "height": 768}, {"width": 1920, "height": 1080}
LATER_MS = 120  # the lists measure their room anew


@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen.daily], ids=lambda screen: screen.name)
def test_nothing_is_cut_off_and_everybody_can_use_it(stage: Stage, browser: Browser, screen: Screen) -> None:
    in_crisis(stage)
    context = browser.new_context(viewport=PHONE, has_touch=True)
    try:
        screen.before(context)
        page = context.new_page()
        screen.open(page, stage.url, "vi")
        for size in (PHONE, TABLET, DESK):
            page.set_viewport_size(size)
            page.wait_for_timeout(LATER_MS)
            assert overflow(page) == [], size
        page.set_viewport_size(PHONE)
        assert violations(page) == []
    finally:
        context.close()


def test_the_way_back_of_a_telephone_closes_what_was_opened(stage: Stage, show: Opener) -> None:
    in_crisis(stage)
    page = show("/alerts", **PHONE, wait_for="[data-alert] .open")
    page.locator("[data-alert] .open").nth(3).click()
    page.wait_for_selector("aside dl")
    assert page.locator("[data-alert]").first.is_hidden()
    page.go_back()
    page.locator("aside").wait_for(state="detached")
    assert page.url == f"{stage.url}/alerts"
    page.locator("[data-alert] .open").first.click()
    page.get_by_role("button", name="Quay lại").click()
    page.locator("aside").wait_for(state="detached")
    page.wait_for_function("history.state === null")
    assert page.locator("[data-alert]").first.is_visible()


def test_the_menu_leads_to_every_page_and_scene(stage: Stage, show: Opener) -> None:
    page = show("/sources", **PHONE, wait_for="[data-menu]")
    page.get_by_role("button", name="Các trang và tài khoản").click()
    menu = page.get_by_role("dialog")
    assert [link.get_attribute("href") for link in menu.get_by_role("link").all()][:2] == [
        "/wall", "/wall?scene=toan-canh",
    ]  # fmt: skip
    menu.get_by_role("button", name="EN", exact=True).click()
    menu.get_by_role("link", name="Alerts").wait_for()
    page.keyboard.press("Escape")
    menu.wait_for(state="detached")


def test_a_wall_on_a_phone_leads_to_the_page_made_for_it(stage: Stage, show: Opener) -> None:
    page = show("/wall", **PHONE, wait_for=".small")
    assert [link.get_attribute("href") for link in page.get_by_role("link").all()] == ["/tablet"]
    assert overflow(page) == []
    assert violations(page) == []
    page.get_by_role("button", name="Vẫn mở").click()
    page.wait_for_selector("[data-widget]")
