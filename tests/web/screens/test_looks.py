"""Nothing is cut off, nothing scrolls, and a quiet night looks quiet."""

from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TimedOut

from tests.web.screens import province
from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage

CUT_OFF = """() => [...document.querySelectorAll('body, body *')].filter((one) => {
  if (getComputedStyle(one).overflow === 'visible' || one.matches('.ellipsis') || one.closest('.unseen')) return false
  return one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1
}).map((one) => `${one.closest('[data-widget]')?.dataset.widget} ${one.tagName}.${one.className}`)"""
OUTSIDE = """() => [...document.querySelectorAll('[data-widget]')].filter((one) => {
  const box = one.getBoundingClientRect()
  return box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight
}).map((one) => one.dataset.widget)"""


def cut_off(page: Page) -> list[str]:
    """What is cut off once the page has come to rest: letters and lists find their places one after the other."""
    with suppress(TimedOut):
        page.wait_for_function(f"() => ({CUT_OFF})().length === 0", timeout=3_000)
    found: list[str] = page.evaluate(CUT_OFF)
    return found


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (1920, 1080), (1024, 768)])
def test_nothing_of_the_wall_is_cut_off(show: Opener, width: int, height: int, lang: str) -> None:
    page = show(f"/wall?lang={lang}", width, height)
    page.wait_for_selector("canvas")
    assert cut_off(page) == []
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (1920, 1080), (1024, 768)])
def test_every_row_of_a_list_is_recognisable(show: Opener, width: int, height: int) -> None:
    page = show("/wall", width, height, wait_for=".centres .words")
    page.wait_for_selector(".chips .name")
    for names in (".centres .words", ".chips .name"):
        shown = page.locator(names)
        assert shown.count() >= 4
        assert len(set(shown.all_inner_texts())) == shown.count()
        whole = (
            "all => all.every(one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight + 2)"
        )
        assert page.eval_on_selector_all(names, whole)


def test_the_week_before_is_named_only_where_it_is_drawn(stage: Stage, show: Opener) -> None:
    page = show("/wall")
    page.wait_for_selector("canvas")
    assert page.locator(".legend", has_text="tuần trước").count() == 1
    stage.payloads["trend"]["previous"] = [[at, None] for at, _ in stage.payloads["trend"]["previous"]]
    stage.snapshot("trend")
    page.locator(".legend", has_text="tuần trước").wait_for(state="detached")


def test_behind_a_curve_stands_its_table(show: Opener) -> None:
    page = show("/wall")
    page.wait_for_selector("canvas")
    rows = page.locator("[data-widget=trend] .unseen tr").all_inner_texts()
    assert rows[0].split("\t") == ["", "hôm nay", "tuần trước"]
    assert 12 < len(rows) <= 25


def test_a_night_is_calm(stage: Stage, show: Opener) -> None:
    night = MORNING + timedelta(hours=12)
    stage.payloads, stage.now = province.payloads(night, night=True), lambda: night
    page = show("/wall", wait_for=".tile .cell")
    assert page.locator(".tile .cell.closed").count() > 150
    assert page.locator(".cell.offline, .cell.critical, .tile.cut").count() == 0
    assert page.get_by_text("192 ngoài giờ").is_visible()
    assert page.get_by_text("Ngoài giờ làm việc").count() >= 3
    assert page.get_by_text("Không có cảnh báo nào").is_visible()


@pytest.mark.parametrize("path", ["/alerts", "/sources", "/login"])
@pytest.mark.parametrize("width", [1920, 1024, 768])
def test_the_pages_people_work_at_do_not_scroll_sideways(show: Opener, path: str, width: int) -> None:
    page = show(path, width, 768, wait_for="#app > *:not(.too-old)")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_whoever_wants_no_motion_gets_none(show: Opener) -> None:
    page = show("/wall")
    page.emulate_media(reduced_motion="reduce")
    moving = (
        "() => [...document.querySelectorAll('*')].filter(o => parseFloat(getComputedStyle(o).transitionDuration) > 0)"
    )
    assert page.evaluate(moving + ".length") == 0
