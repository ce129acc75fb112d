"""Parts of the wall that come after its start: asked for again until they are there, and waited for by nobody else."""

import re

from playwright.sync_api import Browser, Page, Route, expect

from tests.web.screens.stage import Stage

TALL = {"width": 1920, "height": 1080}


def opened(browser: Browser, stage: Stage, part: str, times: int | None) -> tuple[Page, list[str]]:
    """The wall while the network loses one part, so many times or for good; and what was asked for of it."""
    page, asked = browser.new_page(viewport=TALL), []

    def lost(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route(re.compile(rf"/assets/{part}-[^/]+\.js$"), lost, times=times)
    page.goto(f"{stage.url}/wall")
    return page, asked


def test_a_widget_that_does_not_come_is_asked_for_again(browser: Browser, stage: Stage) -> None:
    page, asked = opened(browser, stage, "queue_board", 1)
    waiting = page.locator("[data-widget=queue_board]")
    expect(waiting).to_have_attribute("data-state", "unknown")
    expect(page.locator("[data-widget=alert_feed]")).to_have_attribute("data-state", "live")
    expect(waiting).to_have_attribute("data-state", "live", timeout=15_000)
    assert len(asked) == 1
    page.close()


def test_figures_stand_while_the_library_that_draws_curves_is_awaited(browser: Browser, stage: Stage) -> None:
    page, asked = opened(browser, stage, "plot", None)
    trend = page.locator("[data-widget=trend]").first
    expect(trend).to_have_attribute("data-state", "live")
    expect(trend.locator("[role=img]")).to_have_attribute("aria-label", re.compile(r": \d"))
    assert asked
    assert page.locator("canvas").count() == 0
    page.close()


def test_a_kind_without_a_folder_says_so(browser: Browser, stage: Stage) -> None:
    stage.widgets[0]["kind"] = "strange"
    page = browser.new_page(viewport=TALL)
    page.goto(f"{stage.url}/wall")
    expect(page.locator("[data-widget=strange]")).to_contain_text("Bản này chưa có loại ô này")
    page.close()
