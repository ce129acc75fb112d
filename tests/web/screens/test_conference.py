"""A meeting on the wall, calm and in crisis: nothing is cut, every site is counted, a touch shows all of them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.screens.conftest import MORNING, Opener
from tests.web.screens.province import DISTRICTS
from tests.web.screens.stage import Stage

HEAD = {"state": "live", "as_of": MORNING.isoformat(), "simulated": True}
SIZES = {"wide": (16, 11, 1920, 1080), "small": (8, 5, 1920, 1080), "tablet": (12, 7, 1024, 768)}
CUT = """() => [...document.querySelectorAll('[data-widget=conference] :is(p, ul, li, b, .missing, .count, .whole)')]
    .filter((one) => (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
        && !one.classList.contains('ellipsis') && getComputedStyle(one).display !== 'inline')
    .map((one) => `${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""


def meeting(phase: str, lost: int) -> dict[str, Any]:
    """210 sites in every district, `lost` of them away; the payload of `web/widgets/conference.py`."""
    codes = [code for code in DISTRICTS if code != "hg"]
    at = {"running": -25, "soon": 8, "later": 200}[phase]
    state = "lost" if phase == "running" else "offline"
    sites: dict[str, Any] = {}
    areas: dict[str, Any] = {}
    for n in range(210):
        code = codes[n * len(codes) // 210]
        area = areas.setdefault(code, {"name": DISTRICTS[code][0], "order": len(areas), "n": 0, "of": 0, "counts": {}})
        area["of"] += 1
        if n >= lost:
            area["n"] += 1
        else:
            sites[f"{code}.{n}/cau-1"] = {
                "name": f"Điểm cầu xã Hoàng Su Phì {n}", "org_name": "Xã", "parent_name": DISTRICTS[code][0],
                "area": code, "state": state, "since": (MORNING - timedelta(minutes=3)).isoformat(), "came": True,
                "cause": "Cáp quang Đồng Văn – tỉnh" if n < 20 else None, "order": n,
            }  # fmt: skip
    good = "in" if phase == "running" else "ready"
    start = MORNING + timedelta(minutes=at)
    about = {
        "org": "hg", "org_name": "Tỉnh Hà Giang", "id": "giao-ban", "confidential": False, "phase": phase,
        "title": "Giao ban công tác cải cách hành chính tháng 11",
        "starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=90)).isoformat(),
    }  # fmt: skip
    other = about | {"id": "khac", "title": "Tập huấn chuyển đổi số cấp xã", "phase": "later"}
    counts = {good: 210 - lost, state: lost}
    return HEAD | {"meeting": about, "n": 210 - lost, "of": 210, "counts": counts} | {
        "areas": areas, "sites": sites, "others": [other],
    }  # fmt: skip


def alone(stage: Stage, payload: dict[str, Any], w: int, h: int) -> None:
    """The meeting alone on the wall."""
    stage.widgets = [{"id": "meeting", "kind": "conference", "options": {}, "place": {"x": 0, "y": 0, "w": w, "h": h}}]
    stage.payloads["meeting"] = payload


def opened(stage: Stage, show: Opener, payload: dict[str, Any], size: str) -> Page:
    w, h, width, height = SIZES[size]
    alone(stage, payload, w, h)
    return show("/wall", width, height, wait_for="[data-widget=conference] .body > *")


@pytest.mark.parametrize("size", SIZES)
def test_a_meeting_in_crisis_is_not_cut_and_opens_all_who_are_missing(stage: Stage, show: Opener, size: str) -> None:
    page = opened(stage, show, meeting("running", 79), size)
    widget = page.locator("[data-widget=conference]")
    expect(widget.locator(".main")).to_have_text(re.compile(r"131\s*/210\s*còn trong phiên"))
    expect(widget.locator("[data-part=lost]")).to_contain_text("79")
    expect(widget.locator("[data-site]").first).to_have_text(re.compile(r"Cáp quang Đồng Văn – tỉnh\s*20 điểm cầu"))
    expect(widget.locator("[data-site]").nth(1)).to_contain_text("Hoàng Su Phì 20, ")
    assert page.evaluate(CUT) == []
    widget.get_by_role("button").click()
    assert page.get_by_role("dialog").get_by_role("listitem").count() == 79


def test_before_it_begins_it_counts_down_and_says_when_all_are_ready(stage: Stage, show: Opener) -> None:
    page = opened(stage, show, meeting("soon", 0), "wide")
    expect(page.locator(".main")).to_have_text(re.compile(r"210\s*/210\s*sẵn sàng"))
    expect(page.locator(".when")).to_have_text(re.compile("Bắt đầu sau [78] phút"))
    expect(page.get_by_text("Tất cả điểm cầu đã sẵn sàng")).to_be_visible()
    assert sum(int(one.split("/")[1]) for one in page.locator("[data-area] b").all_inner_texts()) == 210


def test_a_confidential_one_and_none_say_so(stage: Stage, show: Opener) -> None:
    told = meeting("later", 0)
    told["meeting"] |= {"confidential": True, "title": None}
    page = opened(stage, show, told | {"n": 0, "of": 0, "areas": {}, "sites": {}, "counts": {}}, "small")
    expect(page.locator("[data-widget=conference]")).to_contain_text("Họp kín")
    stage.payloads["meeting"] = HEAD | {"meeting": None, "others": []}
    stage.snapshot("meeting")
    expect(page.locator("[data-widget=conference]")).to_contain_text("Không có phiên họp nào")
