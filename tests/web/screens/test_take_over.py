"""A critical incident that nobody has takes the wall, says all of it, and goes with the name of who took it."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.web.screens import incidents
from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.stage import Stage

TAKEOVER = "[data-takeover='7']"
CUT = """() => [...document.querySelectorAll('[data-takeover] *')].filter((one) =>
  one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'hidden' && !one.matches('.ellipsis'))
  .map((one) => one.className)"""


@pytest.fixture
def crisis(stage: Stage) -> Stage:
    stage.payloads["situation"] = incidents.payload(MORNING)
    stage.widgets += [
        {"id": "said", "kind": "incident", "options": {"view": "sentence"}, "place": {"x": 0, "y": 0, "w": 24, "h": 3}},
        {"id": "listed", "kind": "incident", "options": {}, "place": {"x": 15, "y": 3, "w": 9, "h": 9}},
    ]
    stage.widgets[:] = stage.widgets[-2:]
    stage.payloads |= dict.fromkeys(("said", "listed"), incidents.payload(MORNING))
    return stage


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768)])
def test_it_says_what_whose_where_whom_it_hit_and_whom_to_call(
    crisis: Stage, show: Opener, width: int, height: int
) -> None:
    page = show("/wall", width, height, wait_for=TAKEOVER)
    held = page.locator(TAKEOVER)
    expect(held.locator("h1")).to_have_text("Cáp quang huyện Đồng Văn – tỉnh")
    for text in ("17/17 điểm cầu", "Chưa ai nhận", "báo tiếp Lãnh đạo trực", "Thài Phìn Tủng", "0912345671",
                 "Phát cảnh báo, sau 24 giây", "Hàn nối tại Má Lé", "Hoàng Su Phì",
                 "5 sự cố khác đang mở"):  # fmt: skip
        expect(held).to_contain_text(text)
    assert page.evaluate(CUT) == []


def test_who_took_it_stands_there_for_a_moment_and_the_scene_comes_back(crisis: Stage, show: Opener) -> None:
    began = time.monotonic()
    crisis.now = lambda: MORNING + timedelta(seconds=time.monotonic() - began)
    page = show("/wall", wait_for=TAKEOVER)
    crisis.delta("situation", incidents.taken("Trần Thu Hà"))
    expect(page.locator(f"{TAKEOVER}[data-owner='Trần Thu Hà']")).to_contain_text("Trần Thu Hà đã nhận xử lý")
    expect(page.locator(TAKEOVER)).to_have_count(0, timeout=25_000)


def test_the_list_has_nobody_s_filled_and_the_taken_with_their_names(crisis: Stage, show: Opener) -> None:
    page = show("/wall", wait_for="[data-incident='7']")
    expect(page.locator("[data-incident='8']")).to_have_attribute("data-owner", "Nguyễn Thị Minh Nguyệt")
    expect(page.locator("[data-incident='9 10 11 12']")).to_contain_text("4 điểm cầu: mất kết nối")
    expect(page.locator("[data-sentence]")).to_contain_text(
        "21/204 điểm cầu mất kết nối: 17 điểm do mất tuyến Đồng Văn, 4 điểm rải rác ở 3 huyện, thành phố."
    )
